"""What was decided before: about a comment, with one order, and on a whole site."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select, tuple_
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.moderation.decisions.requests import PastDecision
from comments.moderation.models import Decision
from comments.threads.models import Comment, Thread
from comments.threads.scope import threads_within

LogPosition = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One decision with what it was about. `account_id` is None once the account is gone."""

    id: UUID
    comment_id: UUID
    account_id: UUID | None
    by: str
    choice: str
    before: str
    after: str
    reason: str
    at: datetime
    author_name: str
    thread_id: UUID
    thread_url: str
    thread_title: str | None

    @property
    def position(self) -> LogPosition:
        return self.at, self.id


def histories(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, list[PastDecision]]:
    """Return the decisions about each comment, oldest first; a comment without any is left out."""
    if not comment_ids:
        return {}
    rows = session.execute(_HISTORIES, {"comment_ids": list(comment_ids)})
    found: dict[UUID, list[PastDecision]] = defaultdict(list)
    for row in rows:
        found[row.comment_id].append(PastDecision(*row))
    return dict(found)


# Made once: to put it together takes longer than to answer it.
_HISTORIES: Select[*tuple[Any, ...]] = (
    select(
        Decision.id,
        Decision.comment_id,
        Decision.decision,
        Decision.before,
        Decision.moderator_name,
        Decision.at,
        Decision.replaced,
        Decision.reason,
    )
    .where(Decision.comment_id.in_(bindparam("comment_ids", expanding=True)))
    .order_by(Decision.comment_id, Decision.at, Decision.id)
)


def decisions_of_order(
    session: Session, site_id: UUID, account_id: UUID, made_at: datetime
) -> Sequence[Row[UUID, UUID, str]]:
    """Return id, comment and decision of everything an account decided with one order."""
    rows = session.execute(
        select(Decision.id, Decision.comment_id, Decision.decision).where(
            Decision.site_id == site_id, Decision.at == made_at, Decision.account_id == account_id
        )
    )
    return rows.all()


def removals_between(
    session: Session, site_id: UUID, account_id: UUID, first: datetime, last: datetime
) -> Sequence[tuple[UUID, UUID]]:
    """Return decision and comment id of all that an account has removed in this time, both ends included."""
    rows = session.execute(
        select(Decision.id, Decision.comment_id)
        .where(
            Decision.site_id == site_id,
            Decision.account_id == account_id,
            Decision.at.between(first, last),
            Decision.decision == "remove",
        )
        .order_by(Decision.at, Decision.id)
    )
    return rows.all()


def log(
    session: Session,
    site_id: UUID,
    *,
    after: LogPosition | None = None,
    limit: int,
    sections: Sections = None,
) -> tuple[Sequence[LogEntry], LogPosition | None]:
    """Return a site's decisions, newest first, and the position where the next page begins."""
    statement = _ENTRIES.where(Decision.site_id == site_id, threads_within(sections)).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(Decision.at, Decision.id) < after)
    entries = [LogEntry(*row) for row in session.execute(statement)]
    more = len(entries) > limit
    entries = entries[:limit]
    return entries, entries[-1].position if more else None


def entries_of_order(
    session: Session, site_id: UUID, account_id: UUID, made_at: datetime, sections: Sections = None
) -> Sequence[LogEntry]:
    """Return what an account decided with one order, as log entries."""
    statement = _ENTRIES.where(
        Decision.site_id == site_id,
        Decision.at == made_at,
        Decision.account_id == account_id,
        threads_within(sections),
    )
    return [LogEntry(*row) for row in session.execute(statement)]


def entries_about(
    session: Session, site_id: UUID, comment_ids: Sequence[UUID], limit: int
) -> Sequence[LogEntry]:
    """Return the newest decisions about these comments, the newest first."""
    statement = _ENTRIES.where(Decision.site_id == site_id, Decision.comment_id.in_(comment_ids))
    return [LogEntry(*row) for row in session.execute(statement.limit(limit))] if comment_ids else []


_ENTRIES: Select[*tuple[Any, ...]] = (
    select(
        Decision.id,
        Decision.comment_id,
        Decision.account_id,
        Decision.moderator_name,
        Decision.decision,
        Decision.before,
        Decision.after,
        Decision.reason,
        Decision.at,
        Comment.author_name,
        Thread.id,
        Thread.url,
        Thread.title,
    )
    .join(Comment, Comment.id == Decision.comment_id)
    .join(Thread, Thread.id == Comment.thread_id)
    .order_by(Decision.at.desc(), Decision.id.desc())
)
