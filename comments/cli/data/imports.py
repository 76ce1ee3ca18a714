"""`comments imports`: list, start, stop. They are what owners ask for on their page or over the API."""

import asyncio
from uuid import UUID

import click

from comments.cli.output import table
from comments.importers.jobs.actions import start_job, stop_job
from comments.importers.jobs.models import ImportJob
from comments.importers.jobs.queries import all_jobs
from comments.importers.jobs.uploads import remove_upload
from comments.installation import Installation, in_installation
from comments.sites.queries import site_by_name
from comments.web.html.templating import date_and_time

MOST_LISTED = 50


@click.group()
def imports() -> None:
    """See the imports that owners asked for on their page or over the API, start and stop them."""


@imports.command("list")
def list_() -> None:
    """List the last imports: id, site, file, and how far they are."""

    async def work(here: Installation) -> None:
        found = await here.db.read(all_jobs, limit=MOST_LISTED)
        if not found:
            click.echo("Nobody has asked for an import on an owner's page or over the API.")
        table([(str(job.id), site, job.file_name, _state(job), job.error) for job, site in found])

    in_installation(work)


@imports.command()
@click.argument("id", type=click.UUID)
@click.option("--site", "site_name", required=True, help="The site it belongs to.")
def start(id: UUID, site_name: str) -> None:  # noqa: A002
    """Import, by its ID, a file that was sent and tried; comments serve, or worker, does it."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        await here.db.write(start_job, site.id, id, at=here.clock.now())
        click.echo("It is imported in the background: comments imports list says how far it is.")

    in_installation(work)


@imports.command()
@click.argument("id", type=click.UUID)
@click.option("--site", "site_name", required=True, help="The site it belongs to.")
def stop(id: UUID, site_name: str) -> None:  # noqa: A002
    """Stop an import by its ID; what is in already stays."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        job = await here.db.write(stop_job, site.id, id, at=here.clock.now())
        if job.ended_at is None:
            click.echo("It stops within seconds.")
            return
        await asyncio.to_thread(remove_upload, here.settings.data_dir, job.id)
        click.echo("It is stopped.")

    in_installation(work)


def _state(job: ImportJob) -> str:
    if job.ended_at is not None:
        return f"{job.state} {date_and_time(job.ended_at)}"
    if job.total and job.state != "tried":
        return f"{job.state}: {job.step} {job.done * 100 // job.total} %"
    return job.state
