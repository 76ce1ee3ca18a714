"""Files that come with the program: found in a checkout and in an installed wheel alike, sent compressed."""

import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from comments.web.answers import SMALLEST, EncodedBody, asked
from comments.web.problems import NoSuchAddress

_PACKAGE = Path(__file__).parents[2]

FOR_EVER = b"public, max-age=31536000, immutable"
FIVE_MINUTES = b"public, max-age=300"


def packaged(name: str) -> Path:
    """Return a folder that a wheel carries as `comments/_name` and a checkout has as `name` at its top."""
    inside = _PACKAGE / f"_{name.partition('/')[0]}"
    return inside if inside.is_dir() else _PACKAGE.parent / name


@lru_cache(maxsize=256)
def _body(path: Path, _modified: float, keep: bytes) -> EncodedBody:
    """Return a file as a ready body; a page that checks our script's integrity must be allowed to read it."""
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/") or media_type.endswith("javascript"):
        media_type += "; charset=utf-8"
    headers = [
        (b"cache-control", keep),
        (b"access-control-allow-origin", b"*"),
        (b"cross-origin-resource-policy", b"cross-origin"),
    ]
    return EncodedBody(path.read_bytes(), media_type.encode(), headers, quality=SMALLEST)


def file_answer(request: Request, folder: Path, name: str, keep: bytes) -> Response:
    """Return a file of `folder`. Raises NoSuchAddress, also for names that lead out of it."""
    path = folder / name
    if "/" in name or "\\" in name or name.startswith(".") or not path.is_file():
        raise NoSuchAddress("There is nothing at this address.")
    body = _body(path, path.stat().st_mtime, keep)
    return body.answer(*asked(request.scope))
