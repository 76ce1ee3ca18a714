"""Nearly the same texts of a queue, which are one row for moderators: a flood is decided about at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Row, Select, Uuid, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from comments.identity.accounts.sections import Sections
from comments.moderation.queue.index_ranges import IndexRange, Position, along, belongs
from comments.moderation.search.effort import SearchRequest, SearchResult
from comments.threads.models import Comment, Thread
from comments.threads.scope import comments_within, threads_within

GROUPED = ("pending", "spam")
"""The queues that are worked through; the others show each comment by itself."""

MOST_COUNTED = 1_000
"""A group is counted exactly up to here; one more stands for "or more"."""

_ALL = 2**64

# Made once: a new alias would copy all columns of the table each time.
_OTHER = aliased(Comment)

_TURNS = (2_500, 4_000)
"""So many further comments are looked at when what was walked along is of groups that are shown already."""

_MOST_BESIDE = 200
"""So many of them are fetched at once: behind a flood a page is mostly full by then."""

MOST_PASSED = 20_000
"""So many comments of a page are walked past behind a flood there."""

MOST_MET = 225
"""So many comments of a part of a site are looked at for a page of it."""

Find = Callable[[Position | None, int, frozenset[int]], SearchResult]
"""Searches for so many; where groups are given, from a position on, briefly, for what is in none of them."""


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """A group of a queue: how many they are, and when the newest of them was written."""

    group: int
    count: int
    newest: datetime

    @property
    def is_many(self) -> bool:
        return self.count > 1

    @property
    def name(self) -> str:
        """Return how addresses name the group, as `group_named` reads it."""
        return name_of(self.group)


@dataclass(frozen=True, slots=True)
class RowVersion:
    """A row as a moderator saw it: its comment's version, and when the newest of its group was written."""

    version: int
    newest: datetime


def name_of(group: int) -> str:
    """Return a group's name of 16 hexadecimal digits."""
    return (group % _ALL).to_bytes(8, "big").hex()


def group_named(name: str) -> int:
    """Return the group of a name of 16 hexadecimal digits."""
    return int.from_bytes(bytes.fromhex(name), "big", signed=True)


def first_of_each(
    session: Session, site_id: UUID, queue: str, stretch: IndexRange, limit: int
) -> SearchResult:
    """Return the comments of a queue that stand for their group, as far as some thousand rows tell.

    Behind a flood there may be fewer than `limit`, or none, and still a `next`: a page stays cheap.
    """
    found: list[Position] = []
    judged: set[int] = set()
    segment, rest = belongs(site_id, queue), stretch
    for turn in (limit + 1, *_TURNS):
        walk = _beside(along([segment], rest, turn), rest, judged)
        rows = session.execute(_first_rows(walk, site_id, queue, rest)).all()
        found += [(row.created_at, row.id) for row in rows if _stands_for_its_group(row, judged)]
        judged |= {row.similar_group for row in rows if row.similar_group is not None}
        if len(found) > limit:
            return SearchResult([comment_id for _, comment_id in found[:limit]], found[limit - 1])
        if not rows or (rows[0].walked < turn and len(rows) < _MOST_BESIDE):
            return SearchResult([comment_id for _, comment_id in found], None)
        rest = IndexRange(stretch.newest_first, (rows[-1].created_at, rows[-1].id), stretch.until)
    return SearchResult([comment_id for _, comment_id in found], rest.after)


def _stands_for_its_group(row: Row[Any], judged: Collection[int]) -> bool:
    group = row.similar_group
    return group is None or (group not in judged and row.first == row.id)


def one_of_each(find: Find, limit: int) -> SearchResult:
    """Return the first that a search finds of each group: what it finds, and briefly what it would besides.

    There may be fewer than `limit`, and still a `next`. On a later page a group can come again: what fits of
    it was not all met on the page before.
    """
    shown = find(None, limit, frozenset())
    firsts = _first_of_each(shown)
    if shown.next is None or shown.cut_short or len(firsts) == limit:
        return replace(shown, ids=list(firsts.values()))
    groups = frozenset(group for group in firsts if isinstance(group, int))
    more = find(shown.next, limit - len(firsts), groups)
    others = _first_of_each(more)
    return SearchResult([*firsts.values(), *others.values()], more.next, unread=shown.unread)


def _first_of_each(found: SearchResult) -> dict[int | UUID, UUID]:
    firsts: dict[int | UUID, UUID] = {}
    for comment_id in found.ids:
        firsts.setdefault(found.groups.get(comment_id, comment_id), comment_id)
    return firsts


def first_met(
    session: Session, walk: Select[*tuple[Any, ...]], place: Mapping[str, Any], limit: int
) -> SearchResult:
    """Return the first that a walk along `MOST_MET` comments, and one more, meets of each group.

    As after `one_of_each`, there may be more with fewer than `limit`. `place` is where it begins.
    """
    rows = session.execute(walk, place).all()
    shown, met = SearchResult(), set[int | UUID]()
    for row in rows[:MOST_MET]:
        group = row.id if row.similar_group is None else row.similar_group
        if group not in met:
            if len(shown.ids) == limit:
                return shown
            met.add(group)
            shown.ids.append(row.id)
        shown.next = (row.created_at, row.id)
    if len(rows) <= MOST_MET:
        shown.next = None
    return shown


