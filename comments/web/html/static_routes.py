"""Files that come with the program: the widget's scripts, and what our own pages need."""

import re
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

import comments
from comments.web.access import NOBODY, page_route
from comments.web.html.assets import FIVE_MINUTES, FOR_EVER, file_answer, packaged
from comments.web.problems import NoSuchAddress

# Each room has the styles and scripts of its own pages beside them; no two have one of the same name.
_FOLDERS = sorted(Path(comments.__file__).parent.glob("*/static"))
_HASHED = re.compile(r"[a-z-]+-[0-9a-f]{12}\.js")


async def embed_script(request: Request) -> Response:
    return file_answer(request, packaged("embed/dist"), "embed.js", FIVE_MINUTES)


async def count_script(request: Request) -> Response:
    return file_answer(request, packaged("embed/dist"), "count.js", FIVE_MINUTES)


async def embed_chunk(request: Request) -> Response:
    name = request.path_params["name"]
    # What keeps its name from release to release must not be kept for ever.
    if not _HASHED.fullmatch(name):
        raise NoSuchAddress("There is nothing at this address.")
    return file_answer(request, packaged("embed/dist"), name, FOR_EVER)


async def desk_module(request: Request) -> Response:
    return _from_rooms(request, "desk")


async def static_file(request: Request) -> Response:
    return _from_rooms(request, "")


def _from_rooms(request: Request, inside: str) -> Response:
    name = request.path_params["name"]
    for folder in _FOLDERS:
        with suppress(NoSuchAddress):
            return file_answer(request, folder / inside, name, FIVE_MINUTES)
    raise NoSuchAddress("There is nothing at this address.")


routes = [
    page_route("/embed.js", embed_script, needs=NOBODY),
    page_route("/count.js", count_script, needs=NOBODY),
    page_route("/embed/{name}", embed_chunk, needs=NOBODY),
    page_route("/static/{name}", static_file, needs=NOBODY),
    page_route("/static/desk/{name}", desk_module, needs=NOBODY),
]
