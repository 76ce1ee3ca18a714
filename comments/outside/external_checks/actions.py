"""What outside checks' answers change: they are noted, and what they say is done in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from comments.keys import Keyring
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import AutomaticActor, CommentChoice, DecisionOrder, Deed
from comments.moderation.decisions.transitions import Subject, lock_subjects
from comments.outside.external_checks.answers import CheckAdvice
from comments.outside.models import CheckCall
from comments.policy.check_effects import NO_ANSWER, answered, is_all_that_holds
from comments.rules import Reason, decoded, encoded
from comments.sites.checks import name_of
from comments.sites.models import OutsideCheck
from comments.sites.queries import checks_of
from comments.storage import WITHOUT_SYNC
from comments.threads.models import Comment, Revision

SAID = "outside-said"
"""The code of the reason that a check gives, where our own rules have codes of theirs."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of asking one check: what it said, or in words why it said nothing."""

    check_id: UUID
    said: CheckAdvice | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CheckedComment:
    """A comment that was asked about, as it was then; after the `is_last` time nobody asks any more."""

    site_id: UUID
    comment_id: UUID
    version: int
    is_last: bool


def settle(
    session: Session, asked: CheckedComment, results: Sequence[CheckResult], keys: Keyring, *, at: datetime
) -> bool:
    """Note what checks said, and do it if somebody says spam, or all have answered; return if that is so.

    A comment that was changed since stays as it is: a moderator has decided, or its new text is asked about.
    """
    subject = lock_subjects(session, asked.site_id, [asked.comment_id]).get(asked.comment_id)
    if subject is None:
        return True
    checks = {check.id: check for check in checks_of(session, asked.site_id)}
    for one in results:
        if one.check_id in checks:
            _note(session, asked, one, at)
    if subject.version != asked.version:
        return True
    said = _all_said(session, asked)
    against = _strongest(checks, said)
    is_all = checks.keys() <= said.keys()
    if against is not None and (is_all or against[1].outcome == "spam"):
        check, verdict = against
        reason = Reason(SAID, f"{name_of(check)}: {verdict.reason or verdict.outcome}")
        _replace_reasons(session, subject, answered(_reasons(session, subject), reason))
        choice: Deed = "check_spam" if verdict.outcome == "spam" and subject.edit_at is None else "check_hold"
        _decide(session, asked, choice, name_of(check), verdict.reason, keys, at)
        return True
    reasons = _reasons(session, subject)
    if not is_all_that_holds(reasons):
        return is_all
    if checks and is_all:
        _replace_reasons(session, subject, [])
        names = ", ".join(name_of(check) for check in checks.values())
        _decide(session, asked, "check_approve", names, "no spam", keys, at)
    elif asked.is_last or not checks:
        _replace_reasons(session, subject, [NO_ANSWER])
    return is_all


def _note(session: Session, asked: CheckedComment, results: CheckResult, at: datetime) -> None:
    call = session.get(CheckCall, (asked.comment_id, results.check_id))
    if call is None:
        call = CheckCall(comment_id=asked.comment_id, check_id=results.check_id, attempts=0)
        session.add(call)
    elif call.version != asked.version:
        call.attempts, call.outcome = 0, None
    call.version, call.attempts, call.answered_at = asked.version, call.attempts + 1, at
    call.outcome = results.said.outcome if results.said else call.outcome
    call.answer = results.said.reason if results.said else results.fault


def _all_said(session: Session, asked: CheckedComment) -> Mapping[UUID, CheckAdvice]:
    # What was noted a moment ago is among it.
    session.flush()
    calls = (CheckCall.comment_id == asked.comment_id) & (CheckCall.version == asked.version)
    found = session.scalars(select(CheckCall).where(calls, CheckCall.outcome.is_not(None)))
    return {call.check_id: _said(call) for call in found}


def _said(call: CheckCall) -> CheckAdvice:
    outcome: Any = call.outcome
    return CheckAdvice(outcome, call.answer)


def _strongest(
    checks: Mapping[UUID, OutsideCheck], said: Mapping[UUID, CheckAdvice]
) -> tuple[OutsideCheck, CheckAdvice] | None:
    """Return the check that has most against the comment, and what; None if none has anything."""
    for outcome in ("spam", "hold"):
        for check_id, verdict in said.items():
            if verdict.outcome == outcome and check_id in checks:
                return checks[check_id], verdict
    return None


def _reasons(session: Session, subject: Subject) -> list[Reason]:
    """Return why the newest text waits: that of the edit, if one does."""
    texts = _texts(subject)
    stored = session.scalar(select(texts.reasons).where(_key(texts) == subject.id))
    return decoded(stored or "[]")


def _replace_reasons(session: Session, subject: Subject, reasons: Sequence[Reason]) -> None:
    texts = _texts(subject)
    session.execute(
        update(texts).where(_key(texts) == subject.id).values(reasons=encoded(reasons)),
        execution_options=WITHOUT_SYNC,
    )


def _texts(subject: Subject) -> type[Comment] | type[Revision]:
    return Comment if subject.edit_at is None else Revision


def _key(texts: type[Comment] | type[Revision]) -> Any:
    return Comment.id if texts is Comment else Revision.comment_id


def _decide(
    session: Session, asked: CheckedComment, choice: Deed, name: str, reason: str, keys: Keyring, at: datetime
) -> None:
    wanted = [CommentChoice(asked.comment_id, expected_version=asked.version)]
    decide(session, DecisionOrder(AutomaticActor(asked.site_id, name), choice, wanted, reason), keys, at=at)
