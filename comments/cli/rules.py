"""`comments rules`: what a site has learned, how good that is, and trying rules out."""

import click

from comments.cli.installation import Installation, in_installation
from comments.cli.words import counted
from comments.learning.model import FEWEST_OF_EACH
from comments.learning.queries import LAST, Quality, Standing, quality
from comments.moderation.teaching import learn_anew
from comments.sites.queries import site_by_name

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
        told = await learn_anew(here.db, site.id)
        click.echo(f"Learned from {counted(told, 'comment')} of {site_name}.")

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


def in_words(found: Quality) -> list[str]:
    """Return how good guesses were, for people."""
    lines = [f"Learned: {counted(found.bad, 'spam comment')}, {counted(found.good, 'other')}."]
    if not found.guessed:
        return [*lines, f"Guessing begins at {FEWEST_OF_EACH} of each."]
    return [
        *lines,
        f"Guessed before they were learned: the last {counted(found.guessed, 'comment')}.",
        *_standings((("held", found.hold), ("called spam", found.spam))),
    ]


def _standings(rows: tuple[tuple[str, Standing], ...]) -> list[str]:
    return [
        f"From {one.share:.2f} on, {name}: {one.caught} of {one.caught + one.missed} spam "
        f"(recall {_part(one.recall)}), "
        f"{one.wronged} of {one.wronged + one.left} others (precision {_part(one.precision)})."
        for name, one in rows
    ]


def _part(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.1%}"
