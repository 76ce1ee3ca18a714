"""Pages of a discussion: top-level comments by keyset, and a few replies below each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal, TypeAlias, cast
from uuid import UUID

import msgspec
from sqlalchemy import Integer, Select, Table, bindparam, select, tuple_
from sqlalchemy.orm import Session

from comments.storage import first_per_group, groups_asked
from comments.threads.models import Comment
from comments.threads.order.tree import TreePosition, after_branch, ancestors

Sort = Literal["best", "newest", "oldest"]

LARGEST_PAGE = 200
"""Comments in all on one page, replies counted."""

REPLIES_BELOW = 5
"""Replies shown below each top-level comment, where the page has room for them."""


class CommentRow(msgspec.Struct, array_like=True, gc=False):
    """What a comment is shown from; fields are columns of `Comment`.

    Nothing private is among them but `source`, which its author alone is shown.
    """

    id: UUID
    parent_id: UUID | None
    root_id: UUID | None
    depth: int
    path: bytes
    state: str
    author_id: UUID
    author_name: str
    author_kind: str
    author_badge: str | None
    author_website: str | None
    source: str
    source_format: str
    html: str
    renderer: int
    reply_total: int
    rank: int
    upvotes: int
    downvotes: int
    created_at: datetime
    edited_at: datetime | None
    edited_by_moderator: bool
    featured: bool


class PlacedRow(CommentRow, array_like=True, gc=False):
    """A comment in any state, with its thread, and why it waits."""

    reasons: str
    thread_id: UUID
    listed: bool


# Core columns: each row becomes a struct at once, and needs nothing that the ORM's loading prepares for it.
_COMMENTS = cast(Table, Comment.__table__)
_C = _COMMENTS.c
SHOWN: tuple[Any, ...] = tuple(_C[name] for name in CommentRow.__struct_fields__)
WITH_REASONS: tuple[Any, ...] = (*SHOWN, _C.reasons)
_WITH_PLACE: tuple[Any, ...] = (*WITH_REASONS, _C.thread_id, _C.listed)

_KEYS: dict[Sort, tuple[Any, ...]] = {
    "best": (_C.rank, _C.created_at, _C.id),
    "newest": (_C.created_at, _C.id),
    "oldest": (_C.created_at, _C.id),
}

# Made once, as all that is run for most pages: putting one together takes longer than running it.
_BY_ID = select(*_WITH_PLACE).where(_C.id == bindparam("id"), _C.site_id == bindparam("site_id"))
_BY_IDS = select(*SHOWN).where(_C.id.in_(bindparam("ids", expanding=True)))
_NAMES = select(_C.id, _C.author_name).where(
    _C.id.in_(bindparam("ids", expanding=True)), _C.state == "approved"
)

Position = tuple[Any, ...]
Statement: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a thread: `limit` top-level comments in this order, after (or before) a position."""

    sort: Sort = "best"
    limit: int = 25
    after: Position | None = None
    before: Position | None = None


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Top-level rows in order, reply rows in reading order, and where the pages beside it begin.

    `replies_end` has, for each root with more replies than shown, the path after which they go on.
    """

    tops: Sequence[CommentRow]
    replies: Sequence[CommentRow]
    replies_end: dict[UUID, bytes]
    next: Position | None
    previous: Position | None


def position_of(row: CommentRow, sort: Sort) -> Position:
    return (row.rank, row.created_at, row.id) if sort == "best" else (row.created_at, row.id)


def comment_page(session: Session, thread_id: UUID, window: Window) -> CommentPage:
    """Return one page of a thread: one indexed range of top-level comments, one for each root's replies."""
    backwards = window.before is not None
    rows = _tops(session, thread_id, window, window.limit + 1)
    more = len(rows) > window.limit
    rows = rows[: window.limit]
    if backwards:
        rows = rows[::-1]
    first = position_of(rows[0], window.sort) if rows else None
    last = position_of(rows[-1], window.sort) if rows else None
    replies, replies_end = _first_replies(session, rows)
    return CommentPage(
        rows,
        replies,
        replies_end,
        next=last if more or backwards else None,
        previous=first if window.after is not None or (backwards and more) else None,
    )


def page_around(session: Session, thread_id: UUID, target: PlacedRow, window: Window) -> CommentPage:
    """Return the page that begins with the root `target` stands under, the branch down to it open.

    Its other replies are walked from their beginning, so the branch's comments come again there.
    """
    root_id = target.root_id or target.id
    (root,) = _rows(session, _BY_IDS, {"ids": [root_id]})
    here = position_of(root, window.sort)
    following = comment_page(session, thread_id, replace(window, after=here, limit=max(1, window.limit - 1)))
    before = _tops(session, thread_id, replace(window, before=here), 1)
    tops, replies, ends = [root], list(_branch(session, target)), dict(following.replies_end)
    if window.limit > 1:
        room = LARGEST_PAGE - len(replies) - 1
        tops += following.tops
        kept = {row.id for row in following.tops}
        replies += [row for row in following.replies if row.root_id in kept][
            : max(0, room - len(following.tops))
        ]
    if root.reply_total:
        ends[root_id] = b""
    return CommentPage(
        tops,
        replies,
        ends,
        next=following.next if window.limit > 1 else (here if following.tops else None),
        previous=here if before else None,
    )


