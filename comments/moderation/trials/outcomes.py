"""What the rules would have made of a decided comment with other settings, and how good that is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from comments.classifier.precision import Tally
from comments.moderation.decisions.judged_draft import draft_of, facts_of
from comments.moderation.trials.queries import PastComment
from comments.policy.facts import policy_of
from comments.rules import Facts, Guess, Judgement, Outcome, Policy, Reason, judge
from comments.sites.settings import SiteSettings

BEGINNING = 80
"""Characters of a text by which moderators know it again."""

TRIED = frozenset({*(one.name for one in fields(Policy)), "similar_days"})
"""Settings that rules go by. Of `similar_days` only 0 can be tried: what was alike then was counted then."""


@dataclass(frozen=True, slots=True)
class ChangedVerdict:
    """A comment that would have been decided otherwise. `reason` is what made the difference, if any did."""

    id: UUID
    author: str
    beginning: str
    is_unwanted: bool
    was: Outcome
    would_be: Outcome
    reason: Reason | None


@dataclass(slots=True)
class TallyComparison:
    """The same comments under two lots of settings. Taken for unwanted is what the rules do not publish."""

    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)

    def add(self, *, is_unwanted: bool, taken_before: bool, taken_after: bool) -> None:
        self.before.add(is_unwanted=is_unwanted, is_taken=taken_before)
        self.after.add(is_unwanted=is_unwanted, is_taken=taken_after)


@dataclass(slots=True)
class Trial:
    """What became of all comments that were tried; `otherwise` names the first `most_named` of `changed`.

    `by_rule` has for each rule what it alone has against comments, as if it were the only one. `unguessed`
    counts those of which the classifier could say nothing that it had not learned from them.
    """

    most_named: int
    tried: int = 0
    changed: int = 0
    unguessed: int = 0
    all: TallyComparison = field(default_factory=TallyComparison)
    by_rule: dict[str, TallyComparison] = field(default_factory=dict)
    otherwise: list[ChangedVerdict] = field(default_factory=list)
    is_cut_short: bool = False

    def add(self, tested: "TriedComment") -> None:
        """Count one comment."""
        past, was, would_be = tested.past, tested.was, tested.would_be
        self._count_rules(past.is_unwanted, _rules_of(was), _rules_of(would_be))
        self.tried += 1
        self.unguessed += not tested.is_guessed
        self.all.add(
            is_unwanted=past.is_unwanted,
            taken_before=was.outcome is not Outcome.APPROVE,
            taken_after=would_be.outcome is not Outcome.APPROVE,
        )
        if was.outcome is not would_be.outcome:
            self.changed += 1
            if len(self.otherwise) < self.most_named:
                self.otherwise.append(_otherwise(tested))

    def _count_rules(self, is_unwanted: bool, before: set[str], after: set[str]) -> None:
        for rule in before | after:
            if rule not in self.by_rule:
                # So far it had nothing against any.
                self.by_rule[rule] = TallyComparison(_unseen(self.all.before), _unseen(self.all.after))
        for rule, compared in self.by_rule.items():
            compared.add(is_unwanted=is_unwanted, taken_before=rule in before, taken_after=rule in after)


@dataclass(frozen=True, slots=True)
class TriedComment:
    """A comment as it would be judged under the settings before and after a change."""

    past: PastComment
    text: str
    was: Judgement
    would_be: Judgement
    is_guessed: bool


def tested(past: Sequence[PastComment], before: SiteSettings, after: SiteSettings) -> list[TriedComment]:
    """Judge comments twice, by what was known when they were written."""
    found = []
    for one in past:
        draft, facts = draft_of(one.row), _facts_then(one.row)
        was, would_be = (
            judge(draft, _under(facts, settings), policy_of(settings)) for settings in (before, after)
        )
        found.append(TriedComment(one, draft.text, was, would_be, facts.learned is not None))
    return found


def _facts_then(row: Row[Any]) -> Facts:
    """Return what was known, with a guess that was made without what was learned of the comment itself."""
    facts = facts_of(row)
    because = facts.learned.because if facts.learned is not None else ()
    if row.learned_id is not None:
        return replace(facts, learned=None if row.share is None else Guess(row.share, because))
    # Judged again by an edit, it may have been learned by then.
    return facts if row.edited_at is None else replace(facts, learned=None)


def _under(facts: Facts, settings: SiteSettings) -> Facts:
    return facts if settings.similar_days else replace(facts, similar=0)


def _rules_of(judgement: Judgement) -> set[str]:
    return {reason.rule for reason in judgement.reasons}


def _unseen(tally: Tally) -> Tally:
    return Tally(missed=tally.caught + tally.missed, left=tally.wronged + tally.left)


def _otherwise(one: TriedComment) -> ChangedVerdict:
    stricter = one.would_be.outcome.strength > one.was.outcome.strength
    reasons = one.would_be.reasons if stricter else one.was.reasons
    return ChangedVerdict(
        one.past.row.id,
        one.past.row.author_name,
        shortened(one.text),
        one.past.is_unwanted,
        one.was.outcome,
        one.would_be.outcome,
        reasons[-1] if reasons else None,
    )


def shortened(text: str) -> str:
    """Return the beginning of a text, in one line."""
    beginning = " ".join(text[: BEGINNING * 2].split())
    return beginning if len(beginning) <= BEGINNING else beginning[: BEGINNING - 1] + "…"


def by_weight(trial: Trial) -> list[tuple[str, TallyComparison]]:
    """Return the rules with what they do, those that have most against comments first."""

    def weight(one: tuple[str, TallyComparison]) -> tuple[int, str]:
        _, compared = one
        taken = (
            compared.before.caught + compared.before.wronged + compared.after.caught + compared.after.wronged
        )
        return -taken, one[0]

    return sorted(trial.by_rule.items(), key=weight)


def not_tried(before: SiteSettings, after: SiteSettings) -> list[str]:
    """Return which of the changed settings the past says nothing about."""
    changed = [
        one.name for one in fields(SiteSettings) if getattr(before, one.name) != getattr(after, one.name)
    ]
    return [
        name
        for name in changed
        if name not in TRIED or (name == "similar_days" and before.similar_days and after.similar_days)
    ]
