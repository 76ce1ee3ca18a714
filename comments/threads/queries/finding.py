"""Finding threads: by their keys, by id, by when they changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from comments.threads.models import MERGED, Thread, ThreadKey
from comments.threads.page_keys import PageKeys

THREAD: tuple[Any, ...] = (
    Thread.id,
    Thread.site_id,
    Thread.url,
    Thread.identifier,
    Thread.title,
    Thread.title_confirmed,
    Thread.state,
    Thread.hold_all,
    Thread.slow_seconds,
    Thread.comment_count,
    Thread.version,
    Thread.recorded_from,
    Thread.created_at,
)

_WITH_KEY: tuple[Any, ...] = (*THREAD, ThreadKey.key_hash)
# Made once: it is asked for every page and post, and putting it together takes longer than running it.
_OF_KEYS = (
    ThreadKey.site_id == bindparam("site_id"),
    ThreadKey.key_hash.in_(bindparam("hashes", expanding=True)),
)
_BY_KEYS = select(*_WITH_KEY).join(ThreadKey, ThreadKey.thread_id == Thread.id).where(*_OF_KEYS)
_COUNTS: tuple[Any, ...] = (ThreadKey.key_hash, Thread.id, Thread.comment_count, Thread.version)
_COUNTS_BY_KEYS = select(*_COUNTS).join(Thread, Thread.id == ThreadKey.thread_id).where(*_OF_KEYS)


def thread_by_keys(session: Session, site_id: UUID, keys: PageKeys) -> Row[Any] | None:
    """Return the thread these keys lead to: the identifier's, else the URL's."""
    hashes = keys.hashes
    rows = session.execute(_BY_KEYS, {"site_id": site_id, "hashes": hashes})
    found = {row.key_hash: row for row in rows}
    return next((found[wanted] for wanted in hashes if wanted in found), None)


def threads_by_key_hashes(
    session: Session, site_id: UUID, hashes: Sequence[bytes]
) -> Mapping[bytes, Row[Any]]:
    """Return id, comment_count and version of the threads that keys lead to, by the key's hash."""
    rows = session.execute(_COUNTS_BY_KEYS, {"site_id": site_id, "hashes": list(hashes)})
    return {row.key_hash: row for row in rows}


def thread_if_any(session: Session, thread_id: UUID) -> Row[Any] | None:
    """Return a thread, None if it is gone or was merged into another one."""
    here = (Thread.id == thread_id) & (Thread.state != MERGED)
    return session.execute(select(*THREAD).where(here)).one_or_none()


def thread_by_id(session: Session, thread_id: UUID) -> Row[Any]:
    return session.execute(select(*THREAD).where(Thread.id == thread_id)).one()


def key_hashes_of(session: Session, thread_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Return site_id, key_hash and thread_id of every key that leads to one of these threads."""
    columns: tuple[Any, ...] = (ThreadKey.site_id, ThreadKey.key_hash, ThreadKey.thread_id)
    return session.execute(select(*columns).where(ThreadKey.thread_id.in_(thread_ids))).all()


def threads_changed_since(session: Session, moment: datetime) -> Sequence[Row[Any]]:
    """Return id, site_id and version of the threads that changed at `moment` or later."""
    columns: tuple[Any, ...] = (Thread.id, Thread.site_id, Thread.version)
    statement = select(*columns).where(Thread.updated_at >= moment)
    return session.execute(statement).all()
