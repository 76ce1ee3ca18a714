"""What happens to a comment before it is stored: an ordered list of pure functions, one file each."""

from collections.abc import Sequence

from comments.rules.draft import Draft, Facts, Judgement, Outcome, Policy, Rule, Verdict
from comments.rules.first_comment import first_comment
from comments.rules.flood import flood
from comments.rules.hold_all import hold_all
from comments.rules.known_author import known_author
from comments.rules.links import links
from comments.rules.moderator import moderator
from comments.rules.reasons import Reason, decoded, encoded, told_to_author
from comments.rules.words import words

__all__ = [
    "RULES",
    "Draft",
    "Facts",
    "Judgement",
    "Outcome",
    "Policy",
    "Reason",
    "Rule",
    "Verdict",
    "decoded",
    "encoded",
    "judge",
    "told_to_author",
]

RULES: tuple[Rule, ...] = (
    # Whatever follows is about guests.
    moderator,
    # Reasons of one strength are read in this order: first what says nothing about this comment,
    hold_all,
    flood,
    # then what is known of its author,
    first_comment,
    # and last, where the eye rests, what is in it.
    links,
    words,
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
        for verdict in rule(draft, facts, policy):
            said.append(verdict)
            if verdict.is_final:
                return said
    return said
