"""Threads as who moderates them sees and holds them: with what is set, and all that leads to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from comments.identity.sections import Sections
from comments.threads.errors import CommentUnknown, ThreadUnknown
from comments.threads.models import MERGED, Comment, Thread, ThreadKey
from comments.threads.queries.finding import THREAD
from comments.threads.scope import comments_within, threads_within


def moderated_threads(
    session: Session,
    site_id: UUID,
    ids: Sequence[UUID],
    sections: Sections,
    *,
    lock: bool = False,
    also_merged: bool = False,
) -> list[Row[Any]]:
    """Return threads in the order asked for. Raises ThreadUnknown for what is not in one's sections.

    `lock` holds their rows, in the order in which every writer does. What is in another one now is as
    unknown, unless that is asked for as well.
    """
    mine = (Thread.site_id == site_id) & Thread.id.in_(ids) & threads_within(sections)
    if not also_merged:
        mine &= Thread.state != MERGED
    statement = select(*THREAD).where(mine).order_by(Thread.id)
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


_MOVED: tuple[Any, ...] = (
    Comment.id,
    Comment.thread_id,
    Comment.parent_id,
    Comment.root_id,
    Comment.depth,
    Comment.path,
    Comment.state,
    Comment.created_at,
)


def moderated_comment(
    session: Session, site_id: UUID, comment_id: UUID, sections: Sections, *, lock: bool = False
) -> Row[Any]:
    """Return a comment with its place; `lock` holds its row. Raises CommentUnknown outside one's sections."""
    mine = (Comment.site_id == site_id) & (Comment.id == comment_id) & comments_within(sections)
    statement = select(*_MOVED).where(mine)
    found = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if found is None:
        raise CommentUnknown("There is no such comment.")
    return found


def branch_of(session: Session, thread_id: UUID, comment: Row[Any]) -> Sequence[Row[Any]]:
    """Return a comment with all that answers it, in any state; nobody comes before whom they answer."""
    root_id = comment.root_id or comment.id
    below = session.execute(
        select(*_MOVED).where(Comment.thread_id == thread_id, Comment.root_id == root_id)
    ).all()
    found = {comment.id: comment}
    # In reading order: past the deepest level answers stand beside whom they answer, and after them.
    for row in sorted(below, key=lambda one: one.path):
        if row.parent_id in found:
            found[row.id] = row
    return list(found.values())
