"""One process that answers requests: uvicorn by its public API, and what tells it to stop."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from comments.server.processes import BACKLOG

# Long enough for a request that is under way, shorter than what service managers wait.
GRACEFUL_SECONDS = 5

ACCEPTED_AT_ONCE = 64
"""New connections in each round of the event loop: uvloop accepts one for each socket that it listens on.

With one alone a burst of connections fills the backlog, and readers wait seconds until theirs is tried again.
"""

MOST_FILES = 65_536
MOST_CONNECTIONS = 20_000
LEFT_FOR_OTHERS = 64
"""Files that the process needs besides: database, log, calls to the outside."""


def serve_on(listening: socket.socket, app: ASGIApp) -> int:
    """Answer requests until told to stop; return the exit code."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        access_log=False,
        log_config=None,
        # X-Forwarded-* are believed by the middleware `ClientAddress`, from the configured proxies alone.
        proxy_headers=False,
        server_header=False,
        limit_concurrency=most_connections(),
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, _end)
    # uvicorn stops gracefully, and then raises once more the signal that told it to.
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        server.run(sockets=[listening, *(listening.dup() for _ in range(ACCEPTED_AT_ONCE - 1))])
    return 0 if server.started else 1


def stop_with(lifeline: int) -> None:
    """Have this process stop when the file descriptor `lifeline` reaches its end: its parent is gone.

    For the running event loop.
    """
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(lifeline)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(lifeline, end)


def allow_many_files() -> None:
    """Raise the limit of open files as far as the system lets us: each reader who listens is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections() -> int:
    """Return how many connections the system's limit of open files leaves room for."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, files - max(LEFT_FOR_OTHERS, files // 16)))


def _end(number: int, frame: FrameType | None) -> None:
    """Exit with 0 once uvicorn, after its graceful stop, raises again what told it to stop."""
    sys.exit(0)
