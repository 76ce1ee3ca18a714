"""`comments log`: check and export a site's log of decisions."""

import sys
from contextlib import nullcontext
from pathlib import Path

import click
from sqlalchemy.orm import Session

from comments.cli.output import counted
from comments.installation import Installation, in_installation
from comments.moderation.audit.hash_chain import named
from comments.moderation.audit.verify import LogCheck, checked, log_lines
from comments.sites.queries import site_by_name


@click.group()
def log() -> None:
    """Check and export the log of decisions."""


@log.command()
@click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")
@click.option("--head", "given", metavar="N:MAC", help="An end of the log that was seen, as mails name it.")
def verify(site_name: str, given: str | None) -> None:
    """Say whether anybody without the key has changed a site's log, or the decisions it holds.

    Entries that were cut off at the end are missed only with --head.
    """
    known = named(given) if given is not None else None
    if given is not None and known is None:
        raise click.UsageError("--head is a number, a colon and 32 hexadecimal digits.")

    async def work(here: Installation) -> LogCheck:
        site = await here.db.read(site_by_name, site_name)
        return await here.db.scan(checked, here.keys, site.id, known)

    found = in_installation(work)
    if found.faults:
        lines = "\n".join(f"- {fault}" for fault in found.faults)
        raise click.ClickException(f"The log of {site_name} was changed:\n{lines}")
    if found.head.number:
        click.echo(
            f"The log of {site_name} is whole: {counted(found.head.number, 'entry', 'entries')}. Its end is"
            f" {found.head}"
        )
    else:
        click.echo(f"The log of {site_name} has no entry yet.")
    if found.older:
        click.echo(f"{counted(found.older, 'decision')} older than the log: it vouches for none of them.")
    if found.erased:
        click.echo(f"{counted(found.erased, 'name, reason or text', 'names, reasons and texts')} erased.")


@log.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")
def export(file: Path | None, site_name: str) -> None:
    """Write a site's log as JSON Lines to FILE, or to standard output.

    Each line has the entry as it is chained, its MAC, and the salts and values of its personal part.
    """

    async def work(here: Installation) -> int:
        site = await here.db.read(site_by_name, site_name)

        def write(session: Session) -> int:
            with file.open("wb") if file is not None else nullcontext(sys.stdout.buffer) as out:
                return sum(1 for line in log_lines(session, site.id) if out.write(line))

        return await here.db.scan(write)

    count = in_installation(work)
    if file is not None:
        click.echo(f"Exported {counted(count, 'entry', 'entries')} of the log of {site_name} to {file}.")
