"""Two discussions become one: all comments keep their ids and places, and every key leads to the one left."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Integer, Row, Table, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from comments.storage import WITHOUT_SYNC, announce
from comments.threads.actions.settings import write_thread
from comments.threads.events import ThreadChanged, ThreadOpened
from comments.threads.models import MERGED, Comment, Thread, ThreadKey
from comments.threads.outbox_jobs import end_merging, go_on_merging

MOST_AT_ONCE = 500
"""Comments in one write: others write in between, and wait for less than 0.1 s."""

_COMMENTS, _THREADS = cast(Table, Comment.__table__), cast(Table, Thread.__table__)


def _stamped(column: str) -> Any:
    return case((_COMMENTS.c[column] > 0, bindparam("in_version")), else_=0)


_MOVE = (
    update(_COMMENTS)
    .where(_COMMENTS.c.id.in_(bindparam("going", expanding=True)))
    .values(
        thread_id=bindparam("to_thread"),
        changed_version=_stamped("changed_version"),
        content_version=_stamped("content_version"),
    )
)
_NEXT = (
    select(_COMMENTS.c.id, _COMMENTS.c.state)
    .where(_COMMENTS.c.thread_id == bindparam("from_thread"))
    .limit(bindparam("most", type_=Integer()))
)
_SIZE = select(func.count()).select_from(_COMMENTS).where(_COMMENTS.c.thread_id == bindparam("from_thread"))


def merge_threads(session: Session, source: Row[Any], target: Row[Any], *, at: datetime) -> int:
    """Begin to bring all of `source` into `target`, both rows of which this write holds.

    Every key leads to `target` from now on. The first comments come along; of more than `MOST_AT_ONCE` the
    others follow by `merge_further`, and a task of the outbox sees to it that they do. What is set for
    `target` stays, its URL and title too, unless only a guest has claimed that. Of `source` an empty row is
    left, by which every process hears that what it kept of it is not true any more. Returns how many comments
    there are.
    """
    size: int = session.execute(_SIZE, {"from_thread": source.id}).scalar_one()
    session.execute(
        update(ThreadKey).where(ThreadKey.thread_id == source.id).values(thread_id=target.id),
        execution_options=WITHOUT_SYNC,
    )
    values: dict[str, Any] = {"created_at": min(target.created_at, source.created_at)}
    if source.title_confirmed and not target.title_confirmed:
        values |= {"title": source.title, "title_confirmed": True}
    _bring(session, source, target, values, at)
    announce(session, ThreadOpened(target.site_id, target.id))
    if size > MOST_AT_ONCE:
        go_on_merging(session, target.site_id, source.id, target.id, at)
    return size


def merge_further(session: Session, source_id: UUID, target_id: UUID, *, at: datetime) -> bool:
    """Bring the next comments of a merge, and return whether some may be left.

    Of a merge that was taken back none are.
    """
    both = select(Thread).where(Thread.id.in_([source_id, target_id])).order_by(Thread.id).with_for_update()
    held = {row.id: row for row in session.execute(both.with_only_columns(*_THREADS.c))}
    source, target = held.get(source_id), held.get(target_id)
    if source is None or target is None or source.state != MERGED:
        return False
    if session.execute(_NEXT, {"from_thread": source_id, "most": 1}).first() is None:
        end_merging(session, source.site_id, source_id)
        return False
    _bring(session, source, target, {}, at)
    return True


def _bring(
    session: Session, source: Row[Any], target: Row[Any], values: dict[str, Any], at: datetime
) -> None:
    """Bring as many comments as one write may, and count them where they are now."""
    going = session.execute(_NEXT, {"from_thread": source.id, "most": MOST_AT_ONCE}).all()
    # Higher than both: what readers of either know is older.
    version = max(source.version, target.version) + 1
    if going:
        ids = [row.id for row in going]
        session.execute(_MOVE, {"going": ids, "to_thread": target.id, "in_version": version})
    public = sum(row.state == "approved" for row in going)
    now = {"version": version, "updated_at": at}
    counted = {"comment_count": target.comment_count + public, "recorded_from": version}
    write_thread(session, target.id, {**values, **now, **counted})
    left = {"state": MERGED, "comment_count": source.comment_count - public}
    write_thread(session, source.id, {**left, **now})
    for thread in (source, target):
        announce(session, ThreadChanged(thread.site_id, thread.id, version))
