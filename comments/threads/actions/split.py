"""Two discussions that were merged become two again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Row, Table, bindparam, case, select, update
from sqlalchemy.orm import Session

from comments.storage import WITHOUT_SYNC, announce
from comments.threads.actions.settings import write_thread
from comments.threads.events import ThreadChanged, ThreadOpened
from comments.threads.models import Comment, ThreadKey
from comments.threads.queries.moderated_threads import answers_below

_COMMENTS = cast(Table, Comment.__table__)
_AT_ONCE = 500


class MergeRecord(msgspec.Struct, frozen=True):
    """What two discussions were before one went into the other.

    `state`, the top-level comments `tops` and the hashes of the `keys` are of the one that went; the title
    and the time are of the one that was left.
    """

    state: str
    tops: Sequence[UUID]
    keys: Sequence[bytes]
    title: str | None
    title_confirmed: bool
    created_at: datetime


def apart(session: Session, source: Row[Any], target: Row[Any]) -> MergeRecord:
    """Return what two discussions are now; both rows are held, and `source` is to go into `target`."""
    tops = select(Comment.id).where(Comment.thread_id == source.id, Comment.root_id.is_(None))
    keys = select(ThreadKey.key_hash).where(ThreadKey.thread_id == source.id)
    return MergeRecord(
        source.state,
        session.scalars(tops).all(),
        session.scalars(keys).all(),
        target.title,
        target.title_confirmed,
        target.created_at,
    )


def _stamped(column: str) -> Any:
    return case((_COMMENTS.c[column] > 0, bindparam("in_version")), else_=0)


_BACK = (
    update(_COMMENTS)
    .where(_COMMENTS.c.id.in_(bindparam("going", expanding=True)))
    .values(
        thread_id=bindparam("to_thread"),
        changed_version=_stamped("changed_version"),
        content_version=_stamped("content_version"),
    )
)


def part_threads(
    session: Session, source: Row[Any], target: Row[Any], before: MergeRecord, *, at: datetime
) -> int:
    """Bring back to `source` what went into `target`; return how many comments. Both rows are held.

    What answers it goes along, whenever it was written. What stands elsewhere by now stays there, and so does
    what was written at the top of `target` since.
    """
    going = _all_of(session, target.id, before.tops)
    # Higher than both: what readers of either know is older.
    version = max(source.version, target.version) + 1
    for start in range(0, len(going), _AT_ONCE):
        ids = [row.id for row in going[start : start + _AT_ONCE]]
        session.execute(_BACK, {"going": ids, "to_thread": source.id, "in_version": version})
    _give_keys_back(session, source, target, before)
    public = sum(row.state == "approved" for row in going)
    now = {"version": version, "recorded_from": version, "updated_at": at}
    back = {"state": before.state, "title_confirmed": source.title_confirmed or public > 0}
    # Of a merge that was still going on some have not left.
    write_thread(session, source.id, {**now, **back, "comment_count": source.comment_count + public})
    left = {**now, "comment_count": target.comment_count - public}
    if target.created_at == min(before.created_at, source.created_at):
        left["created_at"] = before.created_at
    if not before.title_confirmed and target.title == source.title:
        left |= {"title": before.title, "title_confirmed": target.comment_count > public}
    write_thread(session, target.id, left)
    for thread in (source, target):
        announce(session, ThreadChanged(thread.site_id, thread.id, version))
    announce(session, ThreadOpened(source.site_id, source.id))
    return len(going)


def _all_of(session: Session, thread_id: UUID, tops: Sequence[UUID]) -> list[Row[Any]]:
    """Return those of some top-level comments that are in the thread, with all that answers them."""
    columns: tuple[Any, ...] = (Comment.id, Comment.state)
    found: list[Row[Any]] = []
    for start in range(0, len(tops), _AT_ONCE):
        # By their ids alone: SQLite would rather read all of the thread.
        these = select(*columns, Comment.thread_id).where(Comment.id.in_(tops[start : start + _AT_ONCE]))
        rows: Sequence[Any] = session.execute(these).all()
        found += [row for row in rows if row.thread_id == thread_id]
    return found + answers_below(session, [thread_id], [row.id for row in found], columns)


def _give_keys_back(session: Session, source: Row[Any], target: Row[Any], before: MergeRecord) -> None:
    for start in range(0, len(before.keys), _AT_ONCE):
        theirs = ThreadKey.key_hash.in_(before.keys[start : start + _AT_ONCE])
        session.execute(
            update(ThreadKey)
            .where(ThreadKey.site_id == source.site_id, ThreadKey.thread_id == target.id, theirs)
            .values(thread_id=source.id),
            execution_options=WITHOUT_SYNC,
        )
