"""`comments demo`: a site with a discussion to try everything on."""

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from comments.cli.running.serve import options
from comments.cli.sites.moderator import sign_in_address
from comments.config import Settings
from comments.installation import make_ready, opened, settings_here
from comments.server.data_folder import serving
from comments.server.processes import listening_socket

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


@click.command()
@options
def demo(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the service with a demo: an article with a discussion, in the data folder, until it is stopped."""
    from comments.server.serve import serve_app

    settings = settings_here(host=host, port=port, workers=workers)

    def demo_routes() -> "list[BaseRoute]":
        from comments.demo.pages import routes

        return routes

    with listening_socket(settings.host, settings.port) as listening, serving(settings):
        make_ready(settings, migrates=True)
        secret = asyncio.run(_set_up(settings))
        sys.exit(serve_app(settings, listening, lambda: _say_what_to_do(settings, secret), demo_routes))


async def _set_up(settings: Settings) -> str:
    from comments.demo.setup import set_up

    async with opened(settings) as here:
        return await set_up(here.db, here.keys, here.clock, settings.base_url)


def _say_what_to_do(settings: Settings, secret: str) -> None:
    click.echo(
        f"The demo is ready:   {settings.base_url}/\n"
        f"Sign in to moderate: {sign_in_address(settings, secret)}  (good once)\n"
        "Write a comment as a reader: it waits. Then approve it as the moderator.\n"
        "Bring your own:      comments import disqus FILE.xml --site NAME --dry-run\n"
        f"All is kept in       {settings.data_dir}\n"
        "Ctrl+C stops it; the README tells how to go on."
    )
