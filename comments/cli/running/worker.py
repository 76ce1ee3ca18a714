"""`comments worker`: the upkeep and the outbox, apart from the service."""

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

import click

from comments.background.maintenance import keep_searchable, keep_tidy, seal_logs, tidy
from comments.background.outbox_handlers import delivery
from comments.importers.jobs.worker import ImportJobs
from comments.installation import Installation, in_installation
from comments.server.logs import begin_logging

if TYPE_CHECKING:
    from comments.web.service import Service


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def worker(once: bool) -> None:
    """Forget what must be forgotten, render old texts anew, and deliver what waits in the outbox.

    `comments serve` does this too; a worker takes it off a busy service. Any number may run.
    """

    async def work(here: Installation) -> None:
        delivering = delivery(service_here(here))
        importing = ImportJobs(here.db, here.settings, here.keys, here.clock)
        if once:
            done = await tidy(here.db, here.clock.now())
            await seal_logs(here.db, here.keys, here.clock.now())
            tried = await delivering.deliver_due()
            await importing.tidy()
            imports = await importing.work()
            worked = f" Imports: {imports}." if imports else ""
            click.echo(f"Upkeep: {done.in_words()}. Outbox: {tried} tasks.{worked}")
            return
        begin_logging(here.settings.log_level)
        click.echo("The worker runs (Ctrl+C stops it).")
        tidying = asyncio.create_task(keep_tidy(here.db, here.keys, here.clock))
        for stop in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(stop, tidying.cancel)
        searchable = asyncio.create_task(keep_searchable(here.db))
        running = asyncio.create_task(delivering.run())
        hearing = asyncio.create_task(here.peers.run())
        imports_run = asyncio.create_task(importing.run())
        with contextlib.suppress(asyncio.CancelledError):
            await tidying
        searchable.cancel()
        hearing.cancel()
        imports_run.cancel()
        await asyncio.wait([imports_run])
        await delivering.stop()
        await running

    in_installation(work)


def service_here(here: Installation) -> "Service":
    """Return the service's parts for a process that answers no requests."""
    from comments.limits import Limits
    from comments.web.html.template_engine import all_templates
    from comments.web.service import Service

    return Service(
        settings=here.settings,
        keys=here.keys,
        clock=here.clock,
        db=here.db,
        limits=Limits(on=False),
        templates=all_templates(),
    )
