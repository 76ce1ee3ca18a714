"""Threads as who moderates them sees and holds them: with what is set, and all that leads to them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, literal_column, select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.threads.errors import CommentUnknown, ThreadUnknown
from comments.threads.models import MERGED, Comment, Thread, ThreadKey
from comments.threads.queries.find_threads import THREAD
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
    below = answers_below(session, [thread_id], [comment.root_id or comment.id], _MOVED)
    found = {comment.id: comment}
    # In reading order: past the deepest level answers stand beside whom they answer, and after them.
    for row in sorted(below, key=lambda one: one.path):
        if row.parent_id in found:
            found[row.id] = row
    return list(found.values())


_ROOTS_AT_ONCE = 500
# In the words of the partial index, for SQLite takes it for no others; and always true, for that it takes two
# columns of it, instead of one of another index that has all of the thread.
_HELD = (Comment.queue != literal_column("'approved'")) & (Comment.queue > literal_column("''"))


def answers_below(
    session: Session, threads: Collection[UUID], roots: Collection[UUID], columns: Sequence[Any]
) -> list[Row[Any]]:
    """Return all that stands below top-level comments of these threads, in any state and no order.

    What has a place is found by its root, and what has none among what waits or was removed in the threads:
    one question for both would have SQLite read all comments of a discussion.
    """
    found: list[Row[Any]] = []
    wanted = list(roots)
    placed = select(*columns).where(Comment.root_id.is_not(None), Comment.listed)
    for start in range(0, len(wanted), _ROOTS_AT_ONCE):
        of_roots = Comment.root_id.in_(wanted[start : start + _ROOTS_AT_ONCE])
        found += session.execute(placed.where(of_roots)).all()
    hidden = select(*columns).where(Comment.thread_id.in_(threads), _HELD, ~Comment.listed)
    if len(wanted) <= _ROOTS_AT_ONCE:
        return [*found, *session.execute(hidden.where(Comment.root_id.in_(wanted))).all()]
    named = set(wanted)
    hidden = hidden.add_columns(Comment.root_id.label("below"))
    return [*found, *(row for row in session.execute(hidden).all() if row.below in named)]
