"""`comments thread`: show, close, open, keep-open, hold, release, slow, rename, merge, move, undo."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from comments.cli.output import counted, table
from comments.identity.accounts.queries import moderator_by_email
from comments.installation import Installation, in_installation
from comments.moderation.errors import ChangedSince
from comments.moderation.threads.actions import MoveWish, ThreadActor, acting_as, merge, move, set_thread
from comments.moderation.threads.merging import finish_merge
from comments.moderation.threads.messages import changed_since, thread_notice
from comments.moderation.threads.schemas import page_moderated, thread_of_page
from comments.moderation.threads.undo import undo_thread
from comments.sites.queries import origins_of, site_by_name
from comments.threads.actions.settings import LONGEST_PAUSE_SECONDS, ThreadWish
from comments.threads.models import KEPT_OPEN
from comments.threads.site_card import site_card

of_page = click.argument("page")
of_site = click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")
by_moderator = click.option(
    "--by", "email", metavar="EMAIL", help="The moderator whose decision it is, for the log."
)


@click.group()
def thread() -> None:
    """Close and move discussions. PAGE is a URL, a path, an identifier or a thread's id."""


@thread.command()
@of_page
@of_site
def show(page: str, site_name: str) -> None:
    """Show what is set for a page's discussion, and what leads to it."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_card, site_name)
        found = await here.db.read(page_moderated, site, page, None)
        lines = [
            ("thread", str(found.id)),
            ("url", found.url),
            ("title", found.title or "none"),
            ("state", found.state),
            ("hold_all", "yes" if found.hold_all else "no"),
            ("slow_seconds", str(found.slow_seconds)),
            ("comments", str(found.comment_count)),
            *((f"found by {one.kind}", one.key) for one in found.keys),
        ]
        table(lines)

    in_installation(work)


@thread.command()
@of_page
@of_site
@by_moderator
def close(page: str, site_name: str, email: str | None) -> None:
    """Take no new comments on a page; what is there stays."""
    _settle(page, site_name, email, ThreadWish(state="closed"), lambda url: f"Closed {url}.")


@thread.command("open")
@of_page
@of_site
@by_moderator
def open_(page: str, site_name: str, email: str | None) -> None:
    """Take comments on a page again."""
    _settle(page, site_name, email, ThreadWish(state="open"), lambda url: f"Opened {url}.")


@thread.command("keep-open")
@of_page
@of_site
@by_moderator
def keep_open(page: str, site_name: str, email: str | None) -> None:
    """Take comments on a page whatever its age; `open` lets its age close it again."""
    wish = ThreadWish(state=KEPT_OPEN)
    _settle(page, site_name, email, wish, lambda url: f"{url} stays open, whatever its age.")


@thread.command()
@of_page
@of_site
@by_moderator
def hold(page: str, site_name: str, email: str | None) -> None:
    """Have every guest's comment on a page wait."""
    _settle(page, site_name, email, ThreadWish(hold_all=True), lambda url: f"Comments on {url} wait.")


@thread.command()
@of_page
@of_site
@by_moderator
def release(page: str, site_name: str, email: str | None) -> None:
    """Judge what guests write on a page as everywhere else."""
    wish = ThreadWish(hold_all=False)
    _settle(page, site_name, email, wish, lambda url: f"Comments on {url} are judged as everywhere else.")


@thread.command()
@of_page
@click.argument("seconds", type=click.IntRange(0, LONGEST_PAUSE_SECONDS))
@of_site
@by_moderator
def slow(page: str, seconds: int, site_name: str, email: str | None) -> None:
    """Have an author wait so many SECONDS between two comments on a page; 0 ends that."""
    pause = f"one comment in {counted(seconds, 'second')}" if seconds else "no slow mode"
    wish = ThreadWish(slow_seconds=seconds)
    _settle(page, site_name, email, wish, lambda url: f"{url}: {pause}.")


@thread.command()
@of_page
@click.argument("url")
@of_site
@by_moderator
def rename(page: str, url: str, site_name: str, email: str | None) -> None:
    """Have a page's discussion at another URL; the old one leads to it still."""
    _settle(page, site_name, email, ThreadWish(url=url), lambda old: f"{old} is at {url} now.")


@thread.command("merge")
@of_page
@click.argument("into")
@of_site
@by_moderator
def merge_(page: str, into: str, site_name: str, email: str | None) -> None:
    """Bring the discussion of PAGE into that of the page INTO; both lead there from then on."""

    async def work(here: Installation) -> None:
        who = await acting(here, site_name, email)
        source: Any = await here.db.read(thread_of_page, who.site_id, page)
        target: Any = await here.db.read(thread_of_page, who.site_id, into)
        brought = await here.db.write(merge, here.keys, who, source, target, at=here.clock.now())
        await finish_merge(here.db, here.clock, source, target)
        click.echo(f"Merged {page} into {into}: {counted(brought.comments, 'comment')}.")
        _tell_undo(brought.number, site_name)

    in_installation(work)


@thread.command("move")
@click.argument("comment_id", type=click.UUID)
@of_site
@by_moderator
@click.option("--page", help="To the top of this page's discussion.")
@click.option("--under", type=click.UUID, metavar="COMMENT", help="As an answer to this comment.")
def move_(comment_id: UUID, site_name: str, email: str | None, page: str | None, under: UUID | None) -> None:
    """Move a comment with all that answers it."""
    if page is None and under is None:
        raise click.UsageError("Say where to: --page PAGE, or --under COMMENT.")

    async def work(here: Installation) -> None:
        who = await acting(here, site_name, email)
        target: Any = await here.db.read(thread_of_page, who.site_id, page) if page else None
        wish = MoveWish(comment_id, target, under)
        brought = await here.db.write(move, here.keys, who, wish, at=here.clock.now())
        click.echo(f"Moved {counted(brought.comments, 'comment')}.")
        _tell_undo(brought.number, site_name)

    in_installation(work)


@thread.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@of_site
@by_moderator
def undo(number: int, site_name: str, email: str | None) -> None:
    """Take back what was decided about a discussion, by the NUMBER of the log's entry about it."""

    async def work(here: Installation) -> None:
        who, at = await acting(here, site_name, email), here.clock.now()
        try:
            undone = await here.db.write(undo_thread, here.keys, who, number, at=at)
        except ChangedSince as changed:
            raise click.ClickException(changed_since(changed.by, changed.at, at)) from changed
        click.echo(thread_notice(undone))

    in_installation(work)


async def acting(here: Installation, site_name: str, email: str | None) -> ThreadActor:
    """Return who acts: a moderator, or whoever has the command line. Raises SiteUnknown, AccountUnknown."""
    site = await here.db.read(site_by_name, site_name)
    if email is None:
        return ThreadActor(site.id, origins_of(site))
    moderator = await here.db.read(moderator_by_email, site.id, email)
    return acting_as(moderator, origins_of(site))


def _settle(
    page: str, site_name: str, email: str | None, wish: ThreadWish, said: Callable[[str], str]
) -> None:
    async def work(here: Installation) -> None:
        who = await acting(here, site_name, email)
        found: Any = await here.db.read(thread_of_page, who.site_id, page)
        number = await here.db.write(set_thread, here.keys, who, found, wish, at=here.clock.now())
        click.echo(said(page))
        _tell_undo(number, site_name)

    in_installation(work)


def _tell_undo(number: int, site_name: str) -> None:
    """Say how to take back what was done, to who reads along; 0 is nothing that was done."""
    if number:
        click.echo(f"To take it back: comments thread undo {number} --site {site_name}", err=True)
