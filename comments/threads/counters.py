"""Counters and thread versions, kept in the same write as what they count."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, case, or_, update
from sqlalchemy.orm import Session

from comments.storage import announce
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment, Thread
from comments.threads.tree import Place, ancestors

_THREADS, _COMMENTS = cast(Table, Thread.__table__), cast(Table, Comment.__table__)


def _is_listed(reply_total: ColumnElement[int]) -> ColumnElement[bool]:
    return case((or_(_COMMENTS.c.state == "approved", reply_total > 0), True), else_=False)


# Made once, and on the tables: putting them together in the ORM takes longer than running them.
_RAISE_VERSIONS = (
    update(_THREADS)
    .where(_THREADS.c.id.in_(bindparam("thread_ids", expanding=True)))
    .values(
        comment_count=_THREADS.c.comment_count + bindparam("added"),
        version=_THREADS.c.version + 1,
        updated_at=bindparam("at"),
    )
    .returning(_THREADS.c.id, _THREADS.c.site_id, _THREADS.c.version)
)
_THESE = _COMMENTS.c.id.in_(bindparam("ids", expanding=True))
_NEW_TOTAL = _COMMENTS.c.reply_total + bindparam("delta")
_COUNT_REPLIES = update(_COMMENTS).where(_THESE).values(reply_total=_NEW_TOTAL, listed=_is_listed(_NEW_TOTAL))
_LIST_OR_NOT = update(_COMMENTS).where(_THESE).values(listed=_is_listed(_COMMENTS.c.reply_total))


@dataclass(frozen=True, slots=True)
class PublicChange:
    """A comment became public (`delta` 1), stopped being so (-1), or changed in public (0).

    `is_new` says that its row was written just now, `listed` and all.
    """

    comment_id: UUID
    thread_id: UUID
    place: Place
    delta: int
    is_new: bool = False


def publish_changed(session: Session, changes: Sequence[PublicChange], at: datetime) -> None:
    """Bring counters, `listed` and thread versions in line after the comments' states were written.

    Threads come first: two writers meet there and not crosswise.
    """
    _bump_threads(session, changes, at)
    below: dict[UUID, int] = defaultdict(int)
    for change in changes:
        for ancestor in ancestors(change.place) if change.delta else ():
            below[ancestor] += change.delta
    by_delta: dict[int, list[UUID]] = defaultdict(list)
    for comment_id, delta in below.items():
        if delta:
            by_delta[delta].append(comment_id)
    for delta, ids in by_delta.items():
        session.execute(_COUNT_REPLIES, {"ids": ids, "delta": delta})
    moved = [change.comment_id for change in changes if change.delta and not change.is_new]
    if moved:
        session.execute(_LIST_OR_NOT, {"ids": moved})


def thread_changed(session: Session, thread_id: UUID, at: datetime) -> None:
    """Raise the thread's version and announce it; its count stays."""
    _raise_versions(session, [thread_id], 0, at)


def _bump_threads(session: Session, changes: Iterable[PublicChange], at: datetime) -> None:
    """Raise each thread's version once. Who changes several threads holds their rows already, in order."""
    added: dict[UUID, int] = defaultdict(int)
    for change in changes:
        added[change.thread_id] += change.delta
    alike: dict[int, list[UUID]] = defaultdict(list)
    for thread_id, count in added.items():
        alike[count].append(thread_id)
    for count, thread_ids in alike.items():
        _raise_versions(session, thread_ids, count, at)


def _raise_versions(session: Session, thread_ids: Sequence[UUID], added: int, at: datetime) -> None:
    rows = session.execute(_RAISE_VERSIONS, {"thread_ids": thread_ids, "added": added, "at": at})
    for thread_id, site_id, version in rows:
        announce(session, ThreadChanged(site_id, thread_id, version))
