"""The lists that moderators walk along: stretches of an index, merged in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, literal_column, select, tuple_, union_all

from comments.threads.models import Comment

QUEUES = ("pending", "approved", "spam", "removed", "deleted")
"""Every comment is in one of them."""

LISTS = ("pending", "reported", "spam", "approved", "removed", "deleted")
"""The queues as moderators see them: `reported` has what readers' reports are open about, in any state."""

# In the words of the partial index: SQLite takes it for no others.
_REPORTED = (Comment.report_count > literal_column("0"), Comment.state != literal_column("'deleted'"))

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class IndexRange:
    """The comments between two positions, neither included, in the order in which they are walked."""

    newest_first: bool = True
    after: Position | None = None
    until: Position | None = None

    def holds(self) -> list[ColumnElement[bool]]:
        """Return the conditions of a comment that lies here."""
        place = tuple_(Comment.created_at, Comment.id)
        held = []
        if self.after is not None:
            held.append(place < self.after if self.newest_first else place > self.after)
        if self.until is not None:
            held.append(place > self.until if self.newest_first else place < self.until)
        return held

    def order(self, of: Any = Comment) -> tuple[Any, Any]:
        return (of.created_at.desc(), of.id.desc()) if self.newest_first else (of.created_at, of.id)

    def comes_first(self, one: Position, other: Position) -> bool:
        return one > other if self.newest_first else one < other


def segments(site_id: UUID | BindParameter[UUID], queue: str | None) -> list[tuple[ColumnElement[bool], ...]]:
    """Return the conditions of each index range that together are a queue; None is all queues."""
    return [belongs(site_id, name) for name in ([queue] if queue else QUEUES)]


def belongs(site_id: UUID | BindParameter[UUID], queue: str | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a comment that is in a queue, None being all of them."""
    of_site = Comment.site_id == site_id
    if queue == "reported":
        return (of_site, *_REPORTED)
    return (of_site, Comment.queue == queue) if queue else (of_site,)


def along(
    segment_list: Sequence[tuple[ColumnElement[bool], ...]],
    stretch: IndexRange,
    limit: int,
    *,
    offset: int = 0,
) -> Select[*tuple[Any, ...]]:
    """Return ids and times of the first of some lanes: short walks along an index, not one long sort."""
    walks: list[Select[*tuple[Any, ...]]] = [
        select(Comment.id, Comment.created_at)
        .where(*segment, *stretch.holds())
        .order_by(*stretch.order())
        .limit(limit)
        .offset(offset or None)
        for segment in segment_list
    ]
    return merged(walks, stretch, limit)


def merged(
    walks: Sequence[Select[*tuple[Any, ...]]], stretch: IndexRange, limit: int
) -> Select[*tuple[Any, ...]]:
    """Return the first of several walks in their common order."""
    if len(walks) == 1:
        return walks[0]
    together = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
    return select(together).order_by(*stretch.order(together.c)).limit(limit)
