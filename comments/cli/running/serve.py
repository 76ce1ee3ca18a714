"""`comments serve`: the service, in one process or several."""

import asyncio
import sys
from collections.abc import Callable

import click

from comments.config import Settings
from comments.installation import make_ready, opened, settings_here
from comments.server.data_folder import serving
from comments.server.logs import say
from comments.server.processes import listening_socket


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
    from comments.server.serve import serve_app

    settings = settings_here(host=host, port=port, workers=workers)

    def say_ready() -> None:
        say(f"Comments is ready on {settings.base_url}/ (Ctrl+C stops it).")

    with listening_socket(settings.host, settings.port) as listening, serving(settings):
        make_ready(settings, migrates=True)
        asyncio.run(_check(settings))
        sys.exit(serve_app(settings, listening, say_ready))


async def _check(settings: Settings) -> None:
    """Open the database once: what is wrong with it is said here, in one line."""
    async with opened(settings):
        pass
