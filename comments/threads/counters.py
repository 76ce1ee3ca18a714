"""Counters and thread versions, kept in the same write as what they count."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, or_, update
from sqlalchemy.orm import Session

from comments.storage import announce
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment, Thread
from comments.threads.tree import Place, ancestors


@dataclass(frozen=True, slots=True)
class PublicChange:
    """A comment became public (`delta` 1), stopped being so (-1), or changed in public (0)."""

    comment_id: UUID
    thread_id: UUID
    site_id: UUID
    place: Place
    delta: int


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
        total = Comment.reply_total + delta
        session.execute(
            update(Comment)
            .where(Comment.id.in_(ids))
            .values(
                reply_total=total,
                listed=case((or_(Comment.state == "approved", total > 0), True), else_=False),
            ),
            execution_options={"synchronize_session": False},
        )
    moved = [change.comment_id for change in changes if change.delta]
    if moved:
        shown = or_(Comment.state == "approved", Comment.reply_total > 0)
        session.execute(
            update(Comment).where(Comment.id.in_(moved)).values(listed=case((shown, True), else_=False)),
            execution_options={"synchronize_session": False},
        )


def thread_changed(session: Session, thread_id: UUID, site_id: UUID, at: datetime, *, added: int = 0) -> int:
    """Raise the thread's version, count `added` public comments, announce it; return the new version."""
    version = session.execute(
        update(Thread)
        .where(Thread.id == thread_id)
        .values(comment_count=Thread.comment_count + added, version=Thread.version + 1, updated_at=at)
        .returning(Thread.version),
        execution_options={"synchronize_session": False},
    ).scalar_one()
    announce(session, ThreadChanged(site_id, thread_id, version))
    return version


def _bump_threads(session: Session, changes: Iterable[PublicChange], at: datetime) -> None:
    """Raise each thread's version once. Who changes several threads holds their rows already, in order."""
    added: dict[UUID, int] = defaultdict(int)
    for change in changes:
        added[change.thread_id] += change.delta
    alike: dict[int, list[UUID]] = defaultdict(list)
    for thread_id, count in added.items():
        alike[count].append(thread_id)
    for count, thread_ids in alike.items():
        rows = session.execute(
            update(Thread)
            .where(Thread.id.in_(thread_ids))
            .values(comment_count=Thread.comment_count + count, version=Thread.version + 1, updated_at=at)
            .returning(Thread.id, Thread.site_id, Thread.version),
            execution_options={"synchronize_session": False},
        )
        for thread_id, site_id, version in rows:
            announce(session, ThreadChanged(site_id, thread_id, version))
