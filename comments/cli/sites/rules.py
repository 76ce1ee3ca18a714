"""`comments rules`: what a site has learned, how good that is, and trying rules out."""

import json
from pathlib import Path
from typing import Any

import click
import msgspec

from comments.classifier.queries import LAST, ModelQuality, ThresholdTally, quality
from comments.classifier.score import FEWEST_OF_EACH
from comments.cli.output import counted
from comments.cli.sites.trial_report import anew_line, part, recheck_words, trial_lines
from comments.installation import Installation, in_installation
from comments.moderation.sweeps.recheck import Recheck, RecheckCounts
from comments.moderation.training.worker import learn_anew
from comments.moderation.trials.run import LAST as LAST_TRIED
from comments.moderation.trials.run import attempt, tried
from comments.moderation.trials.schemas import rules_tried
from comments.sites.queries import site_by_name
from comments.sites.settings import READERS

MOST_LISTED = 10_000

of_site = click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")


@click.group()
def rules() -> None:
    """What the rules have learned of a site's decisions, and what they would do."""


@rules.command()
@of_site
def learn(site_name: str) -> None:
    """Learn again from all decisions, the first to the last.

    It is never needed after ordinary work, which is learned as it is done; after an import it is.
    """

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        recheck_counts = await learn_anew(here.db, site.id)
        click.echo(f"Learned from {counted(recheck_counts, 'comment')} of {site_name}.")

    in_installation(work)


@rules.command("quality")
@of_site
@click.option("--last", type=click.IntRange(1, 100_000), default=LAST, show_default=True, metavar="N")
def quality_(site_name: str, last: int) -> None:
    """Show how good the guesses about the last N decided comments were.

    Each was made before its comment was learned.
    """

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        for line in in_words(await here.db.read(quality, site.id, last=last)):
            click.echo(line)

    in_installation(work)


@rules.command("try", epilog="Settings: " + ", ".join(READERS) + ".")
@of_site
@click.option(
    "--policy",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Settings as JSON, such as {"links_before_hold": 2, "spam_words": ["casino"]}.',
)
@click.option("--last", type=click.IntRange(1), default=LAST_TRIED, show_default=True, metavar="N")
@click.option("--list", "listed", type=click.IntRange(0, MOST_LISTED), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as one JSON object.")
def try_(site_name: str, file: Path, last: int, listed: int, as_json: bool) -> None:
    """Try other settings on the last N comments that moderators decided about; nothing is changed.

    Shown are the comments of which the rules would have made something else, the first of them by name, and
    how right the rules are under the settings there are and under those of the file.
    """
    given = _settings(file)

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        wanted = attempt(site, given, last=last, most_named=listed)
        trial = await tried(here.db, site, wanted)
        if as_json:
            click.echo(msgspec.json.encode(rules_tried(wanted, trial)).decode())
            return
        for line in trial_lines(wanted, trial):
            click.echo(line)

    in_installation(work)


@rules.command()
@of_site
@click.option(
    "--queue",
    type=click.Choice(["pending", "approved", "spam"]),
    default="pending",
    show_default=True,
    help="Only about what waits is anything done.",
)
@click.option("--apply", "applies", is_flag=True, help="Do it; without it nothing is changed.")
@click.option("--list", "listed", type=click.IntRange(0, MOST_LISTED), default=20, show_default=True)
def recheck(site_name: str, queue: str, applies: bool, listed: int) -> None:
    """Run the rules anew over a queue, with the settings of today.

    With --apply, what waits goes to Spam where the rules call it that, and appears where they approve it.
    What somebody has looked at or reported stays, and what was imported never appears by this. It can be
    stopped and run again at any time.
    """
    if applies and queue != "pending":
        raise click.UsageError("--apply is for the queue of what waits.")

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        recheck_counts, shown = RecheckCounts(), 0
        async for one in Recheck(here.db, here.keys, here.clock, site, queue, applies).run(recheck_counts):
            shown += 1
            if shown <= listed:
                click.echo(anew_line(one))
        click.echo(recheck_words(recheck_counts, site_name, applies=applies))

    in_installation(work)


def _settings(file: Path) -> dict[str, Any]:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise click.ClickException(f"{file} is no JSON: {fault}") from None
    if not isinstance(given, dict):
        raise click.ClickException(f'{file} is no JSON object, such as {{"links_before_hold": 2}}.')
    return given


def in_words(found: ModelQuality) -> list[str]:
    """Return how good guesses were, for people."""
    lines = [f"Learned: {counted(found.bad, 'spam comment')}, {counted(found.good, 'other')}."]
    if not found.guessed:
        return [*lines, f"Guessing begins at {FEWEST_OF_EACH} of each."]
    return [
        *lines,
        f"Guessed before they were learned: the last {counted(found.guessed, 'comment')}.",
        *_standings((("held", found.hold), ("called spam", found.spam))),
    ]


def _standings(rows: tuple[tuple[str, ThresholdTally], ...]) -> list[str]:
    return [
        f"From {one.share:.2f} on, {name}: {one.caught} of {one.caught + one.missed} spam "
        f"(recall {part(one.recall)}), "
        f"{one.wronged} of {one.wronged + one.left} others (precision {part(one.precision)})."
        for name, one in rows
    ]
