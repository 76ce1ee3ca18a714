"""What was decided about comments, as something to learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, tuple_
from sqlalchemy.orm import Session

from comments.classifier.models import Learning
from comments.moderation.audit.history import LogPosition
from comments.moderation.decisions.requests import QUIET, PastDecision
from comments.moderation.models import Decision
from comments.threads.models import Comment

SAYS: Mapping[str, bool | None] = {
    "approve": False,
    "approve_trust": False,
    "keep": False,
    "spam": True,
    "hold": None,
    "remove": None,
}
"""Whether a decision calls a comment spam. What is removed may be rude or off the point, and no spam."""


@dataclass(frozen=True, slots=True)
class DecidedComments:
    """Comments of guests that were decided about, in that order, and where to go on; None at the end."""

    comments: Sequence[Row[Any]]
    read_to: datetime | None
    next: LogPosition | None


def calls_spam(history: Sequence[PastDecision]) -> bool | None:
    """Return whether the decision that stands calls the comment spam; None where it says nothing of that.

    `history` is oldest first.
    """
    return said(history, SAYS)


def said(history: Sequence[PastDecision], meanings: Mapping[str, bool | None]) -> bool | None:
    """Return what the last decision that stands and has a meaning means; `history` is oldest first."""
    standing: list[str] = []
    for past in history:
        if past.choice == "restore":
            del standing[-1:]
        elif past.choice not in QUIET:
            standing.append(past.choice)
    return next((meanings[choice] for choice in reversed(standing) if choice in meanings), None)


def learned_until(session: Session, site_id: UUID) -> datetime | None:
    """Return until when the decisions of a site were looked at."""
    return session.scalar(select(Learning.read_to).where(Learning.site_id == site_id))


def decided(session: Session, site_id: UUID, after: LogPosition | None, *, limit: int) -> DecidedComments:
    """Return what was decided after a place in the log, some of it, oldest first."""
    decisions: tuple[Any, ...] = (Decision.at, Decision.id, Decision.comment_id)
    query = select(*decisions).where(Decision.site_id == site_id)
    if after is not None:
        query = query.where(tuple_(Decision.at, Decision.id) > after)
    rows = session.execute(query.order_by(Decision.at, Decision.id).limit(limit)).all()
    ids = list(dict.fromkeys(row.comment_id for row in rows))
    guests = (Comment.id.in_(ids)) & (Comment.author_kind == "guest") & (Comment.source != "")
    found = {row.id: row for row in session.execute(select(*JUDGED).where(guests))}
    last = rows[-1] if rows else None
    end = (last.at, last.id) if last is not None and len(rows) == limit else None
    return DecidedComments(
        [found[one] for one in ids if one in found], last.at if last is not None else None, end
    )


JUDGED: tuple[Any, ...] = (
    Comment.id,
    Comment.source,
    Comment.source_format,
    Comment.author_name,
    Comment.author_website,
    Comment.facts,
    Comment.reasons,
    Comment.created_at,
)
