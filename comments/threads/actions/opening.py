"""Finding the thread a post belongs to, or opening it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.storage import announce
from comments.threads.errors import PageMissing, TooManyThreads
from comments.threads.events import ThreadOpened
from comments.threads.models import MERGED, Thread, ThreadKey
from comments.threads.page_keys import PageKeys, key_hash
from comments.threads.queries.finding import thread_by_keys

if TYPE_CHECKING:
    from comments.threads.actions.posting import PostOrder


@dataclass(frozen=True, slots=True)
class Opened:
    """A thread whose row this write holds."""

    id: UUID
    url: str
    state: str
    created_at: datetime
    is_new: bool
    hold_all: bool = False
    slow_seconds: int = 0


def locked_thread(session: Session, order: "PostOrder", is_team: bool, at: datetime) -> Opened:
    """Return the page's thread, opened if it has none.

    Keys are bound only by the post that opens it: else anyone could hang one article's discussion under
    another. Raises PageMissing (a thread cannot be opened without a URL), TooManyThreads.
    """
    found = thread_by_keys(session, order.site.id, order.page, lock=True)
    while found is not None and found.state == MERGED:
        # It was merged while this waited for its row: now its keys lead to where all went.
        found = thread_by_keys(session, order.site.id, order.page, lock=True)
    if found is not None:
        return Opened(
            found.id,
            found.url,
            found.state,
            found.created_at,
            is_new=False,
            hold_all=found.hold_all,
            slow_seconds=found.slow_seconds,
        )
    if order.page.url is None:
        raise PageMissing("The first comment of a page needs its `url`.", errors={"page.url": "is needed"})
    if order.open_wait and not is_team:
        detail = f"Too many new discussions from here. Try again in {order.open_wait} seconds."
        raise TooManyThreads(detail, retry_after=order.open_wait)
    thread_id = open_thread(session, order.site.id, order.page, order.title, title_confirmed=is_team, at=at)
    return Opened(thread_id, order.page.url, "open", at, is_new=True)


def open_thread(
    session: Session,
    site_id: UUID,
    page: PageKeys,
    title: str | None,
    *,
    title_confirmed: bool,
    at: datetime,
) -> UUID:
    """Store a new thread with its keys."""
    thread_id = new_id(at)
    session.execute(
        insert(Thread).values(
            id=thread_id,
            site_id=site_id,
            url=page.url,
            identifier=page.identifier,
            title=title,
            title_confirmed=title_confirmed,
            state="open",
            comment_count=0,
            version=1,
            created_at=at,
            updated_at=at,
        )
    )
    session.execute(
        insert(ThreadKey),
        [
            {
                "site_id": site_id,
                "key_hash": key_hash(kind, key),
                "kind": kind,
                "key": key,
                "thread_id": thread_id,
                "created_at": at,
            }
            for kind, key in page.pairs
        ],
    )
    announce(session, ThreadOpened(site_id, thread_id))
    return thread_id
