"""Threads as who moderates them sees and holds them: with what is set, and all that leads to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from comments.identity.sections import Sections
from comments.threads.errors import ThreadUnknown
from comments.threads.models import Thread, ThreadKey
from comments.threads.queries.finding import THREAD
from comments.threads.scope import threads_within


def moderated_threads(
    session: Session, site_id: UUID, ids: Sequence[UUID], sections: Sections, *, lock: bool = False
) -> list[Row[Any]]:
    """Return threads in the order asked for. Raises ThreadUnknown for what is not in one's sections.

    `lock` holds their rows, in the order in which every writer does.
    """
    statement = (
        select(*THREAD)
        .where(Thread.site_id == site_id, Thread.id.in_(ids), threads_within(sections))
        .order_by(Thread.id)
    )
    rows = session.execute(statement.with_for_update() if lock else statement).all()
    found = {row.id: row for row in rows}
    if len(found) < len(set(ids)):
        raise ThreadUnknown("There is no such discussion here.")
    return [found[thread_id] for thread_id in ids]


def keys_to(session: Session, thread_id: UUID) -> Sequence[Row[Any]]:
    """Return kind and key of all that leads to a thread, the oldest first."""
    columns: tuple[Any, ...] = (ThreadKey.kind, ThreadKey.key)
    statement = select(*columns).where(ThreadKey.thread_id == thread_id)
    return session.execute(statement.order_by(ThreadKey.created_at, ThreadKey.kind, ThreadKey.key)).all()