def beside_groups(
    session: Session, segment: tuple[ColumnElement[bool], ...], stretch: IndexRange, request: SearchRequest
) -> SearchResult:
    """Return what lies beside the hunt's groups in a lane, as far as some thousand rows tell.

    A flood on one page can be as long as the page: walked past in one go, it would cost what it has.
    """
    walk = _beside(along([segment], stretch, MOST_PASSED), stretch, request.beside)
    rows = session.execute(walk).all()
    others = [row for row in rows if row.similar_group is None or row.similar_group not in request.beside]
    shown = others[: request.limit]
    end = None
    if len(others) > request.limit:
        end = shown[-1]
    elif rows and (rows[0].walked == MOST_PASSED or len(rows) == _MOST_BESIDE):
        end = rows[-1]
    groups = {row.id: row.similar_group for row in shown if row.similar_group is not None}
    following = (end.created_at, end.id) if end is not None else None
    return SearchResult([row.id for row in shown], following, groups=groups)


def with_groups(walk: Select[*tuple[Any, ...]], stretch: IndexRange) -> Select[*tuple[Any, ...]]:
    """Return a walk with the group of each comment, which is looked up for no more than it meets."""
    walked = walk.subquery()
    group = select(Comment.similar_group).where(Comment.id == walked.c.id).scalar_subquery()
    return select(walked, group.label("similar_group")).order_by(*stretch.order(walked.c))


def group_in(row: Row[Any]) -> DuplicateGroup | None:
    """Return the group that a comment stands for, by the `group_columns` beside it; by itself it counts 1."""
    if row.similar_group is None:
        return None
    return DuplicateGroup(row.similar_group, row.group_count, row.group_newest)


def group_columns(sections: Sections) -> list[Label[Any]]:
    """Return the columns that tell of a comment's group in its queue: how many it has, and its newest's time.

    Of `sections`, for which `site_id` is to be given, those are counted that are among the newest of the
    group, as many as are ever counted.
    """
    of_group = (
        select(_OTHER.created_at, _OTHER.thread_id)
        .where(
            _OTHER.site_id == Comment.site_id,
            _OTHER.queue == Comment.queue,
            _OTHER.similar_group == Comment.similar_group,
        )
        .order_by(_OTHER.created_at.desc())
        .correlate(Comment)
    )
    counted = of_group.limit(MOST_COUNTED + 1).subquery()
    total = select(func.count()).select_from(counted)
    if sections is None:
        newest = select(of_group.limit(1).subquery().c.created_at)
    else:
        # Of the site that is asked about, and not of each comment's, so that the pages are found once.
        pages = select(Thread.id).where(
            Thread.site_id == bindparam("site_id", type_=Uuid()), threads_within(sections)
        )
        inside = counted.c.thread_id.in_(pages)
        total, newest = total.where(inside), select(func.max(counted.c.created_at)).where(inside)
    return [total.scalar_subquery().label("group_count"), newest.scalar_subquery().label("group_newest")]


def _beside(
    walk: Select[*tuple[Any, ...]], stretch: IndexRange, judged: Collection[int]
) -> Select[*tuple[Any, ...]]:
    """Return what a walk meets beside some groups, in order, up to its last row in any case, or so many.

    A flood's thousands stay in the database. `walked` is how many rows the walk has in all.
    """
    walked = walk.add_columns(Comment.similar_group).cte("walked")
    back = IndexRange(not stretch.newest_first)
    last = select(walked.c.id).order_by(*back.order(walked.c)).limit(1).scalar_subquery()
    total = select(func.count()).select_from(walked).scalar_subquery()
    beside = or_(walked.c.similar_group.is_(None), walked.c.similar_group.not_in(judged), walked.c.id == last)
    found = select(walked, total.label("walked")).where(beside)
    return found.order_by(*stretch.order(walked.c)).limit(_MOST_BESIDE)


def _first_rows(
    walk: Select[*tuple[Any, ...]], site_id: UUID, queue: str, stretch: IndexRange
) -> Select[*tuple[Any, ...]]:
    """Return a walk with the `first` of each comment's group in the queue."""
    walked = walk.subquery()
    # One step along the index for each: asked for all that lies before it, PostgreSQL would read the table.
    first = (
        select(_OTHER.id)
        .where(
            _OTHER.site_id == site_id,
            _OTHER.queue == queue,
            _OTHER.similar_group == walked.c.similar_group,
        )
        .order_by(*stretch.order(_OTHER))
        .limit(1)
        .scalar_subquery()
    )
    return select(walked, first.label("first")).order_by(*stretch.order(walked.c))


def others_of(
    session: Session, site_id: UUID, sections: Sections, shown: Mapping[UUID, RowVersion], limit: int
) -> Sequence[tuple[UUID, int]]:
    """Return ids and versions of what rows stand for beside themselves, as far as it was there when shown.

    A row that somebody has changed since stands for nothing any more.
    """
    firsts = select(Comment.id, Comment.version, Comment.similar_group, Comment.queue).where(
        Comment.site_id == site_id, Comment.id.in_(shown)
    )
    found: list[tuple[UUID, int]] = []
    for row in session.execute(firsts).all():
        seen = shown[row.id]
        if row.version != seen.version or row.similar_group is None or row.queue not in GROUPED:
            continue
        others = (
            select(Comment.id, Comment.version)
            .where(
                *belongs(site_id, row.queue),
                comments_within(sections, site_id),
                Comment.similar_group == row.similar_group,
                Comment.created_at <= seen.newest,
                Comment.id != row.id,
            )
            .order_by(Comment.created_at.desc(), Comment.id.desc())
            .limit(limit - len(found))
        )
        found += [(other.id, other.version) for other in session.execute(others)]
    return found
