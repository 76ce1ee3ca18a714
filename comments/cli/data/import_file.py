"""`comments import`: bring a site's discussions in from a file."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from comments.importers.formats.registry import ALL_NAMES, AUTO, FORMATS
from comments.importers.pipeline.report import ImportReport
from comments.importers.pipeline.run import ImportOrder, run_import
from comments.importers.pipeline.run import Progress as Heard
from comments.installation import Installation, in_installation

KNOWN = "Formats: " + "; ".join(f"{one.name} ({one.title})" for one in FORMATS) + "; auto guesses."
STEPS = {"reading": "Reading", "writing": "Writing"}


@click.command("import", epilog=KNOWN)
@click.argument("format", metavar="FORMAT", type=click.Choice([AUTO, *ALL_NAMES]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--site", required=True, help="The site the comments belong to.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, report, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def import_(format: str, file: Path, site: str, dry_run: bool, as_json: bool) -> None:  # noqa: A002
    """Bring comments in from FILE (also .gz): each once, however often this is run.

    The whole file is read first, and nothing is written if it is broken. Posting goes on meanwhile.
    """
    order = ImportOrder(file, site, format, dry_run)

    async def work(here: Installation) -> ImportReport:
        with _bar() as progress:
            return await run_import(here.db, order, keys=here.keys, clock=here.clock, progress=progress)

    try:
        report = in_installation(work)
    except KeyboardInterrupt:
        click.echo("What has been written stays. The same command goes on from there.", err=True)
        raise
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else "\n".join(report.in_words()))


@contextmanager
def _bar() -> Iterator[Heard | None]:
    """Show how far the import is, if somebody sits before a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(STEPS[step], total=total)
            bar.update(tasks[step], completed=done)

        yield progress
