"""Searching a queue, the newest or the oldest first.

Neither way serves alone. Walking along the queue finds frequent words at once and rare ones never; asking the
index of terms finds rare ones at once, and must look at half the site for frequent ones. So both take turns,
each with more effort than before: a word in every two-hundredth of a million comments is found by either with
some thousands of rows. Comments whose terms are still due are read instead.

Through all queues it walks along the terms themselves first, which lie in the order of time, and looks into
the comments only for what fits. Other sites' lie among them: where that finds too little, it walks along the
queues. PostgreSQL's index of terms names all comments that have them, in no order, for the price of a walk
past ten times as many: there the walk is longer before it is asked.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from comments.moderation.queue.duplicate_groups import with_groups
from comments.moderation.queue.index_ranges import IndexRange, Position, along, merged, segments
from comments.moderation.search.candidates import fitting_on_postgresql, fitting_on_sqlite
from comments.moderation.search.conditions import has_terms, numbers_with_terms
from comments.moderation.search.effort import SearchRequest, SearchResult
from comments.moderation.search.models import CommentTerms
from comments.moderation.search.row_numbers import MOST_LATER, first_number, moment_of
from comments.moderation.search.terms import site_term
from comments.moderation.search.texts import findables, newest_due
from comments.sites.models import Site
from comments.storage.types import MICROSECOND
from comments.threads.models import Comment, Thread
from comments.threads.scope import threads_within

MOST_DUE = 200
"""So many comments whose terms are due are read by each search, the newest of them."""

_LEAST_ID, _GREATEST_ID = UUID(int=0), UUID(int=2**128 - 1)
_READ_AT_ONCE = 40
_FEW = 100
_BESIDE = 4
"""So many hits more than a page needs: what has the last one's time is not known."""
_MOST_LOOKED_UP = 1_500
_ENOUGH_TO_TELL, _LEAST_WALKED = 4, 250
_MOST_PROMISED, _MOST_NUMBERS_PROMISED = 6_000, 20_000


def search(
    session: Session, request: SearchRequest, clock: Callable[[], float] = time.monotonic
) -> SearchResult:
    """Return a page of what fits. `clock` gives seconds."""
    if request.criteria.impossible:
        return SearchResult()
    state = _SearchState(session, request, session.get_bind().dialect.name, _whole_stretch(request))
    state.find(clock)
    return state.page()


def _whole_stretch(request: SearchRequest) -> IndexRange:
    """Return where to look: between the last page and the days that are asked for."""
    before, after = request.criteria.before, request.criteria.after
    upper = (before, _LEAST_ID) if before else None
    # The position just before that day begins, for neither end is included.
    lower = (after, _LEAST_ID) if after else None
    begin, end = (upper, lower) if request.wish.newest_first else (lower, upper)
    stretch = IndexRange(request.wish.newest_first, begin, end)
    if request.after is not None and (begin is None or stretch.comes_first(begin, request.after)):
        stretch = replace(stretch, after=request.after)
    return stretch