def replies_page(
    session: Session, comment: CommentRow, *, after: bytes | None, limit: int
) -> tuple[Sequence[CommentRow], bytes | None]:
    """Return the next `limit` replies below a comment in reading order, and after which path more come."""
    asked = {
        "root_id": comment.root_id or comment.id,
        "after": comment.path if after is None else after,
        "limit": limit + 1,
    }
    if comment.root_id is not None:
        asked["before"] = after_branch(comment.path)
    rows = _rows(session, _replies_statement(comment.root_id is not None), asked)
    return rows[:limit], rows[limit - 1].path if len(rows) > limit else None


def shown_comment(session: Session, site_id: UUID, comment_id: UUID) -> PlacedRow | None:
    """Return a comment in any state, with its thread, as far as `wire` needs it."""
    row = session.execute(_BY_ID, {"id": comment_id, "site_id": site_id}).first()
    return PlacedRow(*row) if row is not None else None


def rows_above(session: Session, comment: CommentRow) -> list[CommentRow]:
    """Return the comments it stands under, the root first."""
    ids = ancestors(TreePosition(comment.root_id, comment.depth, comment.path))
    if not ids:
        return []
    rows = {row.id: row for row in _rows(session, _BY_IDS, {"ids": ids})}
    return [rows[above] for above in ids if above in rows]


def names_of(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the authors' names of those of these comments that are public."""
    return {row.id: row.author_name for row in session.execute(_NAMES, {"ids": comment_ids})}


def _tops(session: Session, thread_id: UUID, window: Window, limit: int) -> list[CommentRow]:
    position = window.after if window.before is None else window.before
    asked = dict(zip(("at_0", "at_1", "at_2"), position or (), strict=False))
    statement = _tops_statement(window.sort, window.before is not None, position is not None)
    return _rows(session, statement, {"thread_id": thread_id, "limit": limit, **asked})


def _rows(session: Session, statement: Statement, asked: Mapping[str, Any]) -> list[CommentRow]:
    return [CommentRow(*row) for row in session.execute(statement, asked)]


@cache
def _tops_statement(sort: Sort, backwards: bool, from_position: bool) -> Statement:
    keys = _KEYS[sort]
    ascending = (sort == "oldest") != backwards
    statement = select(*SHOWN).where(_C.thread_id == bindparam("thread_id"), _C.root_id.is_(None), _C.listed)
    if from_position:
        walked = tuple_(*keys)
        here = tuple_(*(bindparam(f"at_{n}", type_=key.type) for n, key in enumerate(keys)))
        statement = statement.where(walked > here if ascending else walked < here)
    statement = statement.order_by(*(key.asc() if ascending else key.desc() for key in keys))
    return statement.limit(bindparam("limit", type_=Integer()))


@cache
def _replies_statement(within_branch: bool) -> Statement:
    statement = select(*SHOWN).where(
        _C.root_id == bindparam("root_id"), _C.listed, _C.path > bindparam("after")
    )
    if within_branch:
        statement = statement.where(_C.path < bindparam("before"))
    return statement.order_by(_C.path).limit(bindparam("limit", type_=Integer()))


@cache
def _first_replies_statement(dialect: str) -> Statement:
    return first_per_group(
        dialect,
        SHOWN,
        of=_COMMENTS,
        group="root_id",
        order="path",
        where=lambda columns: columns.listed,
    )


def _first_replies(
    session: Session, tops: Sequence[CommentRow]
) -> tuple[Sequence[CommentRow], dict[UUID, bytes]]:
    roots = [row.id for row in tops if row.reply_total]
    if not roots:
        return [], {}
    each = min(REPLIES_BELOW, (LARGEST_PAGE - len(tops)) // len(roots))
    dialect = session.get_bind().dialect.name
    rows = _rows(session, _first_replies_statement(dialect), groups_asked(dialect, roots, each + 1))
    kept: list[CommentRow] = []
    ends: dict[UUID, bytes] = {}
    for root_id, group in groupby(rows, key=attrgetter("root_id")):
        below = list(group)
        if len(below) > each:
            ends[root_id] = below[each - 1].path if each else b""
        kept += below[:each]
    return kept, ends


def _branch(session: Session, target: PlacedRow) -> list[CommentRow]:
    """Return the rows from below the root down to `target`, and the first replies below it."""
    below, _ = replies_page(session, target, after=None, limit=REPLIES_BELOW)
    if target.root_id is None:
        return [*below]
    return [*rows_above(session, target)[1:], target, *below]
