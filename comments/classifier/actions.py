"""Learning from what moderators have decided, and unlearning what they have taken back."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from comments.classifier.events import Learned
from comments.classifier.features import FeatureSet
from comments.classifier.models import LearnedComment, LearnedFeature, Learning
from comments.classifier.queries import counts_of
from comments.classifier.score import Model
from comments.storage import WITHOUT_SYNC, announce, insert_ignoring

_SIGNS = cast(Table, LearnedFeature.__table__)
_CHANGE_SIGN = (
    update(_SIGNS)
    .where(_SIGNS.c.site_id == bindparam("of_site"), _SIGNS.c.bucket == bindparam("of_bucket"))
    .values(good=bindparam("new_good"), bad=bindparam("new_bad"), version=bindparam("new_version"))
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was decided about a comment, and by what it is recognised; `is_spam` None says that nothing is."""

    comment_id: UUID
    is_spam: bool | None
    features: FeatureSet
    of_facts: tuple[str, ...]
    decided_at: datetime

    @property
    def buckets(self) -> list[int]:
        return FeatureSet((*self.features.words, *self.of_facts), self.features.pieces).buckets()


def learn(session: Session, site_id: UUID, lessons: Sequence[Lesson], *, read_to: datetime) -> int:
    """Learn lessons in their order; return how many told something new. Twice is once.

    Each comment is guessed before it is learned, and what it was learned as before is taken back first.
    """
    learning = hold(session, site_id)
    old = _learned_before(session, [lesson.comment_id for lesson in lessons])
    new = [one for one in lessons if one.is_spam != _class_of(old.get(one.comment_id))]
    learning.read_to = max(filter(None, (learning.read_to, read_to)))
    if not new:
        return 0
    changes = [(lesson, old.get(lesson.comment_id), lesson.buckets) for lesson in new]
    touched = {bucket for _, known, buckets in changes for bucket in (*buckets, *_buckets(known))}
    model = Model()
    model.good, model.bad = learning.good, learning.bad
    stored = counts_of(session, site_id, touched, model)
    rows = []
    for lesson, known, buckets in changes:
        if known is not None:
            model.add(_buckets(known), is_spam=known.is_spam, times=-1)
        if lesson.is_spam is not None:
            guess = model.guess(lesson.features, lesson.of_facts)
            model.add(buckets, is_spam=lesson.is_spam)
            rows.append(_row(site_id, lesson, buckets, guess.share if guess else None))
    learning.good, learning.bad, learning.version = model.good, model.bad, learning.version + 1
    _store_counts(session, learning, model, touched, stored)
    _store_comments(session, [lesson.comment_id for lesson in new], rows)
    announce(session, Learned(site_id))
    return len(new)


def forget_all(session: Session, site_id: UUID) -> None:
    """Let a site have learned nothing, so that it can learn again from its first decision on."""
    learning = hold(session, site_id)
    learning.good = learning.bad = 0
    learning.version, learning.read_to = learning.version + 1, None
    # Not deleted: other processes read what is newer than what they know.
    session.execute(
        update(LearnedFeature)
        .where(LearnedFeature.site_id == site_id)
        .values(good=0, bad=0, version=learning.version),
        execution_options=WITHOUT_SYNC,
    )
    session.execute(
        delete(LearnedComment).where(LearnedComment.site_id == site_id), execution_options=WITHOUT_SYNC
    )
    announce(session, Learned(site_id))


def hold(session: Session, site_id: UUID) -> Learning:
    """Return what a site has learned in all, once nobody else can learn there any more."""
    insert_ignoring(session, Learning, [{"site_id": site_id, "good": 0, "bad": 0, "version": 0}])
    return session.scalars(select(Learning).where(Learning.site_id == site_id).with_for_update()).one()


def _learned_before(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, Any]:
    columns: tuple[Any, ...] = (LearnedComment.comment_id, LearnedComment.is_spam, LearnedComment.buckets)
    rows = session.execute(select(*columns).where(LearnedComment.comment_id.in_(comment_ids)))
    return {row.comment_id: row for row in rows}


def _class_of(known: Any) -> bool | None:
    return None if known is None else bool(known.is_spam)


def _buckets(known: Any) -> Sequence[int]:
    return () if known is None else struct.unpack(f">{len(known.buckets) // 4}I", known.buckets)


def _row(site_id: UUID, lesson: Lesson, buckets: Sequence[int], share: float | None) -> dict[str, Any]:
    return {
        "comment_id": lesson.comment_id,
        "site_id": site_id,
        "is_spam": lesson.is_spam,
        "share": share,
        "buckets": struct.pack(f">{len(buckets)}I", *buckets),
        "decided_at": lesson.decided_at,
    }


def _store_counts(
    session: Session, learning: Learning, model: Model, touched: Iterable[int], stored: set[int]
) -> None:
    fresh, changed = [], []
    for bucket in touched:
        good, bad = model.counts(bucket)
        if bucket in stored:
            key = {"of_site": learning.site_id, "of_bucket": bucket}
            changed.append({**key, "new_good": good, "new_bad": bad, "new_version": learning.version})
        else:
            counts = {"good": good, "bad": bad, "version": learning.version}
            fresh.append({"site_id": learning.site_id, "bucket": bucket, **counts})
    if changed:
        session.connection().execute(_CHANGE_SIGN, changed)
    if fresh:
        session.connection().execute(insert(_SIGNS), fresh)


def _store_comments(session: Session, comment_ids: Sequence[UUID], rows: Sequence[dict[str, Any]]) -> None:
    session.execute(
        delete(LearnedComment).where(LearnedComment.comment_id.in_(comment_ids)),
        execution_options=WITHOUT_SYNC,
    )
    if rows:
        session.execute(insert(cast(Table, LearnedComment.__table__)), rows)
