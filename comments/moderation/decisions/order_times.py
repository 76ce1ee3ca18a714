"""Giving each order of a moderator a time of its own, behind all others: it is what the order is named by."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.models import Account
from comments.moderation.decisions.requests import Asker
from comments.moderation.decisions.transitions import Subject
from comments.moderation.models import Decision


def time_of_its_own(session: Session, asker: Asker, at: datetime) -> datetime:
    """Return `at`, or the next moment at which this moderator has decided nothing on the site yet.

    What decides in nobody's name cannot be undone as an order, and needs none.
    """
    if asker.account_id is None:
        return at
    # One order after another: of two at once neither would see the other's time. Nobody who holds an account
    # waits for a thread then, as threads are held first.
    session.execute(select(Account.id).where(Account.id == asker.account_id).with_for_update(key_share=True))
    taken = select(Decision.id).where(
        Decision.site_id == asker.site_id, Decision.account_id == asker.account_id
    )
    while session.scalar(taken.where(Decision.at == at).limit(1)) is not None:
        at += timedelta(microseconds=1)
    return at


def after_all_others(at: datetime, subjects: Iterable[Subject]) -> datetime:
    """Return `at`, or a moment after the last decision: times are taken before the write's turn comes."""
    last = max((subject.history[-1].at for subject in subjects if subject.history), default=None)
    return max(at, last + timedelta(microseconds=1)) if last else at
