"""Opening a thread."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.storage import announce
from comments.threads.addresses.page_keys import PageKeys, key_hash
from comments.threads.events import ThreadOpened
from comments.threads.models import Thread, ThreadKey

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True)
class OpenedThread:
    """A thread whose row this write holds, or that it will open (`is_new`)."""

    id: UUID
    url: str
    state: str
    created_at: datetime
    version: int
    is_new: bool
    hold_all: bool = False
    slow_seconds: int = 0


def open_thread(
    session: Session,
    site_id: UUID,
    page: PageKeys,
    title: str | None,
    *,
    title_confirmed: bool,
    at: datetime,
    thread_id: UUID | None = None,
) -> UUID:
    """Store a new thread with its keys; `thread_id` is made here if it is not given.

    Keys are bound only by the post that opens a page: else anyone could hang one article's discussion under
    another.
    """
    thread_id = thread_id or new_id(at)
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
            version=FIRST_VERSION,
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
