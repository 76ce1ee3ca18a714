"""Searching a queue, the newest or the oldest first.

Neither way serves alone. Walking along the queue finds frequent words at once and rare ones never; asking the
index of terms finds rare ones at once, and must look at half the site for frequent ones. So both take turns,
each with more effort than before: a word in every two-hundredth of a million comments is found by either with
some thousands of rows. Comments whose terms are still due are read instead.

Through all queues it walks along the terms themselves first, which lie in the order of time, and looks into
the comments only for what fits. Other sites' lie among them: where that finds too little, it walks along the
queues.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, FromClause, Select, and_, false, func, select, true
from sqlalchemy.orm import Session

from comments.moderation.finding import Criteria
from comments.moderation.queries.lanes import Position, Stretch, along, belongs, lanes, merged
from comments.moderation.queries.matching import has_terms, numbers_with_terms
from comments.moderation.queries.numbers import MOST_LATER, first_number, moment_of
from comments.moderation.queries.texts import findables
from comments.moderation.queries.wish import Wish
from comments.moderation.search_models import CommentTerms, TermsDue
from comments.storage.types import MICROSECOND
from comments.threads.models import Comment, Thread
from comments.threads.scope import comments_within, threads_within

MOST_DUE = 200
"""So many comments whose terms are due are read by each search, the newest of them."""

_LEAST_ID, _GREATEST_ID = UUID(int=0), UUID(int=2**128 - 1)
_READ_AT_ONCE = 40
_FEW = 100
_ENOUGH_TO_TELL, _LEAST_WALKED, _MOST_PROMISED = 4, 250, 6_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a search does before it stops: after `seconds` no new turn begins.

    `turns` are rows walked along and comments asked of the index, by turn; the last one is repeated.
    """

    seconds: float = 1.5
    turns: Sequence[tuple[int, int]] = ((1_500, 4_000), (6_000, 16_000), (16_000, 50_000))


EFFORT = Effort()


