"""The question under which key a thread is found again."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.threads.addresses.page_keys import PageKeys
from comments.threads.models import Thread, ThreadKey


def keys_of_thread(session: Session, thread_id: UUID) -> PageKeys:
    """Return a key that leads to this thread, as a page would give it."""
    row = session.execute(
        select(ThreadKey.kind, ThreadKey.key, Thread.url)
        .join(Thread, Thread.id == ThreadKey.thread_id)
        .where(ThreadKey.thread_id == thread_id)
        .order_by(ThreadKey.kind)
        .limit(1)
    ).one()
    return PageKeys(row.key) if row.kind == "identifier" else PageKeys(None, row.url, row.key)
