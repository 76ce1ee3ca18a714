"""A comment goes to another place with all that answers it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, case, update
from sqlalchemy.orm import Session

from comments.threads.actions.settings import show_anew, write_thread
from comments.threads.counters import count_below
from comments.threads.errors import MoveRefused
from comments.threads.models import Comment
from comments.threads.order.tree import TOP, TreePosition, ancestors, place_below
from comments.threads.queries.moderated_threads import branch_of

_COMMENTS = cast(Table, Comment.__table__)


def _stamped(column: str) -> Any:
    return case((_COMMENTS.c[column] > 0, bindparam("in_version")), else_=0)


_PUT = (
    update(_COMMENTS)
    .where(_COMMENTS.c.id == bindparam("moved"))
    .values(
        thread_id=bindparam("to_thread"),
        parent_id=bindparam("to_parent"),
        root_id=bindparam("to_root"),
        depth=bindparam("to_depth"),
        path=bindparam("to_path"),
        reply_total=bindparam("replies"),
        listed=bindparam("is_listed"),
        changed_version=_stamped("changed_version"),
        content_version=_stamped("content_version"),
    )
)


@dataclass(frozen=True, slots=True)
class CommentMove:
    """A comment, the thread it is in, and where it goes: under `above`, or to the top of the thread.

    Of all four the rows are held.
    """

    comment: Row[Any]
    source: Row[Any]
    target: Row[Any]
    above: Row[Any] | None = None


def move_comment(session: Session, move: CommentMove, *, at: datetime) -> int:
    """Move a comment with all that answers it; return how many they are. Ids and times stay as they are.

    Raises MoveRefused for a place below the comment itself.
    """
    branch = branch_of(session, move.source.id, move.comment)
    moved = {row.id for row in branch}
    if move.above is not None and move.above.id in moved:
        raise MoveRefused("A comment cannot answer itself, or what answers it.")
    places = _new_places(branch, move.above)
    public = [row for row in branch if row.state == "approved"]
    replies = Counter(above for row in public for above in ancestors(places[row.id]) if above in moved)
    version = _raise_threads(session, move, len(public), at)
    session.execute(
        _PUT,
        [
            {
                "moved": row.id,
                "to_thread": move.target.id,
                "to_parent": row.parent_id if row.id != move.comment.id else move.above and move.above.id,
                "to_root": places[row.id].root_id,
                "to_depth": places[row.id].depth,
                "to_path": places[row.id].path,
                "replies": replies[row.id],
                "is_listed": row.state == "approved" or replies[row.id] > 0,
                "in_version": version,
            }
            for row in branch
        ],
    )
    below: dict[UUID, int] = defaultdict(int)
    for row in public:
        for left in ancestors(_place(row)):
            below[left] -= left not in moved
        for joined in ancestors(places[row.id]):
            below[joined] += joined not in moved
    count_below(session, below)
    return len(branch)


def _new_places(branch: Sequence[Row[Any]], above: Row[Any] | None) -> Mapping[UUID, TreePosition]:
    """Return where each comes to stand; nobody comes before whom they answer."""
    first, *answers = branch
    places = {first.id: TOP}
    if above is not None:
        places[first.id] = place_below(above.id, _place(above), first.id, first.created_at)
    for row in answers:
        places[row.id] = place_below(row.parent_id, places[row.parent_id], row.id, row.created_at)
    return places


def _raise_threads(session: Session, move: CommentMove, public: int, at: datetime) -> int:
    """Raise the versions of the threads, and return that of the one the comments come to."""
    source, target = move.source, move.target
    if source.id == target.id:
        return show_anew(session, target.id, at)
    for thread, added in sorted(((source, -public), (target, public)), key=lambda one: one[0].id):
        version = show_anew(session, thread.id, at, added=added)
        if thread is target:
            found = version
    if public and not target.title_confirmed:
        write_thread(session, target.id, {"title_confirmed": True})
    return found


def _place(row: Row[Any]) -> TreePosition:
    return TreePosition(row.root_id, row.depth, row.path)
