"""What has changed on a desk since somebody looked: decisions, by the log's numbers, and what came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from comments.identity.sections import Sections
from comments.moderation.queries.following import last_number, numbered_decisions
from comments.moderation.queries.lanes import Position, Stretch, along
from comments.moderation.queries.parts import Part, part_of
from comments.threads.models import Comment

MOST_TOLD = 1_000
"""Decisions told at once, and arrivals; who asks again is told the next ones."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a site stands: the number of its log's last entry, and the newest comment of a queue."""

    number: int
    newest: Position | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A comment about which was decided, as it is now, and the last decision about it."""

    comment_id: UUID
    number: int
    state: str
    queue: str
    version: int
    group: int | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class View:
    """What a desk shows: a queue of a site, None for all of them, as far as somebody moderates it."""

    site_id: UUID
    queue: str | None
    sections: Sections = None

    def lanes(self, session: Session) -> Sequence[tuple[ColumnElement[bool], ...]]:
        """Return the conditions of the index ranges that it walks along."""
        return self.part(session).lanes(self.queue)

    def part(self, session: Session) -> Part:
        return part_of(session, self.site_id, self.sections)


def standing(session: Session, view: View, *, newest: Position | None = None) -> Standing:
    """Return where a desk stands; `newest` is looked for unless it is known."""
    number = last_number(session, view.site_id)
    if newest is None:
        found = session.execute(_newest(view.part(session), view.queue)).one_or_none()
        newest = None if found is None else (found.created_at, found.id)
    return Standing(number, newest)


# Made once for each desk: to put it together takes longer than to answer it.
@lru_cache(maxsize=64)
def _newest(part: Part, queue: str | None) -> Select[*tuple[Any, ...]]:
    return along(part.lanes(queue), Stretch(), 1)


def decided_since(session: Session, view: View, number: int) -> tuple[Sequence[Changed], int]:
    """Return what was decided after the log's entry `number`, once for each comment.

    With it goes the entry up to which that is all, 0 if it is all there is.
    """
    rows = numbered_decisions(session, view.site_id, view.sections, after=number, limit=MOST_TOLD)
    last = {
        row.comment_id: Changed(
            row.comment_id,
            row.number,
            row.state,
            row.queue,
            row.version,
            row.similar_group,
            row.moderator_name,
            row.at,
        )
        for row in rows
    }
    return list(last.values()), rows[-1].number if len(rows) == MOST_TOLD else 0


def arrived_since(session: Session, view: View, after: Position | None) -> Sequence[UUID]:
    """Return the comments of a queue that are newer than `after`; None is an empty queue's."""
    found: list[tuple[datetime, UUID]] = []
    for lane in view.lanes(session):
        statement = select(Comment.created_at, Comment.id).where(*lane)
        if after is not None:
            statement = statement.where(tuple_(Comment.created_at, Comment.id) > after)
        newest = statement.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(MOST_TOLD)
        found += [(row.created_at, row.id) for row in session.execute(newest)]
    return [comment_id for _, comment_id in sorted(found, reverse=True)[:MOST_TOLD]]
