"""What a search looks for, how hard, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from comments.moderation.queue.filters import QueueFilter
from comments.moderation.queue.index_ranges import Position, belongs
from comments.moderation.search.terms import Criteria
from comments.threads.models import Comment
from comments.threads.scope import comments_within


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a search does before it stops: after `seconds` no new turn begins.

    `turns` are rows walked along and comments asked of the index, by turn; the last one is repeated.
    """

    seconds: float = 1.5
    turns: Sequence[tuple[int, int]] = ((1_500, 4_000), (6_000, 16_000), (16_000, 50_000))


EFFORT = Effort()

BRIEF = Effort(0.0, ((3_000, 500),))
"""One turn, for what a page could show besides."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is looked for on which site: the first `limit` after a position, apart from some groups.

    `with_groups` asks to tell of what is found in which group it is.
    """

    site_id: UUID
    wish: QueueFilter
    after: Position | None
    limit: int
    effort: Effort = EFFORT
    beside: frozenset[int] = frozenset()
    with_groups: bool = False

    @property
    def criteria(self) -> Criteria:
        return self.wish.criteria

    @property
    def has_terms(self) -> bool:
        """Whether terms are looked at: without any, a part of a site is walked along, say."""
        return bool(self.criteria.all_of or self.criteria.none_of)

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Return what must be true of a comment, apart from its terms and its time."""
        here = (*belongs(self.site_id, self.wish.queue), comments_within(self.wish.sections, self.site_id))
        return (*here, self.is_beside(Comment.similar_group)) if self.beside else here

    def is_beside(self, group: Any) -> ColumnElement[bool]:
        """Return the condition that a comment's group is none of those that are not looked for."""
        return or_(group.is_(None), group.not_in(self.beside))


@dataclass(slots=True)
class SearchResult:
    """What was found, in order, and where to go on; `cut_short` if the search stopped for its time.

    `unread` says that some comments could not be searched yet. `groups` has what was asked for of groups.
    """

    ids: list[UUID] = field(default_factory=list)
    next: Position | None = None
    cut_short: bool = False
    unread: bool = False
    groups: dict[UUID, int] = field(default_factory=dict)
