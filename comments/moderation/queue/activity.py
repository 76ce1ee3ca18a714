"""How many comments a site got on each of its last days, by what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comments.threads.models import Comment

OUTCOMES = ("approved", "pending", "spam", "removed")


@dataclass(frozen=True, slots=True)
class Day:
    """One day in UTC: how many comments of it are public, wait, are spam and are removed by now."""

    day: date
    approved: int
    pending: int
    spam: int
    removed: int

    @property
    def total(self) -> int:
        return self.approved + self.pending + self.spam + self.removed


def last_days(session: Session, site_id: UUID, now: datetime, days: int) -> Sequence[Day]:
    """Return the last days up to today, the oldest first.

    Each is counted in the index of the queues (site, queue, time) alone: it costs what came in these days,
    however many comments the site has.
    """
    first = now.date() - timedelta(days=days - 1)
    return [_day(session, site_id, first + timedelta(days=number), now) for number in range(days)]


def _day(session: Session, site_id: UUID, day: date, now: datetime) -> Day:
    begin = datetime.combine(day, time(), tzinfo=now.tzinfo)
    of_day = (Comment.created_at >= begin) & (Comment.created_at < begin + timedelta(days=1))
    rows = session.execute(
        select(Comment.queue, func.count())
        .where(Comment.site_id == site_id, Comment.queue.in_(OUTCOMES), of_day)
        .group_by(Comment.queue)
    )
    counts = {row[0]: row[1] for row in rows}
    return Day(day, *(counts.get(outcome, 0) for outcome in OUTCOMES))
