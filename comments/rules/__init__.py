"""What happens to a comment before it is stored: an ordered list of pure functions, one file each."""

from collections.abc import Sequence

from comments.rules.author.banned import banned
from comments.rules.author.first_comment import first_comment
from comments.rules.author.known_author import known_author
from comments.rules.author.moderator import moderator
from comments.rules.content.learned import learned
from comments.rules.content.links import links
from comments.rules.content.similar import similar
from comments.rules.content.words import words
from comments.rules.draft import (
    Banned,
    Draft,
    Facts,
    Guess,
    Judgement,
    Outcome,
    Policy,
    Rule,
    ThreadFacts,
    Verdict,
)
from comments.rules.form.form_token import form_token
from comments.rules.form.honeypot import honeypot
from comments.rules.form.proof_of_work import proof_of_work
from comments.rules.form.submission import FormTokenCheck, Submission
from comments.rules.reasons import Reason, decoded, encoded, told_to_author
from comments.rules.recorded_facts import decoded_facts, encoded_facts
from comments.rules.thread.bursts import bursts
from comments.rules.thread.closed_thread import closed_thread
from comments.rules.thread.hold_all import hold_all
from comments.rules.thread.new_thread import new_thread
from comments.rules.thread.old_thread import old_thread
from comments.rules.thread.slow_mode import slow_mode

__all__ = [
    "RULES",
    "Banned",
    "Draft",
    "Facts",
    "FormTokenCheck",
    "Guess",
    "Judgement",
    "Outcome",
    "Policy",
    "Reason",
    "Rule",
    "Submission",
    "ThreadFacts",
    "Verdict",
    "decoded",
    "decoded_facts",
    "encoded",
    "encoded_facts",
    "judge",
    "told_to_author",
]

RULES: tuple[Rule, ...] = (
    # Whatever follows is about guests.
    moderator,
    # What refuses says so before anything is said about the text.
    closed_thread,
    banned,
    slow_mode,
    # Reasons of one strength are read in this order: first what says nothing about this comment,
    hold_all,
    bursts,
    old_thread,
    new_thread,
    # then how it was sent,
    honeypot,
    form_token,
    proof_of_work,
    # what is known of its author,
    first_comment,
    # and last, where the eye rests, what is in it.
    similar,
    links,
    words,
    learned,
    # Says only what nobody has contradicted.
    known_author,
)


def judge(draft: Draft, facts: Facts, policy: Policy, *, rules: Sequence[Rule] = RULES) -> Judgement:
    """Return what becomes of a comment: the strongest of what the rules say.

    Holding is what happens when no rule says anything; nothing is published because a rule was forgotten.
    """
    verdicts = _verdicts(draft, facts, policy, rules)
    verdicts.sort(key=lambda verdict: verdict.outcome.strength)
    outcome = verdicts[-1].outcome if verdicts else Outcome.HOLD
    against = tuple(verdict.against for verdict in verdicts if verdict.outcome is not Outcome.APPROVE)
    return Judgement(outcome, against)


def _verdicts(draft: Draft, facts: Facts, policy: Policy, rules: Sequence[Rule]) -> list[Verdict]:
    said = []
    for rule in rules:
        verdict = rule(draft, facts, policy)
        if verdict is not None:
            said.append(verdict)
            if verdict.is_final:
                break
    return said
