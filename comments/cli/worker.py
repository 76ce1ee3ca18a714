"""`comments worker`: the upkeep, apart from the service."""

import asyncio
import contextlib
import signal

import click

from comments.cli.installation import Installation, in_installation
from comments.cli.logs import begin_logging
from comments.upkeep import keep_tidy, tidy


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def worker(once: bool) -> None:
    """Forget what must be forgotten, and render old texts anew.

    `comments serve` does this too; a worker takes it off a busy service.
    """

    async def work(here: Installation) -> None:
        if once:
            done = await tidy(here.db, here.clock.now())
            click.echo(f"Upkeep: {done.in_words()}.")
            return
        begin_logging(here.settings.log_level)
        click.echo("The worker runs (Ctrl+C stops it).")
        forever = asyncio.create_task(keep_tidy(here.db, here.clock))
        for stop in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(stop, forever.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await forever

    in_installation(work)
