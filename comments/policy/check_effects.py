"""What becomes of a comment while somebody outside is still to be asked about it. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from comments.rules import Facts, Judgement, Outcome, Reason

UNANSWERED = Reason("outside-check", "Outside check unanswered")
"""Stands only with what our own rules would publish: the answer may let that happen, and nothing else."""

NO_ANSWER = Reason("outside-check", "Outside check gave no answer")
"""The same, once nobody asks any more."""


def is_asked_outside(judgement: Judgement, facts: Facts) -> bool:
    """Say whether others are asked: about what guests write whom no moderator trusts, unless it is spam."""
    is_open = judgement.outcome in {Outcome.APPROVE, Outcome.HOLD}
    return is_open and not facts.is_moderator and not facts.author_trusted


def until_answered(judgement: Judgement) -> Judgement:
    """Return what becomes of it until the answer: what would be public waits."""
    if judgement.outcome is not Outcome.APPROVE:
        return judgement
    return replace(judgement, outcome=Outcome.HOLD, reasons=(UNANSWERED,))


def answered(reasons: Sequence[Reason], said: Reason | None) -> list[Reason]:
    """Return why a comment waits once the answer is there: `said` is what speaks against it, if anything."""
    others = [reason for reason in reasons if reason.rule != UNANSWERED.rule]
    return [*others, said] if said else others


def is_all_that_holds(reasons: Sequence[Reason]) -> bool:
    """Say whether a comment waits for nothing but the answer."""
    return [reason.rule for reason in reasons] == [UNANSWERED.rule]
