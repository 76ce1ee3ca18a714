"""Questions about what was learned: the counts, and how good the guesses were."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from comments.classifier.models import LearnedComment, LearnedFeature, Learning
from comments.classifier.precision import Tally
from comments.classifier.score import Model
from comments.rules.content.learned import HOLD_FROM, SPAM_FROM

AT_ONCE = 5_000
"""Hashes asked for in one statement; databases take some ten thousand."""

LAST = 500


@dataclass(slots=True)
class ThresholdTally(Tally):
    """How good guesses from some share on were: of spam and of other comments, how many were taken for it."""

    share: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelQuality:
    """What a site has learned, and how good its last guesses were before it learned them."""

    good: int
    bad: int
    guessed: int
    hold: ThresholdTally
    spam: ThresholdTally


def quality(session: Session, site_id: UUID, *, last: int = LAST) -> ModelQuality:
    """Return how good the guesses about the last decided comments of a site were."""
    learned = session.get(Learning, site_id)
    guesses: tuple[Any, ...] = (LearnedComment.is_spam, LearnedComment.share)
    rows = session.execute(
        select(*guesses)
        .where(LearnedComment.site_id == site_id)
        .order_by(LearnedComment.decided_at.desc(), LearnedComment.comment_id)
        .limit(last)
    ).all()
    made = [(row.is_spam, row.share) for row in rows if row.share is not None]
    good, bad = (learned.good, learned.bad) if learned else (0, 0)
    return ModelQuality(good, bad, len(made), _standing(made, HOLD_FROM), _standing(made, SPAM_FROM))


def newer_counts(session: Session, site_id: UUID, version: int) -> tuple[Row[Any] | None, list[Row[Any]]]:
    """Return what a site has learned in all, and the counts that are newer than `version`."""
    totals: tuple[Any, ...] = (Learning.good, Learning.bad, Learning.version)
    counts: tuple[Any, ...] = (LearnedFeature.bucket, LearnedFeature.good, LearnedFeature.bad)
    learned = session.execute(select(*totals).where(Learning.site_id == site_id)).one_or_none()
    if learned is None or learned.version == version:
        return learned, []
    newer = select(*counts).where(LearnedFeature.site_id == site_id, LearnedFeature.version > version)
    return learned, list(session.execute(newer))


def counts_of(session: Session, site_id: UUID, buckets: Collection[int], model: Model) -> set[int]:
    """Put the counts of these hashes into a model; return those that have any."""
    known = set()
    counts: tuple[Any, ...] = (LearnedFeature.bucket, LearnedFeature.good, LearnedFeature.bad)
    asked = list(buckets)
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        found = select(*counts).where(LearnedFeature.site_id == site_id, LearnedFeature.bucket.in_(some))
        for row in session.execute(found):
            model.put(row.bucket, row.good, row.bad)
            known.add(row.bucket)
    return known


def _standing(made: list[tuple[bool, float]], share: float) -> ThresholdTally:
    standing = ThresholdTally(share=share)
    for is_spam, guessed in made:
        standing.add(is_unwanted=is_spam, is_taken=guessed >= share)
    return standing
