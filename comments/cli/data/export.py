"""`comments export`: everything a site has, as one file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from comments.cli.output import counted
from comments.exporters.files import export_to_file, export_to_stream
from comments.exporters.native import ExportCounts
from comments.exporters.native import Progress as Heard
from comments.installation import Installation, in_installation


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--site", required=True, help="The site to export.")
def export(file: Path | None, site: str) -> None:
    """Write everything a site has to FILE (packed if it ends in .gz), or to standard output.

    `comments import comments FILE` reads it back, here or elsewhere. It is for its owner's eyes: it holds
    e-mail addresses, and comments that wait.
    """

    async def work(here: Installation) -> ExportCounts:
        if file is None:
            return await export_to_stream(here.db, site, sys.stdout.buffer)
        with _bar() as progress:
            return await export_to_file(here.db, site, file, progress=progress)

    done = in_installation(work)
    if file is not None:
        click.echo(
            f"Exported {counted(done.comments, 'comment')} on {counted(done.threads, 'page')}"
            f" of the site {site} to {file}."
        )


@contextmanager
def _bar() -> Iterator[Heard | None]:
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("Writing"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