@dataclass(slots=True)
class _SearchState:
    """A search on its way: all that lies before `rest` is known, and what fits of it is in `found`."""

    session: Session
    request: SearchRequest
    dialect: str
    rest: IndexRange
    found: list[Position] = field(default_factory=list)
    is_through: bool = False
    due: list[Position] = field(default_factory=list)
    groups: dict[UUID, int] = field(default_factory=dict)
    unread: bool = False
    by_number: bool = field(init=False)
    has_neighbours: bool | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    def __post_init__(self) -> None:
        self.by_number = self.request.wish.queue is None and self.request.has_terms

    def find(self, clock: Callable[[], float]) -> None:
        if self.request.has_terms:
            self._read_due()
        give_up_at = clock() + self.request.effort.seconds
        turns = iter(self.request.effort.turns)
        window, most = next(turns)
        if self.by_number and not self.is_sqlite:
            # It ends as soon as a page is full, and the index would cost more.
            window *= 4
        while not self._is_done():
            before = len(self.found)
            (self._walk_numbers if self.by_number else self._walk)(window)
            further = self._promised(window, len(self.found) - before)
            self.by_number = self.by_number and further > 0
            if not further and self.request.criteria.all_of:
                self._ask_index(most)
            if not self._is_done() and clock() >= give_up_at:
                return
            window, most = (further, most) if further else next(turns, (window, most))

    def _promised(self, window: int, hits: int) -> int:
        """Return how many comments further the page is likely to be full, 0 if that is too far to walk.

        What was found so far says how frequent it is; the index of terms would list all there are.
        """
        missing = self.request.limit + 1 - len(self.found)
        if hits < _ENOUGH_TO_TELL:
            return 0
        likely = window * missing * 5 // (hits * 4)
        most = _MOST_PROMISED
        if self.by_number and not self.is_sqlite:
            criteria = self.request.criteria
            merged_lists = len(criteria.all_of) - len(criteria.implied) + len(criteria.none_of) > 1
            most = _MOST_NUMBERS_PROMISED * (2 if merged_lists else 1)
        return max(likely, _LEAST_WALKED) if likely <= most else 0

    def page(self) -> SearchResult:
        limit, stretch = self.request.limit, self.rest
        known = self.found + [
            one
            for one in self.due
            if self.is_through or (stretch.after is not None and not stretch.comes_first(stretch.after, one))
        ]
        known.sort(reverse=stretch.newest_first)
        shown = known[:limit]
        page = SearchResult([comment_id for _, comment_id in shown], unread=self.unread, groups=self.groups)
        if len(known) > limit:
            page.next = shown[-1]
        elif not self.is_through:
            page.next, page.cut_short = self.rest.after or self.request.after, True
        return page

    def _is_done(self) -> bool:
        return self.is_through or len(self.found) > self.request.limit

    def _read_due(self) -> None:
        ids = newest_due(self.session, self.request.site_id, MOST_DUE + 1)
        self.unread = len(ids) > MOST_DUE
        if ids:
            columns: tuple[Any, ...] = (Comment.id, Comment.created_at, Comment.similar_group)
            here = select(*columns).where(
                Comment.id.in_(ids),
                *self.request.conditions(),
                Comment.id.not_in(select(CommentTerms.comment_id).where(CommentTerms.comment_id.in_(ids))),
                *self.rest.holds(),
            )
            rows = self.session.execute(here).all()
            self._note_groups(rows)
            at = {row.id: row.created_at for row in rows}
            texts = findables(self.session, list(at))
            fits = self.request.criteria.fits
            self.due = [(at[one], one) for one, found in texts.items() if fits(found, at[one])]

    def _walk(self, window: int) -> None:
        """Look at the next `window` comments of each index range."""
        here, limit = segments(self.request.site_id, self.request.wish.queue), self._limit()
        # Of several, only what lies before the nearest of their ends: behind it not all is known.
        stretch, reached = self.rest, self._nearest_end(here, window) if len(here) > 1 else None
        if reached is not None:
            # The end itself belongs to what is walked.
            stretch = replace(stretch, until=_just_after(reached, newest_first=stretch.newest_first))
        walks = [self._along(segment, stretch, window).limit(limit) for segment in here]
        rows = self.session.execute(self._with_groups(merged(walks, stretch, limit))).all()
        self._note_groups(rows)
        if len(here) == 1 and len(rows) < limit:
            reached = self._nearest_end(here, window)
        self._take([_position(row) for row in rows], limit, reached)

    def _nearest_end(self, here: Sequence[tuple[ColumnElement[bool], ...]], window: int) -> Position | None:
        """Return the place of each range's `window`th comment, the nearest of all; None if all are short."""
        ends = [along([segment], self.rest, 1, offset=window - 1) for segment in here]
        known = [_position(end) for end in self.session.execute(merged(ends, self.rest, len(ends)))]
        nearest = max if self.rest.newest_first else min
        return nearest(known, default=None)

    def _along(
        self, segment: tuple[ColumnElement[bool], ...], stretch: IndexRange, window: int
    ) -> Select[*tuple[Any, ...]]:
        """Return what fits of the next `window` comments of an index range, in order."""
        walk = along([segment], stretch, window)
        if self.request.wish.sections is not None:
            walk = walk.add_columns(Comment.thread_id)
        if self.request.beside:
            walk = walk.add_columns(Comment.similar_group)
        walked = walk.subquery()
        hits = select(walked.c.id, walked.c.created_at)
        if self.request.has_terms:
            fits = has_terms(self.request.criteria, self.dialect)
            hits = hits.join(CommentTerms, (CommentTerms.comment_id == walked.c.id) & fits)
        if self.request.wish.sections is not None:
            pages = select(Thread.id).where(
                Thread.site_id == self.request.site_id, threads_within(self.request.wish.sections)
            )
            hits = hits.where(walked.c.thread_id.in_(pages))
        if self.request.beside:
            hits = hits.where(self.request.is_beside(walked.c.similar_group))
        return hits.order_by(*stretch.order(walked.c))

    def _walk_numbers(self, window: int) -> None:
        """Look at the next `window` comments by the numbers of their terms, or at enough for a page.

        Where somebody sees only a part of the site, many more are looked up for it.
        """
        newest_first, (least, below) = self.rest.newest_first, self._bounds()
        number = CommentTerms.number
        here = [number >= least] if least is not None else []
        here += [number < below] if below is not None else []
        order = number.desc() if newest_first else number
        walked = (
            select(number, CommentTerms.comment_id, CommentTerms.terms)
            .where(*here)
            .order_by(order)
            .limit(window)
            .subquery()
        )
        of_site = (*self.request.criteria.all_of, site_term(self.request.site_id))
        fits = has_terms(replace(self.request.criteria, all_of=of_site), self.dialect, walked.c.terms)
        enough = self._limit() + _BESIDE if self.request.wish.sections is None else _MOST_LOOKED_UP
        asked = (
            select(walked.c.number, walked.c.comment_id)
            .where(fits)
            .order_by(walked.c.number.desc() if newest_first else walked.c.number)
            .limit(enough)
            .cte("asked")
        )
        end = select(number).where(*here).order_by(order).limit(1).offset(window - 1).scalar_subquery()
        last = case((func.count() >= enough, self._last(asked)), else_=end)
        reached = select(last.label("last")).select_from(asked).subquery()
        others = exists().where(Site.id != self.request.site_id).label("has_neighbours")
        known = select(reached.c.last.is_(None).label("is_all"), reached.c.last, others).subquery()
        self.has_neighbours = bool(self._look(known, asked).has_neighbours)

    def _ask_index(self, most: int) -> None:
        """Ask the index for the next `most` comments that have the terms, whatever queue they are in.

        It may be enough to look into the nearest few. PostgreSQL would have to find them all once more, so it
        looks into a few only where most of them are likely to be shown.
        """
        is_everything = self.request.wish.queue is None and self.request.wish.sections is None
        ask = self._ask_sqlite if self.is_sqlite else self._ask_postgresql
        for step in (_FEW, most) if self.is_sqlite or is_everything else (most,):
            if not self._is_done():
                ask(step, most)

    def _ask_sqlite(self, step: int, _: int) -> None:
        """Look into the next `step` comments: its index gives them in order."""
        asked = self._numbers_with_terms(step + 1).cte("asked")
        is_all = func.count() <= step
        known = select(is_all.label("is_all"), self._last(asked).label("last")).select_from(asked)
        self._look(known.subquery(), asked)

    def _ask_postgresql(self, step: int, most: int) -> None:
        """Look into the next `step` comments that have the terms, unless there are more than `most`."""
        asked = self._numbers_with_terms(most + 1).cte("asked")
        all_asked = select(func.count()).select_from(asked).scalar_subquery()
        order = asked.c.number.desc() if self.rest.newest_first else asked.c.number
        nearest = select(asked).where(all_asked <= most).order_by(order).limit(step + 1).cte("nearest")
        is_all = and_(all_asked <= most, func.count() <= step)
        known = select(is_all.label("is_all"), self._last(nearest).label("last")).select_from(nearest)
        self._look(known.subquery(), nearest)

    def _last(self, numbered: FromClause) -> ColumnElement[int]:
        number = numbered.c.number
        return func.min(number) if self.rest.newest_first else func.max(number)

    def _look(self, known: FromClause, asked: CTE) -> Any:
        """Take what fits of some comments: all there are, or as far as the `last` number that is `known`.

        Without a last one there are too many to know. Returns what is `known`.
        """
        limit = self._limit()
        fitting = fitting_on_sqlite if self.is_sqlite else fitting_on_postgresql
        hits = self._with_groups(fitting(self.request, self.rest, asked).limit(limit)).subquery()
        rows: Sequence[Any] = self.session.execute(
            select(*known.c, *hits.c)
            .select_from(known.outerjoin(hits, true()))
            .order_by(*self.rest.order(hits.c))
        ).all()
        hit_rows = [row for row in rows if row.id is not None]
        self._note_groups(hit_rows)
        found = [_position(row) for row in hit_rows]
        if rows[0].is_all:
            self._take(found, limit, None)
        elif rows[0].last is not None:
            edge = self._known_up_to(rows[0].last)
            if self.rest.after is None or self.rest.comes_first(self.rest.after, edge):
                self._take([one for one in found if self.rest.comes_first(one, edge)], limit, edge)
        return rows[0]

    def _with_groups(self, hits: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        return with_groups(hits, self.rest) if self.request.with_groups else hits

    def _note_groups(self, rows: Sequence[Any]) -> None:
        if self.request.with_groups:
            self.groups |= {row.id: row.similar_group for row in rows if row.similar_group is not None}

    def _known_up_to(self, number: int) -> Position:
        """Return before which position all comments are known, of which the numbers came in order."""
        if self.rest.newest_first:
            return moment_of(number), _GREATEST_ID
        return moment_of(number) - MOST_LATER, _LEAST_ID

    def _take(self, hits: list[Position], limit: int, reached: Position | None) -> None:
        """Note hits, in order, up to the position that was `reached`; None is the end of everything."""
        if len(hits) == limit:
            reached = hits[-1]
        if hits and self.request.criteria.readings:
            texts = findables(self.session, [comment_id for _, comment_id in hits])
            reads_well = self.request.criteria.reads_well
            hits = [one for one in hits if one[1] in texts and reads_well(texts[one[1]])]
        self.found += hits
        if reached is None:
            self.is_through = True
        else:
            self.rest = replace(self.rest, after=reached)

    def _limit(self) -> int:
        return _READ_AT_ONCE if self.request.criteria.readings else self.request.limit + 1

    def _numbers_with_terms(self, most: int) -> Select[*tuple[Any, ...]]:
        least, below = self._bounds()
        return numbers_with_terms(
            self.dialect,
            self.request.site_id if self._has_neighbours() else None,
            self.request.criteria,
            least=least,
            below=below,
            newest_first=self.rest.newest_first,
        ).limit(most)

    def _has_neighbours(self) -> bool:
        """Whether terms can be another site's: the index goes through all that the site has to tell."""
        if self.has_neighbours is None:
            others = select(Site.id).where(Site.id != self.request.site_id).limit(1)
            self.has_neighbours = self.session.scalar(others) is not None
        return self.has_neighbours

    def _bounds(self) -> tuple[int | None, int | None]:
        """Return the least number that something of the rest can have, and one that is above them all."""
        ends = (self.rest.until, self.rest.after)
        lower, upper = ends if self.rest.newest_first else ends[::-1]
        least = None if lower is None else first_number(lower[0])
        return least, None if upper is None else first_number(upper[0] + MICROSECOND + MOST_LATER)


def _position(row: Any) -> Position:
    return row.created_at, row.id


def _just_after(position: Position, *, newest_first: bool) -> Position:
    """Return a position which nothing lies between it and the given one, in the order of the walk."""
    at, comment_id = position
    step = -1 if newest_first else 1
    if 0 <= comment_id.int + step < 2**128:
        return at, UUID(int=comment_id.int + step)
    return at + step * MICROSECOND, _GREATEST_ID if newest_first else _LEAST_ID
