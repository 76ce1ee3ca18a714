"""A bare Starlette route that returns given bytes, as the ceiling.

`uvicorn --factory tests.bench.bare:create_app` serves it. The file that `BARE_ANSWERS` names has by name what
the service itself answered: the headers, and the body in hexadecimal digits.
"""

import json
import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def create_app() -> Starlette:
    """Return an application with one route, that knows each answer by its name and its ETag."""
    answers = {
        name: (bytes.fromhex(answer["body"]), answer["headers"])
        for name, answer in json.loads(Path(os.environ["BARE_ANSWERS"]).read_text()).items()
    }

    async def view(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in answers:
            return Response(status_code=404)
        body, headers = answers[name]
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers)

    return Starlette(routes=[Route("/api/{name}", view)])
