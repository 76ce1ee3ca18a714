"""What moderators do with whole discussions; each is an entry of the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.queries import Moderator
from comments.identity.sections import Sections
from comments.keys import Keyring
from comments.moderation.chain import NewEntry
from comments.moderation.log import add_to_log, in_words
from comments.threads.actions.settling import ThreadWish, settle_thread
from comments.threads.queries.operating import moderated_threads


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts on a site, and where: without an account it is whoever has the command line."""

    site_id: UUID
    account_id: UUID | None = None
    sections: Sections = None


def acting_as(moderator: Moderator) -> Acting:
    return Acting(moderator.site_id, moderator.account_id, moderator.sections)


def set_thread(
    session: Session, keys: Keyring, acting: Acting, thread_id: UUID, wish: ThreadWish, *, at: datetime
) -> dict[str, Any]:
    """Close or open a discussion, have all of it wait, or slow it down; return what is other than before.

    Raises ThreadUnknown.
    """
    (thread,) = moderated_threads(session, acting.site_id, [thread_id], acting.sections, lock=True)
    changed = settle_thread(session, thread, wish, at=at)
    if changed:
        before = {name: getattr(thread, name) for name in changed}
        facts = {"choice": "set", "thread": str(thread.id), "before": before, "after": changed}
        log_thread(session, keys, acting, facts, at)
    return changed


def log_thread(
    session: Session,
    keys: Keyring,
    acting: Acting,
    facts: dict[str, Any],
    at: datetime,
    *,
    comment_id: UUID | None = None,
) -> None:
    """Add to the log what was done with a thread. Which account it was stands there, and no name."""
    account = str(acting.account_id) if acting.account_id else None
    told = {"account": account, "at": in_words(at), **facts}
    add_to_log(session, keys, acting.site_id, [NewEntry("thread", told, comment_id=comment_id)], at=at)
