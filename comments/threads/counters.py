"""Counters and versions, kept in the same write as what they count.

A thread's version rises with what readers can see, and every comment that looks different from then on is
stamped with it: `changed_version`, and `content_version` unless mere numbers changed. So what a reader has
missed is one range of an index. What was never public is never stamped.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from comments.storage import announce
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment, Thread
from comments.threads.order.tree import TreePosition, ancestors
from comments.threads.outbox_jobs import tell_readers

NEVER_PUBLIC = 0
"""The `changed_version` of a comment that readers have never seen."""

_THREADS, _COMMENTS = cast(Table, Thread.__table__), cast(Table, Comment.__table__)


def _is_listed(reply_total: ColumnElement[int]) -> ColumnElement[bool]:
    return case((or_(_COMMENTS.c.state == "approved", reply_total > 0), True), else_=False)


# Made once, and on the tables: putting them together in the ORM takes longer than running them.
_RAISE_VERSIONS = (
    update(_THREADS)
    .where(_THREADS.c.id.in_(bindparam("thread_ids", expanding=True)))
    .values(
        comment_count=_THREADS.c.comment_count + bindparam("added"),
        version=_THREADS.c.version + bindparam("raised"),
        updated_at=bindparam("at"),
    )
    .returning(_THREADS.c.id, _THREADS.c.site_id, _THREADS.c.version)
)
_THESE = _COMMENTS.c.id.in_(bindparam("ids", expanding=True))
_NEW_TOTAL = _COMMENTS.c.reply_total + bindparam("delta")
# The thread is raised first: what changes with it carries the version it has then.
_VERSION = select(_THREADS.c.version).where(_THREADS.c.id == _COMMENTS.c.thread_id).scalar_subquery()
_COUNT_REPLIES = (
    update(_COMMENTS)
    .where(_THESE)
    .values(
        reply_total=_NEW_TOTAL,
        listed=_is_listed(_NEW_TOTAL),
        changed_version=_VERSION,
        # An empty place comes and goes with its replies; of a comment that is there only a number changes.
        content_version=case((_COMMENTS.c.state == "approved", _COMMENTS.c.content_version), else_=_VERSION),
    )
)
_STAMPED = {"changed_version": _VERSION, "content_version": _VERSION}
_LIST_AND_STAMP = (
    update(_COMMENTS).where(_THESE).values(listed=_is_listed(_COMMENTS.c.reply_total), **_STAMPED)
)
_STAMP_PUBLIC = update(_COMMENTS).where(_THESE, _COMMENTS.c.state == "approved").values(**_STAMPED)


@dataclass(frozen=True, slots=True)
class PublicChange:
    """A comment became public (`delta` 1), stopped being so (-1), or changed in public (0)."""

    comment_id: UUID
    thread_id: UUID
    place: TreePosition
    delta: int


def publish_changed(session: Session, changes: Sequence[PublicChange], at: datetime) -> None:
    """Bring counters, `listed` and versions in line after the comments' states were written.

    Threads come first: two writers meet there and not crosswise. Who is told of what became public is told
    once: of comments that were public before nobody is.
    """
    tell_readers(session, [change.comment_id for change in changes if change.delta > 0], at)
    _raise_threads(session, changes, at)
    below: dict[UUID, int] = defaultdict(int)
    for change in changes:
        for ancestor in ancestors(change.place) if change.delta else ():
            below[ancestor] += change.delta
    count_below(session, below)
    if changes:
        session.execute(_LIST_AND_STAMP, {"ids": [change.comment_id for change in changes]})


def count_below(session: Session, below: Mapping[UUID, int]) -> None:
    """Count so many more public replies below these comments, the versions of their threads being raised."""
    by_delta: dict[int, list[UUID]] = defaultdict(list)
    for comment_id, delta in below.items():
        if delta:
            by_delta[delta].append(comment_id)
    for delta, ids in by_delta.items():
        session.execute(_COUNT_REPLIES, {"ids": ids, "delta": delta})


def raise_version(session: Session, thread_id: UUID, at: datetime, *, added: int = 0) -> int:
    """Raise and announce the thread's version, and return it; its count grows by `added`.

    The comments that look different from then on are the caller's to stamp.
    """
    return _raise_versions(session, [thread_id], added, at)[thread_id]


def count_posts(session: Session, change: ThreadChanged, added: int, at: datetime) -> None:
    """Count new public comments in their thread, whose row is held, so that it has `change`'s version then.

    What stands below others is counted afterwards (`count_below`).
    """
    session.execute(
        _RAISE_VERSIONS, {"thread_ids": [change.thread_id], "added": added, "raised": added, "at": at}
    )
    announce(session, change)


def texts_changed(session: Session, comment_ids: Sequence[UUID], at: datetime) -> None:
    """Raise the versions of the threads in which public comments of these are; their texts are others now."""
    public = _THESE & (_COMMENTS.c.state == "approved")
    threads = select(_COMMENTS.c.thread_id).where(public).distinct().order_by(_COMMENTS.c.thread_id)
    thread_ids = session.execute(threads, {"ids": comment_ids}).scalars().all()
    if thread_ids:
        _raise_versions(session, thread_ids, 0, at)
        session.execute(_STAMP_PUBLIC, {"ids": comment_ids})


def _raise_threads(session: Session, changes: Iterable[PublicChange], at: datetime) -> None:
    """Raise each thread's version once. Who changes several threads holds their rows already, in order."""
    added: dict[UUID, int] = defaultdict(int)
    for change in changes:
        added[change.thread_id] += change.delta
    alike: dict[int, list[UUID]] = defaultdict(list)
    for thread_id, count in added.items():
        alike[count].append(thread_id)
    for count, thread_ids in alike.items():
        _raise_versions(session, thread_ids, count, at)


def _raise_versions(
    session: Session, thread_ids: Sequence[UUID], added: int, at: datetime
) -> dict[UUID, int]:
    values = {"thread_ids": thread_ids, "added": added, "raised": 1, "at": at}
    rows = session.execute(_RAISE_VERSIONS, values).all()
    for thread_id, site_id, version in rows:
        announce(session, ThreadChanged(site_id, thread_id, version))
    return {thread_id: version for thread_id, _, version in rows}
