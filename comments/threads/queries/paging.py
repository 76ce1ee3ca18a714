"""Pages of a discussion: top-level comments by keyset, and a few replies below each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, select, tuple_
from sqlalchemy.orm import Session

from comments.storage import first_per_group, groups_asked
from comments.threads.models import Comment
from comments.threads.tree import Place, after_branch, ancestors

Sort = Literal["best", "newest", "oldest"]

LARGEST_PAGE = 200
"""Comments in all on one page, replies counted."""

REPLIES_BELOW = 5
"""Replies shown below each top-level comment, where the page has room for them."""

SHOWN: tuple[Any, ...] = (
    Comment.id,
    Comment.parent_id,
    Comment.root_id,
    Comment.depth,
    Comment.path,
    Comment.state,
    Comment.author_id,
    Comment.author_name,
    Comment.author_kind,
    Comment.author_badge,
    Comment.author_website,
    Comment.source,
    Comment.source_format,
    Comment.html,
    Comment.renderer,
    Comment.reply_total,
    Comment.rank,
    Comment.upvotes,
    Comment.downvotes,
    Comment.created_at,
    Comment.edited_at,
    Comment.edited_by_moderator,
    Comment.featured,
)
"""What a comment is shown from. Nothing private is among it but `source`, which its author alone is shown."""

WITH_REASONS: tuple[Any, ...] = (*SHOWN, Comment.reasons)
_WITH_PLACE: tuple[Any, ...] = (*WITH_REASONS, Comment.thread_id, Comment.listed)

_KEYS: dict[Sort, tuple[Any, ...]] = {
    "best": (Comment.rank, Comment.created_at, Comment.id),
    "newest": (Comment.created_at, Comment.id),
    "oldest": (Comment.created_at, Comment.id),
}

# Made once: it is asked for most replies, and putting it together takes longer than running it.
_NAMES = select(Comment.id, Comment.author_name).where(
    Comment.id.in_(bindparam("ids", expanding=True)), Comment.state == "approved"
)

Position = tuple[Any, ...]


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

    tops: Sequence[Row[Any]]
    replies: Sequence[Row[Any]]
    replies_end: dict[UUID, bytes]
    next: Position | None
    previous: Position | None


def position_of(row: Row[Any], sort: Sort) -> Position:
    return tuple(getattr(row, key.key) for key in _KEYS[sort])


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


def page_around(session: Session, thread_id: UUID, target: Row[Any], window: Window) -> CommentPage:
    """Return the page that begins with the root `target` stands under, the branch down to it open.

    Its other replies are walked from their beginning, so the branch's comments come again there.
    """
    root_id = target.root_id or target.id
    root = session.execute(select(*SHOWN).where(Comment.id == root_id)).one()
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
    session: Session, comment: Row[Any], *, after: bytes | None, limit: int
) -> tuple[Sequence[Row[Any]], bytes | None]:
    """Return the next `limit` replies below a comment in reading order, and after which path more come."""
    conditions: list[ColumnElement[bool]] = [
        Comment.root_id == (comment.root_id or comment.id),
        Comment.listed.expression,
        Comment.path > (comment.path if after is None else after),
    ]
    if comment.root_id is not None:
        conditions.append(Comment.path < after_branch(comment.path))
    statement = select(*SHOWN).where(*conditions).order_by(Comment.path).limit(limit + 1)
    rows = session.execute(statement).all()
    return rows[:limit], rows[limit - 1].path if len(rows) > limit else None


def shown_comment(session: Session, site_id: UUID, comment_id: UUID) -> Row[Any] | None:
    """Return a comment in any state, with its thread, as far as `wire` needs it."""
    statement = select(*_WITH_PLACE).where(Comment.id == comment_id, Comment.site_id == site_id)
    return session.execute(statement).one_or_none()


def rows_above(session: Session, comment: Row[Any]) -> list[Row[Any]]:
    """Return the comments it stands under, the root first."""
    ids = ancestors(Place(comment.root_id, comment.depth, comment.path))
    if not ids:
        return []
    rows = {row.id: row for row in session.execute(select(*SHOWN).where(Comment.id.in_(ids)))}
    return [rows[above] for above in ids if above in rows]


def names_of(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the authors' names of those of these comments that are public."""
    return {row.id: row.author_name for row in session.execute(_NAMES, {"ids": comment_ids})}


def _tops(session: Session, thread_id: UUID, window: Window, limit: int) -> Sequence[Row[Any]]:
    position = window.after if window.before is None else window.before
    asked = dict(zip(("at_0", "at_1", "at_2"), position or (), strict=False))
    statement = _tops_statement(window.sort, window.before is not None, position is not None)
    # Past the session: these are columns and no objects, which it would look for in each row.
    return session.connection().execute(statement, {"thread_id": thread_id, "limit": limit, **asked}).all()


# Made once for each: putting one together takes longer than running it.
@cache
def _tops_statement(sort: Sort, backwards: bool, from_position: bool) -> Select[Any]:
    keys = _KEYS[sort]
    ascending = (sort == "oldest") != backwards
    statement = select(*SHOWN).where(
        Comment.thread_id == bindparam("thread_id"), Comment.root_id.is_(None), Comment.listed
    )
    if from_position:
        walked = tuple_(*keys)
        here = tuple_(*(bindparam(f"at_{n}", type_=key.type) for n, key in enumerate(keys)))
        statement = statement.where(walked > here if ascending else walked < here)
    statement = statement.order_by(*(key.asc() if ascending else key.desc() for key in keys))
    return statement.limit(bindparam("limit", type_=Integer()))


@cache
def _first_replies_statement(dialect: str) -> Select[Any]:
    return first_per_group(
        dialect,
        SHOWN,
        of=Comment,
        group="root_id",
        order="path",
        where=lambda entity: entity.listed.expression,
    )


def _first_replies(
    session: Session, tops: Sequence[Row[Any]]
) -> tuple[Sequence[Row[Any]], dict[UUID, bytes]]:
    roots = [row.id for row in tops if row.reply_total]
    if not roots:
        return [], {}
    each = min(REPLIES_BELOW, (LARGEST_PAGE - len(tops)) // len(roots))
    dialect = session.get_bind().dialect.name
    asked = groups_asked(dialect, roots, each + 1)
    rows = session.connection().execute(_first_replies_statement(dialect), asked).all()
    kept: list[Row[Any]] = []
    ends: dict[UUID, bytes] = {}
    seen: dict[UUID, int] = {}
    last: dict[UUID, bytes] = dict.fromkeys(roots, b"")
    for row in rows:
        seen[row.root_id] = seen.get(row.root_id, 0) + 1
        if seen[row.root_id] > each:
            ends[row.root_id] = last[row.root_id]
        else:
            last[row.root_id] = row.path
            kept.append(row)
    return kept, ends


def _branch(session: Session, target: Row[Any]) -> list[Row[Any]]:
    """Return the rows from below the root down to `target`, and the first replies below it."""
    below, _ = replies_page(session, target, after=None, limit=REPLIES_BELOW)
    if target.root_id is None:
        return [*below]
    return [*rows_above(session, target)[1:], target, *below]
