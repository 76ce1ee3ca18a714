"""Two discussions become one: all comments keep their ids and places, and every key leads to the one left."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, case, update
from sqlalchemy.orm import Session

from comments.storage import WITHOUT_SYNC, announce
from comments.threads.actions.settings import write_thread
from comments.threads.events import ThreadChanged, ThreadOpened
from comments.threads.models import MERGED, Comment, Thread, ThreadKey

_COMMENTS, _THREADS = cast(Table, Comment.__table__), cast(Table, Thread.__table__)


def _stamped(column: str) -> Any:
    return case((_COMMENTS.c[column] > 0, bindparam("in_version")), else_=0)


_MOVE = (
    update(_COMMENTS)
    .where(_COMMENTS.c.thread_id == bindparam("from_thread"))
    .values(
        thread_id=bindparam("to_thread"),
        changed_version=_stamped("changed_version"),
        content_version=_stamped("content_version"),
    )
)


def merge_threads(session: Session, source: Row[Any], target: Row[Any], *, at: datetime) -> int:
    """Bring all of `source` into `target`, both rows of which this write holds; return how many comments.

    What is set for `target` stays, its URL and title too, unless only a guest has claimed that. Of `source`
    an empty row is left, by which every process hears that what it kept of it is not true any more.
    """
    # Higher than both: what readers of either know is older.
    version = max(source.version, target.version) + 1
    order = {"from_thread": source.id, "to_thread": target.id, "in_version": version}
    moved: int = session.execute(_MOVE, order).rowcount  # type: ignore[attr-defined]
    session.execute(
        update(ThreadKey).where(ThreadKey.thread_id == source.id).values(thread_id=target.id),
        execution_options=WITHOUT_SYNC,
    )
    values = {
        "comment_count": target.comment_count + source.comment_count,
        "created_at": min(target.created_at, source.created_at),
        "version": version,
        "recorded_from": version,
        "updated_at": at,
    }
    if source.title_confirmed and not target.title_confirmed:
        values |= {"title": source.title, "title_confirmed": True}
    write_thread(session, target.id, values)
    left = {"state": MERGED, "comment_count": 0, "version": version, "updated_at": at}
    write_thread(session, source.id, left)
    for thread in (source, target):
        announce(session, ThreadChanged(thread.site_id, thread.id, version))
    announce(session, ThreadOpened(target.site_id, target.id))
    return moved
