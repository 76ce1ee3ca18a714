"""What moderators do with whole discussions; each is an entry of the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.sections import Sections, in_sections
from comments.keys import Keyring
from comments.moderation.audit.hash_chain import NewEntry
from comments.moderation.audit.log import add_to_log, in_words
from comments.moderation.search.models import TermsDue
from comments.moderation.threads.merge_models import Merge
from comments.threads.actions.merge import merge_threads
from comments.threads.actions.move import CommentMove, move_comment
from comments.threads.actions.rename import rename_thread
from comments.threads.actions.settings import ThreadWish, settle_thread
from comments.threads.actions.split import apart
from comments.threads.addresses.page_keys import PageKeys, check_page_origin, page_keys
from comments.threads.addresses.urls import page_path
from comments.threads.errors import MoveRefused, OutsideSection
from comments.threads.outbox_jobs import is_merging
from comments.threads.queries.moderated_threads import moderated_comment, moderated_threads


@dataclass(frozen=True, slots=True)
class ThreadActor:
    """Who acts on a site, and where: without an account it is whoever has the command line."""

    site_id: UUID
    origins: tuple[str, ...]
    account_id: UUID | None = None
    sections: Sections = None


@dataclass(frozen=True, slots=True)
class MoveWish:
    """Where a comment is to go: to the top of a thread, or under a comment, in whose thread it is then."""

    comment_id: UUID
    thread_id: UUID | None = None
    parent_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MovedComments:
    """How many comments came to another place, and the number of the log's entry that says so."""

    comments: int
    number: int


def acting_as(moderator: Moderator, origins: tuple[str, ...]) -> ThreadActor:
    return ThreadActor(moderator.site_id, origins, moderator.account_id, moderator.sections)


def set_thread(
    session: Session, keys: Keyring, acting: ThreadActor, thread_id: UUID, wish: ThreadWish, *, at: datetime
) -> int:
    """Close or open a discussion, have all of it wait, slow it down, give it another URL.

    Returns the number of the log's entry about it, 0 if nothing is other than before.
    Raises ThreadUnknown, UrlRefused, PageRefused, OutsideSection, UrlTaken.
    """
    page = None if wish.url is None else _page_for(acting, wish.url)
    (thread,) = moderated_threads(session, acting.site_id, [thread_id], acting.sections, lock=True)
    changed = settle_thread(session, thread, wish, at=at)
    if page is not None and rename_thread(session, thread, page, at=at):
        changed["url"] = page.url
    if not changed:
        return 0
    before = {name: getattr(thread, name) for name in changed}
    facts = {"choice": "set", "thread": str(thread.id), "before": before, "after": changed}
    return log_of_thread(session, keys, acting, facts, at)


def merge(
    session: Session, keys: Keyring, acting: ThreadActor, thread_id: UUID, into: UUID, *, at: datetime
) -> MovedComments:
    """Bring a discussion into another one, and keep for 30 days what both were before.

    Of a large one the rest has to follow: `finish_merge`. Raises ThreadUnknown, and MoveRefused for one and
    the same, or one that is still being merged.
    """
    if thread_id == into:
        raise MoveRefused("This is one and the same discussion.")
    both = [thread_id, into]
    source, target = moderated_threads(session, acting.site_id, both, acting.sections, lock=True)
    if is_merging(session, acting.site_id, both):
        raise MoveRefused("One of these is still being merged. Try again in a minute.")
    _keep_apart(session, source, target, at)
    moved = merge_threads(session, source, target, at=at)
    facts = {"choice": "merge", "thread": str(source.id), "into": str(target.id), "comments": moved}
    places = {"before": source.url, "after": target.url}
    return MovedComments(moved, log_of_thread(session, keys, acting, {**facts, **places}, at))


def _keep_apart(session: Session, source: Row[Any], target: Row[Any], at: datetime) -> None:
    before = msgspec.json.encode(apart(session, source, target)).decode()
    values = {"thread_id": source.id, "site_id": source.site_id, "apart": before, "made_at": at}
    # A merge that was taken back has left none.
    session.execute(insert(Merge).values(values))


def move(
    session: Session,
    keys: Keyring,
    acting: ThreadActor,
    wish: MoveWish,
    *,
    at: datetime,
    undoes: int | None = None,
) -> MovedComments:
    """Move a comment with all that answers it; `undoes` numbers the entry of a move that this takes back.

    Raises CommentUnknown, ThreadUnknown, MoveRefused.
    """
    source_id, target_id = _from_and_to(session, acting, wish)
    source, target = moderated_threads(
        session, acting.site_id, [source_id, target_id], acting.sections, lock=True
    )
    comment = moderated_comment(session, acting.site_id, wish.comment_id, acting.sections, lock=True)
    above = None
    if wish.parent_id is not None:
        above = moderated_comment(session, acting.site_id, wish.parent_id, acting.sections, lock=True)
    if (source_id, target_id) != (comment.thread_id, above.thread_id if above else target_id):
        raise MoveRefused("Somebody else has just moved this. Look where it is now.")
    moved = move_comment(session, CommentMove(comment, source, target, above), at=at)
    # Whether it answers something can be searched for, and no trigger hears of that.
    session.execute(insert(TermsDue).values(site_id=acting.site_id, comment_id=comment.id))
    facts: dict[str, Any] = {"choice": "move", "thread": str(source_id), "into": str(target_id)}
    facts["comments"] = moved
    facts |= {"before": _named(comment.parent_id), "after": _named(wish.parent_id)}
    facts |= {"undoes": undoes} if undoes else {}
    return MovedComments(moved, log_of_thread(session, keys, acting, facts, at, comment_id=comment.id))


def _page_for(acting: ThreadActor, url: str) -> PageKeys:
    """Return the keys of a URL that a discussion of this site can have, where one may put it."""
    page = page_keys(url, None)
    check_page_origin(page, acting.origins)
    if not in_sections(acting.sections, page_path(page.url or "")):
        raise OutsideSection("This address is outside the sections that you moderate.")
    return page


def _from_and_to(session: Session, acting: ThreadActor, wish: MoveWish) -> tuple[UUID, UUID]:
    """Return the threads that a comment leaves and comes to, which may be the same."""
    comment = moderated_comment(session, acting.site_id, wish.comment_id, acting.sections)
    if wish.parent_id is None:
        return comment.thread_id, wish.thread_id or comment.thread_id
    above = moderated_comment(session, acting.site_id, wish.parent_id, acting.sections)
    if wish.thread_id not in {None, above.thread_id}:
        raise MoveRefused("The comment it is to answer is in another discussion.")
    return comment.thread_id, above.thread_id


def _named(comment_id: UUID | None) -> str | None:
    return str(comment_id) if comment_id else None


def log_of_thread(
    session: Session,
    keys: Keyring,
    acting: ThreadActor,
    facts: dict[str, Any],
    at: datetime,
    *,
    comment_id: UUID | None = None,
) -> int:
    """Add to the log what was done with a thread, and return the entry's number.

    Which account it was stands there, and no name.
    """
    account = str(acting.account_id) if acting.account_id else None
    entry_facts = {"account": account, "at": in_words(at), **facts}
    return add_to_log(
        session, keys, acting.site_id, [NewEntry("thread", entry_facts, comment_id=comment_id)], at=at
    )
