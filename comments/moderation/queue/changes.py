"""What has changed on a desk since somebody looked: decisions, by the log's numbers, and what came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.moderation.audit.changes_since import numbered_decisions
from comments.moderation.decisions.requests import QUIET
from comments.moderation.queue.index_ranges import IndexRange, Position, along
from comments.moderation.queue.sections import part_of

MOST_TOLD = 1_000
"""Decisions told at once, and arrivals; who asks again is told the next ones."""


@dataclass(frozen=True, slots=True)
class ChangedComment:
    """A comment about which was decided, as it is now, and the last decision about it.

    `only_said` is of one that is as it was: somebody noted something, wrote to its author, or took that back.
    """

    comment_id: UUID
    number: int
    state: str
    queue: str
    version: int
    group: int | None
    by: str
    at: datetime
    only_said: bool


@dataclass(frozen=True, slots=True)
class View:
    """What a desk shows: a queue of a site, None for all of them, as far as somebody moderates it."""

    site_id: UUID
    queue: str | None
    sections: Sections = None

    def segments(self, session: Session) -> Sequence[tuple[ColumnElement[bool], ...]]:
        """Return the conditions of the index ranges that it walks along."""
        return part_of(session, self.site_id, self.sections).segments(self.queue)


def decided_since(session: Session, view: View, number: int) -> tuple[Sequence[ChangedComment], int]:
    """Return what was decided after the log's entry `number`, once for each comment.

    With it goes the entry up to which that is all, 0 if it is all there is.
    """
    rows = numbered_decisions(session, view.site_id, view.sections, after=number, limit=MOST_TOLD)
    decided = {row.comment_id for row in rows if row.decision not in QUIET}
    last = {
        row.comment_id: ChangedComment(
            row.comment_id,
            row.number,
            row.state,
            row.queue,
            row.version,
            row.similar_group,
            row.moderator_name,
            row.at,
            row.comment_id not in decided,
        )
        for row in rows
    }
    return list(last.values()), rows[-1].number if len(rows) == MOST_TOLD else 0


def arrived_since(session: Session, view: View, after: Position | None) -> Sequence[UUID]:
    """Return the comments of a queue that are newer than `after`; None is an empty queue's."""
    newer = along(view.segments(session), IndexRange(until=after), MOST_TOLD)
    return [row.id for row in session.execute(newer)]