@dataclass(frozen=True, slots=True)
class Hunt:
    """What is looked for on which site: the first `limit` after a position."""

    site_id: UUID
    wish: Wish
    after: Position | None
    limit: int
    effort: Effort = EFFORT

    @property
    def criteria(self) -> Criteria:
        return self.wish.criteria

    @property
    def has_terms(self) -> bool:
        """Whether terms are looked at: without any, a part of a site is walked along, say."""
        return bool(self.criteria.all_of or self.criteria.none_of)

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Return what must be true of a comment, apart from its terms and its time."""
        return (*belongs(self.site_id, self.wish.queue), comments_within(self.wish.sections, self.site_id))


@dataclass(slots=True)
class Found:
    """What was found, in order, and where to go on; `cut_short` if the search stopped for its time.

    `unread` says that some comments could not be searched yet.
    """

    ids: list[UUID] = field(default_factory=list)
    next: Position | None = None
    cut_short: bool = False
    unread: bool = False


def search(session: Session, hunt: Hunt, clock: Callable[[], float] = time.monotonic) -> Found:
    """Return a page of what fits. `clock` gives seconds."""
    if hunt.criteria.impossible:
        return Found()
    hunting = _Hunting(session, hunt, session.get_bind().dialect.name, _whole_stretch(hunt))
    hunting.find(clock)
    return hunting.page()


def _whole_stretch(hunt: Hunt) -> Stretch:
    """Return where to look: between the last page and the days that are asked for."""
    before, after = hunt.criteria.before, hunt.criteria.after
    upper = (before, _LEAST_ID) if before else None
    # The position just before that day begins, for neither end is included.
    lower = (after, _LEAST_ID) if after else None
    begin, end = (upper, lower) if hunt.wish.newest_first else (lower, upper)
    stretch = Stretch(hunt.wish.newest_first, begin, end)
    if hunt.after is not None and (begin is None or stretch.comes_first(begin, hunt.after)):
        stretch = replace(stretch, after=hunt.after)
    return stretch


@dataclass(slots=True)
class _Hunting:
    """A search on its way: all that lies before `rest` is known, and what fits of it is in `found`."""

    session: Session
    hunt: Hunt
    dialect: str
    rest: Stretch
    found: list[Position] = field(default_factory=list)
    is_through: bool = False
    due: list[Position] = field(default_factory=list)
    unread: bool = False
    by_number: bool = field(init=False)

    def __post_init__(self) -> None:
        self.by_number = self.hunt.wish.queue is None and self.hunt.has_terms

    def find(self, clock: Callable[[], float]) -> None:
        if self.hunt.has_terms:
            self._read_due()
        give_up_at = clock() + self.hunt.effort.seconds
        turns = iter(self.hunt.effort.turns)
        window, most = next(turns)
        while not self._is_done():
            before = len(self.found)
            (self._walk_numbers if self.by_number else self._walk)(window)
            further = self._promised(window, len(self.found) - before)
            self.by_number = self.by_number and further > 0
            if not further and self.hunt.criteria.all_of:
                self._ask_index(most)
            if not self._is_done() and clock() >= give_up_at:
                return
            window, most = (further, most) if further else next(turns, (window, most))

    def _promised(self, window: int, hits: int) -> int:
        """Return how many comments further the page is likely to be full, 0 if that is too far to walk.

        What was found so far says how frequent it is; the index of terms would list all there are.
        """
        missing = self.hunt.limit + 1 - len(self.found)
        if hits < _ENOUGH_TO_TELL:
            return 0
        likely = window * missing * 5 // (hits * 4)
        return max(likely, _LEAST_WALKED) if likely <= _MOST_PROMISED else 0

    def page(self) -> Found:
        limit, stretch = self.hunt.limit, self.rest
        known = self.found + [
            one
            for one in self.due
            if self.is_through or (stretch.after is not None and not stretch.comes_first(stretch.after, one))
        ]
        known.sort(reverse=stretch.newest_first)
        shown = known[:limit]
        page = Found([comment_id for _, comment_id in shown], unread=self.unread)
        if len(known) > limit:
            page.next = shown[-1]
        elif not self.is_through:
            page.next, page.cut_short = self.rest.after or self.hunt.after, True
        return page

    def _is_done(self) -> bool:
        return self.is_through or len(self.found) > self.hunt.limit

    def _read_due(self) -> None:
        mine = TermsDue.site_id == self.hunt.site_id
        noted = select(TermsDue.comment_id).where(mine).order_by(TermsDue.id.desc()).limit(MOST_DUE + 1)
        ids = self.session.scalars(noted).all()
        self.unread = len(ids) > MOST_DUE
        if ids:
            here = select(Comment.id, Comment.created_at).where(
                Comment.id.in_(ids),
                *self.hunt.conditions(),
                Comment.id.not_in(select(CommentTerms.comment_id).where(CommentTerms.comment_id.in_(ids))),
                *self.rest.holds(),
            )
            at = {row.id: row.created_at for row in self.session.execute(here)}
            texts = findables(self.session, list(at))
            fits = self.hunt.criteria.fits
            self.due = [(at[one], one) for one, found in texts.items() if fits(found, at[one])]

    def _walk(self, window: int) -> None:
        """Look at the next `window` comments of each index range."""
        here = lanes(self.hunt.site_id, self.hunt.wish.queue)
        ends = [along([lane], self.rest, 1, offset=window - 1) for lane in here]
        known = [_position(end) for end in self.session.execute(merged(ends, self.rest, len(ends)))]
        stretch, reached = self.rest, None
        if known:
            reached = max(known) if stretch.newest_first else min(known)
            # The end itself belongs to what is walked.
            stretch = replace(stretch, until=_just_after(reached, newest_first=stretch.newest_first))
        limit = self._limit()
        walks = []
        for lane in here:
            walk = along([lane], stretch, window)
            walked = (walk.add_columns(Comment.thread_id) if self.hunt.wish.sections else walk).subquery()
            hits_here = select(walked.c.id, walked.c.created_at)
            if self.hunt.has_terms:
                fits = has_terms(self.hunt.criteria, self.dialect)
                hits_here = hits_here.join(CommentTerms, (CommentTerms.comment_id == walked.c.id) & fits)
            if self.hunt.wish.sections is not None:
                pages = select(Thread.id).where(
                    Thread.site_id == self.hunt.site_id, threads_within(self.hunt.wish.sections)
                )
                hits_here = hits_here.where(walked.c.thread_id.in_(pages))
            walks.append(hits_here.order_by(*stretch.order(walked.c)).limit(limit))
        hits = [_position(row) for row in self.session.execute(merged(walks, stretch, limit))]
        self._take(hits, limit, reached)

    def _walk_numbers(self, window: int) -> None:
        """Look at the next `window` comments by the numbers of their terms, whatever site they are of."""
        newest_first, (least, below) = self.rest.newest_first, self._bounds()
        number = CommentTerms.number
        here = [number >= least] if least is not None else []
        here += [number < below] if below is not None else []
        order = number.desc() if newest_first else number
        passed = select(number).where(*here).order_by(order).limit(window).subquery()
        walked = (
            select(number, CommentTerms.comment_id, CommentTerms.terms)
            .where(*here)
            .order_by(order)
            .limit(window)
            .subquery()
        )
        asked = (
            select(walked.c.comment_id)
            .where(has_terms(self.hunt.criteria, self.dialect, walked.c.terms))
            .cte("asked")
        )
        comments = asked.join(Comment, Comment.id == asked.c.comment_id, isouter=self.dialect == "sqlite")
        last = func.min(passed.c.number) if newest_first else func.max(passed.c.number)
        total = select(func.count().label("total"), last.label("last")).select_from(passed).subquery()
        self._look(total, comments, window - 1)

    def _ask_index(self, most: int) -> None:
        # SQLite's index gives them in order, so it may be enough to ask it for a few.
        for step in (_FEW, most) if self.dialect == "sqlite" else (most,):
            if not self._is_done():
                self._ask_for(step)

    def _ask_for(self, most: int) -> None:
        """Ask the index for the next `most` comments that have the terms, whatever queue they are in."""
        asked = self._numbers_with_terms(most + 1).cte("asked")
        last = func.min(asked.c.number) if self.rest.newest_first else func.max(asked.c.number)
        total = select(func.count().label("total"), last.label("last")).select_from(asked).subquery()
        self._look(total, self._asked_about(asked), most, in_order=self.dialect == "sqlite")

    def _look(self, total: FromClause, comments: FromClause, most: int, *, in_order: bool = True) -> None:
        """Take what fits of some comments; of more than `most`, as far as the `last` number of `total`."""
        conditions = [*self.hunt.conditions(), *self.rest.holds()]
        if self.dialect == "sqlite":
            # All of it within a function: see `_asked_about`.
            conditions = [func.coalesce(and_(*conditions), false())]
        limit = self._limit()
        hits = (
            select(Comment.id, Comment.created_at)
            .select_from(comments)
            .where(*conditions)
            .order_by(*self.rest.order())
            .limit(limit)
            .subquery()
        )
        rows = self.session.execute(
            select(total.c.total, total.c.last, hits.c.id, hits.c.created_at)
            .select_from(total.outerjoin(hits, true()))
            .order_by(*self.rest.order(hits.c))
        ).all()
        found = [(row.created_at, row.id) for row in rows if row.id is not None]
        if rows[0].total <= most:
            self._take(found, limit, None)
        elif in_order:
            edge = self._known_up_to(rows[0].last)
            if self.rest.after is None or self.rest.comes_first(self.rest.after, edge):
                self._take([one for one in found if self.rest.comes_first(one, edge)], limit, edge)

    def _known_up_to(self, number: int) -> Position:
        """Return before which position all comments are known, of which the numbers came in order."""
        if self.rest.newest_first:
            return moment_of(number), _GREATEST_ID
        return moment_of(number) - MOST_LATER, _LEAST_ID

    def _asked_about(self, asked: CTE) -> FromClause:
        """Join the comments to their numbers, of which there are few.

        SQLite would rather walk along all comments of the site, in order, and look for each among them. It
        keeps to the order of outer joins, unless it can tell that no row is missing: of a function it cannot.
        """
        outer = self.dialect == "sqlite"
        numbered = asked.join(CommentTerms, CommentTerms.number == asked.c.number, isouter=outer)
        return numbered.join(Comment, Comment.id == CommentTerms.comment_id, isouter=outer)

    def _take(self, hits: list[Position], limit: int, reached: Position | None) -> None:
        """Note hits, in order, up to the position that was `reached`; None is the end of everything."""
        if len(hits) == limit:
            reached = hits[-1]
        if self.hunt.criteria.readings:
            texts = findables(self.session, [comment_id for _, comment_id in hits])
            reads_well = self.hunt.criteria.reads_well
            hits = [one for one in hits if one[1] in texts and reads_well(texts[one[1]])]
        self.found += hits
        if reached is None:
            self.is_through = True
        else:
            self.rest = replace(self.rest, after=reached)

    def _limit(self) -> int:
        return _READ_AT_ONCE if self.hunt.criteria.readings else self.hunt.limit + 1

    def _numbers_with_terms(self, most: int) -> Select[int]:
        least, below = self._bounds()
        return numbers_with_terms(
            self.dialect,
            self.hunt.site_id,
            self.hunt.criteria,
            least=least,
            below=below,
            newest_first=self.rest.newest_first,
        ).limit(most)

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
