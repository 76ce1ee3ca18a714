"""`comments thread remap`: many pages get other URLs, by a file."""

from collections import Counter
from pathlib import Path

import click

from comments.cli.output import counted
from comments.cli.sites.thread import acting, by_moderator, of_site, thread
from comments.installation import Installation, in_installation
from comments.moderation.threads.actions import ThreadActor
from comments.moderation.threads.merging import finish_merge
from comments.moderation.threads.remap import RemapLine, RemapStep, carry_out, plan, read_lines


@thread.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@of_site
@by_moderator
@click.option("--dry-run", is_flag=True, help="Only say what would be done, line by line.")
def remap(file: Path, site_name: str, email: str | None, dry_run: bool) -> None:
    """Let pages have other URLs by a CSV file of two columns, old and new.

    Old URLs lead to their discussions still. Where the new URL has a discussion already, the two are merged.
    Running it again changes nothing more.
    """

    async def work(here: Installation) -> None:
        who = await acting(here, site_name, email)
        with file.open(encoding="utf-8-sig", newline="") as rows:
            lines = read_lines(rows, who.origins)
        if dry_run:
            steps = await here.db.scan(plan, who.site_id, lines)
            for step in steps:
                click.echo(_line(step))
        else:
            steps = [await _carried_out(here, who, line) for line in lines]
        click.echo(_summary(steps, *(("Would rename", "merge") if dry_run else ("Renamed", "merged"))))

    in_installation(work)


async def _carried_out(here: Installation, who: ThreadActor, line: RemapLine) -> RemapStep:
    step = await here.db.write(carry_out, here.keys, who, line, at=here.clock.now())
    if step.thread_id is not None and step.into is not None:
        await finish_merge(here.db, here.clock, step.thread_id, step.into)
    return step


_SAID = {
    "rename": "is renamed",
    "done": "is so already",
    "nothing": "has no discussion",
}


def _line(step: RemapStep) -> str:
    said = _SAID.get(step.kind) or f"is merged, {counted(step.comments, 'comment')}"
    return f"line {step.line.number}: {step.line.old.url} → {step.line.new.url} {said}"


def _summary(steps: list[RemapStep], renamed: str, merged: str) -> str:
    kinds = Counter(step.kind for step in steps)
    comments = sum(step.comments for step in steps if step.kind == "merge")
    return (
        f"{renamed} {counted(kinds['rename'], 'page')}, {merged} {kinds['merge']}"
        f" ({counted(comments, 'comment')}); {kinds['done']} so already,"
        f" {kinds['nothing']} without a discussion."
    )
