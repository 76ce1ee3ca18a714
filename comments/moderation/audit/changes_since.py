"""What moderators decided since somebody last looked, in the order of the commits, and one's own orders."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.sections import Sections
from comments.moderation.decisions.requests import FINAL
from comments.moderation.decisions.undoable import undoable
from comments.moderation.models import Decision, LogHead, LogLink
from comments.threads.models import Comment, Thread
from comments.threads.scope import threads_within

MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Changes:
    """Decisions that were logged after a number, and the number to go on with.

    `reset` says that the number given is of another log than this one: what is shown may be outdated.
    """

    rows: Sequence[Row[Any]]
    next: int
    reset: bool = False


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One order of a moderator. `standing` of its decisions can be taken back."""

    at: datetime
    choice: str
    comment_ids: Sequence[UUID]
    standing: int


def changes(session: Session, moderator: Moderator, since: int | None) -> Changes:
    """Return the decisions of everybody since then, oldest first, at most 200; none without `since`.

    The log numbers them in the order of their commits, so none comes late behind a number that was given.
    """
    head = last_number(session, moderator.site_id)
    if since is None or since >= head:
        return Changes([], head, reset=since is not None and since > head)
    rows = numbered_decisions(
        session, moderator.site_id, moderator.sections, after=since, up_to=head, limit=MOST_CHANGES + 1
    )
    if len(rows) > MOST_CHANGES:
        return Changes(rows[:MOST_CHANGES], rows[MOST_CHANGES - 1].number)
    return Changes(rows, head)


def last_number(session: Session, site_id: UUID) -> int:
    """Return the number of a site's last entry, 0 for a log that has none."""
    return session.scalar(select(LogHead.number).where(LogHead.site_id == site_id)) or 0


def numbered_decisions(
    session: Session, site_id: UUID, sections: Sections, *, after: int, up_to: int | None = None, limit: int
) -> Sequence[Row[Any]]:
    """Return a site's decisions behind an entry of its log, by number, with their comments as they are."""
    numbered: Select[*tuple[Any, ...]] = (
        select(
            LogLink.number,
            Decision.comment_id,
            Decision.account_id,
            Decision.moderator_name,
            Decision.decision,
            Decision.after,
            Decision.at,
            Comment.state,
            Comment.queue,
            Comment.version,
            Comment.similar_group,
        )
        .join(Decision, Decision.id == LogLink.decision_id)
        .join(Comment, Comment.id == Decision.comment_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(LogLink.site_id == site_id, LogLink.number > after, threads_within(sections))
        .order_by(LogLink.number)
        .limit(limit)
    )
    if up_to is not None:
        numbered = numbered.where(LogLink.number <= up_to)
    return session.execute(numbered).all()


def own_orders(session: Session, moderator: Moderator, limit: int) -> Sequence[PastOrder]:
    """Return a moderator's last orders, the newest first, without undoings: run it with `scan`."""
    mine = (
        (Decision.site_id == moderator.site_id)
        & (Decision.account_id == moderator.account_id)
        & Decision.decision.not_in(FINAL)
    )
    times: list[datetime] = []
    while len(times) < limit:
        # One step along the index for each order: grouping would read all that somebody ever decided.
        older = mine & (Decision.at < times[-1]) if times else mine
        at = session.scalar(select(Decision.at).where(older).order_by(Decision.at.desc()).limit(1))
        if at is None:
            break
        times.append(at)
    if not times:
        return []
    made: Select[*tuple[Any, ...]] = (
        select(Decision.id, Decision.comment_id, Decision.decision, Decision.at)
        .join(Comment, Comment.id == Decision.comment_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(mine, Decision.at.in_(times), threads_within(moderator.sections))
        .order_by(Decision.at.desc(), Decision.id)
    )
    rows = session.execute(made).all()
    standing = undoable(session, list({row.comment_id for row in rows}))
    orders: dict[datetime, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        orders[row.at].append(row)
    return [
        PastOrder(
            at,
            together[0].decision,
            [row.comment_id for row in together],
            sum(row.id in standing for row in together),
        )
        for at, together in orders.items()
    ]
