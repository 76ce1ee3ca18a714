"""What Akismet is told of moderators' decisions: once, and what stands by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.moderation.audit.history import histories
from comments.moderation.training.queries import calls_spam
from comments.outbox import enqueue
from comments.outside.external_checks.questions import Question, question_about
from comments.outside.models import CheckCall
from comments.sites.checks import AKISMET
from comments.sites.models import OutsideCheck

TELL = "check-tell"
"""The kind of task that tells Akismet about one comment. Its payload: the `comment_id`."""

WORDS = {True: "spam", False: "ham"}


@dataclass(frozen=True, slots=True)
class ToTell:
    """Who is told that a comment is `ham` or `spam`."""

    check: OutsideCheck
    question: Question
    verdict: str


def address_feedback(session: Session, site_id: UUID, comment_ids: Sequence[UUID], *, at: datetime) -> None:
    """Have Akismet told about each of these comments where a decision stands that it does not know."""
    for comment_id in _unknown(session, site_id, comment_ids):
        enqueue(session, TELL, site_id, {"comment_id": comment_id}, due=at, key=str(comment_id))


def to_tell(session: Session, site_id: UUID, comment_id: UUID) -> ToTell | None:
    """Return what Akismet is to be told about a comment now; None if it knows, or nothing is decided."""
    verdict = _unknown(session, site_id, [comment_id]).get(comment_id)
    question = question_about(session, site_id, comment_id)
    check = session.scalar(_AKISMET.where(OutsideCheck.site_id == site_id))
    if verdict is None or question is None or check is None:
        return None
    return ToTell(check, replace(question, edit=None), verdict)


def note_told(session: Session, told: ToTell) -> None:
    """Note what Akismet knows now; nothing if the comment is gone for ever meanwhile."""
    call = session.get(CheckCall, (told.question.comment.id, told.check.id), with_for_update=True)
    if call is not None:
        call.told = told.verdict


def _unknown(session: Session, site_id: UUID, comment_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return what stands decided about those comments that Akismet was asked about, if that is news."""
    asked = (
        select(CheckCall.comment_id, CheckCall.told)
        .join(OutsideCheck, OutsideCheck.id == CheckCall.check_id)
        .where(
            CheckCall.comment_id.in_(comment_ids),
            OutsideCheck.site_id == site_id,
            OutsideCheck.kind == AKISMET,
        )
    )
    told = dict(session.execute(asked).all())
    decided = histories(session, list(told))
    stands = {comment_id: calls_spam(decided.get(comment_id, [])) for comment_id in told}
    return {
        comment_id: WORDS[is_spam]
        for comment_id, is_spam in stands.items()
        if is_spam is not None and told[comment_id] != WORDS[is_spam]
    }


_AKISMET = select(OutsideCheck).where(OutsideCheck.kind == AKISMET)
