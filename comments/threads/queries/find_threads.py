"""Finding threads: by their keys, by id, by when they changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from comments.threads.addresses.page_keys import PageKeys
from comments.threads.models import MERGED, Thread, ThreadKey


class ThreadRow(msgspec.Struct, array_like=True, gc=False):
    """A thread as far as its readers are concerned; fields are columns of `Thread`."""

    id: UUID
    site_id: UUID
    url: str
    identifier: str | None
    title: str | None
    title_confirmed: bool
    state: str
    hold_all: bool
    slow_seconds: int
    comment_count: int
    version: int
    recorded_from: int
    created_at: datetime


class _KeyedRow(ThreadRow, array_like=True, gc=False):
    key_hash: bytes


THREAD: tuple[Any, ...] = tuple(getattr(Thread, name) for name in ThreadRow.__struct_fields__)

_WITH_KEY: tuple[Any, ...] = (*THREAD, ThreadKey.key_hash)
# Made once: they are asked for every page and post, and putting one together takes longer than running it.
_OF_KEYS = (
    ThreadKey.site_id == bindparam("site_id"),
    ThreadKey.key_hash.in_(bindparam("hashes", expanding=True)),
)
_BY_KEYS = select(*_WITH_KEY).join(ThreadKey, ThreadKey.thread_id == Thread.id).where(*_OF_KEYS)
_BY_ID = select(*THREAD).where(Thread.id == bindparam("id"))
_COUNTS: tuple[Any, ...] = (ThreadKey.key_hash, Thread.id, Thread.comment_count, Thread.version)
_COUNTS_BY_KEYS = select(*_COUNTS).join(Thread, Thread.id == ThreadKey.thread_id).where(*_OF_KEYS)


def thread_by_keys(session: Session, site_id: UUID, keys: PageKeys) -> ThreadRow | None:
    """Return the thread these keys lead to: the identifier's, else the URL's."""
    hashes = keys.hashes
    rows = session.execute(_BY_KEYS, {"site_id": site_id, "hashes": hashes})
    found = [_KeyedRow(*row) for row in rows]
    if len(found) < 2:
        return found[0] if found else None
    return min(found, key=lambda row: hashes.index(row.key_hash))


def threads_by_key_hashes(
    session: Session, site_id: UUID, hashes: Sequence[bytes]
) -> Mapping[bytes, Row[Any]]:
    """Return id, comment_count and version of the threads that keys lead to, by the key's hash."""
    rows = session.execute(_COUNTS_BY_KEYS, {"site_id": site_id, "hashes": list(hashes)})
    return {row.key_hash: row for row in rows}


def thread_if_any(session: Session, thread_id: UUID) -> ThreadRow | None:
    """Return a thread, None if it is gone or was merged into another one."""
    row = session.execute(_BY_ID, {"id": thread_id}).first()
    found = ThreadRow(*row) if row is not None else None
    return found if found is not None and found.state != MERGED else None


def thread_by_id(session: Session, thread_id: UUID) -> ThreadRow:
    """Return a thread that is there."""
    return ThreadRow(*session.execute(_BY_ID, {"id": thread_id}).one())


def key_hashes_of(session: Session, thread_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Return site_id, key_hash and thread_id of every key that leads to one of these threads."""
    columns: tuple[Any, ...] = (ThreadKey.site_id, ThreadKey.key_hash, ThreadKey.thread_id)
    return session.execute(select(*columns).where(ThreadKey.thread_id.in_(thread_ids))).all()


class ThreadVersion(NamedTuple):
    """Which version of a thread's there is."""

    id: UUID
    site_id: UUID
    version: int


def threads_changed_since(session: Session, moment: datetime) -> Sequence[ThreadVersion]:
    """Return the threads that changed at `moment` or later."""
    return [ThreadVersion(*row) for row in session.execute(_CHANGED, {"moment": moment})]


_CHANGED = select(Thread.id, Thread.site_id, Thread.version).where(Thread.updated_at >= bindparam("moment"))
