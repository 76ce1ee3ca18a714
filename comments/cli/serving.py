"""`comments serve`: the service, in one process or several."""

import asyncio
import contextlib
import os
import resource
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from comments.cli.collecting import keep_for_ever, not_collecting
from comments.cli.installation import make_ready, opened, settings_here
from comments.cli.logs import begin_logging
from comments.cli.processes import Supervisor, listening_socket, one_for_each, tell_ready
from comments.cli.running import serving
from comments.config import Settings

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from comments.cli.server import Server

MOST_FILES = 65_536

ACCEPTED_AT_ONCE = 8
"""Connections in each round of the event loop. uvloop takes one from each socket, and while a flood makes
rounds long, readers would wait behind thousands of others: so it has the socket several times."""

MakeApp = Callable[[Settings], "Starlette"]


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of everything that serves."""
    command = click.option(
        "--workers", type=int, help="How many processes. Default: COMMENTS_WORKERS, else 1."
    )(command)
    command = click.option("--port", type=int, help="Default: COMMENTS_PORT, else 8080.")(command)
    return click.option("--host", help="Default: COMMENTS_HOST, else 127.0.0.1.")(command)


@click.command()
@options
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the service until it is stopped (Ctrl+C)."""
    settings = settings_here(host=host, port=port, workers=workers)

    def say_ready() -> None:
        click.echo(f"Comments is ready on {settings.base_url}/ (Ctrl+C stops it).")

    def make_app(settings: Settings) -> "Starlette":
        from comments.app import create_app

        return create_app(settings)

    with listening_socket(settings.host, settings.port) as listening, serving(settings):
        make_ready(settings, migrates=True)
        asyncio.run(_check(settings))
        sys.exit(answer(settings, listening, make_app, say_ready))


async def _check(settings: Settings) -> None:
    """Open the database once: what is wrong with it is said here, in one line."""
    async with opened(settings):
        pass


def answer(settings: Settings, listening: socket.socket, make_app: MakeApp, ready: Callable[[], None]) -> int:
    """Answer requests until told to stop; return the exit code."""
    begin_logging(settings.log_level)
    _allow_many_files()
    # Before any process is forked: they share what is imported here.
    with not_collecting():
        from comments.cli.server import Server
        from comments.web.peer_metrics import Colleagues

        app = make_app(settings)
    keep_for_ever()
    if settings.workers == 1:
        return _run(Server(app, settings, ready=ready, lifeline=None, upkeep=True), listening)

    supervisor, sockets = os.getpid(), one_for_each(listening, settings.workers)
    app.state.colleagues = Colleagues(settings.workers)

    def work(number: int, lifeline: int) -> int:
        ready = partial(tell_ready, supervisor)
        server = Server(app, settings, ready=ready, lifeline=lifeline, upkeep=number == 0, number=number)
        return _run(server, sockets[number])

    return Supervisor(settings.workers, work, ready).run()


def _allow_many_files() -> None:
    """Raise the limit of open files as far as the system lets us: each reader who listens is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _run(server: "Server", listening: socket.socket) -> int:
    # uvicorn stops gracefully, and then raises once more the signal that told it to.
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        server.run(sockets=[listening, *(listening.dup() for _ in range(ACCEPTED_AT_ONCE - 1))])
    return 0 if server.started else 1
