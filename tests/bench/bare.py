"""A bare Starlette route that returns given bytes, as the ceiling.

`python -m tests.bench.bare PORT WORKERS FILE [--dressed]`; FILE has by name
what the service itself answered: the headers, and the body in hexadecimal digits.
Dressed it wears the middleware of our service: request id, address, security headers, metrics.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comments.cli.processes import listening_socket, one_for_each
from comments.web.admission import Admission
from comments.web.edge import Edge
from comments.web.metrics import Metrics
from tests.bench.requests import HOST


def bare_app(file: Path, *, dressed: bool) -> Starlette:
    """Return an application with one route, that knows each answer by its name and its ETag."""
    answers = {
        name: (bytes.fromhex(answer["body"]), answer["headers"])
        for name, answer in json.loads(file.read_text()).items()
    }

    async def view(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in answers:
            return Response(status_code=404)
        body, headers = answers[name]
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers)

    app = Starlette(routes=[Route("/api/{name}", view)])
    if dressed:
        app.add_middleware(Edge, trusted=(), admission=Admission(), observe=Metrics().observe)
    return app


def main() -> None:
    """Answer on the port with so many processes until told to stop."""
    port, workers, file = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    app = bare_app(file, dressed="--dressed" in sys.argv)
    listening = listening_socket(HOST, port)
    server = uvicorn.Server(
        uvicorn.Config(app, http="httptools", loop="uvloop", ws="none", access_log=False, log_level="error")
    )
    if workers == 1:
        server.run(sockets=[listening])
        return
    children = [_forked(server, one) for one in one_for_each(listening, workers)]

    def stop(number: int, frame: FrameType | None) -> None:
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    for child in children:
        os.waitpid(child, 0)


def _forked(server: uvicorn.Server, listening: socket.socket) -> int:
    child = os.fork()
    if child == 0:
        server.run(sockets=[listening])
        os._exit(0)
    return child


if __name__ == "__main__":
    main()
