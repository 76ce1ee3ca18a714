"""Learning from decisions, here and by Akismet: what is asked for with them, and what is done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from comments.classifier.actions import Lesson, hold, learn
from comments.classifier.features import FeatureSet
from comments.moderation.audit.history import histories
from comments.moderation.decisions.requests import Deed
from comments.moderation.training.queries import SAYS, calls_spam
from comments.outbox import enqueue
from comments.sites.checks import AKISMET
from comments.sites.queries import has_checks

DECISIONS_MADE = "learn"
"""The kind of task that learns from what was decided on a site."""


CHECKED_DECISIONS = "check-told"
"""The kind of task that tells Akismet what moderators decided. Its payload: the `comment_ids`."""

TOLD_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CommentFeatures:
    """A comment, and by what it is recognised."""

    comment_id: UUID
    features: FeatureSet
    of_facts: tuple[str, ...]


def ask_to_learn(session: Session, site_id: UUID, choice: Deed, at: datetime) -> None:
    """Have learned from a decision, unless that is about to be done already, or there is nothing in it."""
    if choice in SAYS or choice == "restore":
        enqueue(session, DECISIONS_MADE, site_id, {}, due=at, key=str(site_id))


def tell_checks(
    session: Session, site_id: UUID, choice: Deed, comment_ids: Sequence[UUID], at: datetime
) -> None:
    """Have Akismet told of a decision, where it is asked; after a while, for who undoes it does so soon."""
    if (choice in SAYS or choice == "restore") and has_checks(session, site_id, AKISMET):
        payload = {"comment_ids": list(comment_ids)}
        enqueue(session, CHECKED_DECISIONS, site_id, payload, due=at + TOLD_AFTER)


def teach(session: Session, site_id: UUID, seen: Sequence[CommentFeatures], *, read_to: datetime) -> int:
    """Learn what stands about these comments now; return how many told something new."""
    # First: who learns after another must not go by what stood before.
    hold(session, site_id)
    decided = histories(session, [one.comment_id for one in seen])
    lessons = []
    for one in seen:
        history = decided.get(one.comment_id, [])
        said_at = history[-1].at if history else read_to
        lessons.append(Lesson(one.comment_id, calls_spam(history), one.features, one.of_facts, said_at))
    return learn(session, site_id, lessons, read_to=read_to)
