"""The shapes of trying rules on past decisions, and of how good guesses are, on the wire and for programs."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from comments.classifier.precision import Tally
from comments.classifier.queries import LAST, ModelQuality, ThresholdTally
from comments.classifier.score import FEWEST_OF_EACH
from comments.moderation.trials.outcomes import ChangedVerdict, TallyComparison, Trial, by_weight
from comments.moderation.trials.run import TrialRequest

MOST_TRIED = 2_000
MOST_NAMED = 100

Given = str | int | bool | list[str]


class RulesToTry(msgspec.Struct, forbid_unknown_fields=True):
    """Settings of the site as they would be, by their names; what is not named stays as it is.

    They are tried on the `last` comments that moderators have decided about.
    """

    settings: dict[str, Given]
    last: Annotated[int, Meta(ge=1, le=MOST_TRIED)] = 500


class TallyShown(msgspec.Struct):
    """Of the comments that moderators did not want, how many were `caught` and `missed`; of the others, how
    many were `wronged` and `left` alone.

    `precision` is the part of what was taken for unwanted that was, `recall` the part of the unwanted that
    was taken for it; null where nothing was.
    """

    caught: int
    missed: int
    wronged: int
    left: int
    precision: float | None
    recall: float | None


class RuleTried(msgspec.Struct):
    """What one rule, by its code, has against comments, as if it were the only one."""

    rule: str
    before: TallyShown
    after: TallyShown


class DecidedOtherwise(msgspec.Struct):
    """A comment of which the rules would have made something else; `unwanted` is what moderators said."""

    id: UUID
    author: str
    beginning: str
    unwanted: bool
    was: str
    would_be: str
    rule: str | None
    reason: str | None


class RulesTried(msgspec.Struct):
    """How many comments were `tried` and how many of them would have been decided otherwise, the first 100
    by name.

    Caught is here what the rules do not publish by themselves. Of `unguessed` the classifier could say
    nothing but what it had learned from them, so it was left out. `not_tried` names settings of which the
    past says nothing; `stopped` says that time ran out.
    """

    tried: int
    changed: int
    unguessed: int
    before: TallyShown
    after: TallyShown
    rules: list[RuleTried]
    otherwise: list[DecidedOtherwise]
    not_tried: list[str]
    stopped: bool


class QualityQuery(msgspec.Struct):
    """Of how many of the last decided comments."""

    last: Annotated[int, Meta(ge=1, le=100_000)] = LAST


class GuessesShown(msgspec.Struct):
    """How good guesses from `share` on were."""

    share: float
    tally: TallyShown


class QualityAnswer(msgspec.Struct):
    """What was learned: so many comments called spam, and others. Guessing begins at `begins_at` of each.

    Of `guessed` comments there was a guess before they were learned; `hold` and `clear` say how good it was.
    """

    spam: int
    other: int
    begins_at: int
    guessed: int
    hold: GuessesShown
    clear: GuessesShown


def rules_tried(wanted: TrialRequest, trial: Trial) -> RulesTried:
    return RulesTried(
        tried=trial.tried,
        changed=trial.changed,
        unguessed=trial.unguessed,
        before=tally_shown(trial.all.before),
        after=tally_shown(trial.all.after),
        rules=[_rule(name, compared) for name, compared in by_weight(trial)],
        otherwise=[_otherwise(one) for one in trial.otherwise],
        not_tried=wanted.not_tried,
        stopped=trial.is_cut_short,
    )


def quality_answer(found: ModelQuality) -> QualityAnswer:
    return QualityAnswer(
        found.bad, found.good, FEWEST_OF_EACH, found.guessed, _guesses(found.hold), _guesses(found.spam)
    )


def tally_shown(tally: Tally) -> TallyShown:
    return TallyShown(tally.caught, tally.missed, tally.wronged, tally.left, tally.precision, tally.recall)


def _guesses(standing: ThresholdTally) -> GuessesShown:
    return GuessesShown(standing.share, tally_shown(standing))


def _rule(name: str, compared: TallyComparison) -> RuleTried:
    return RuleTried(name, tally_shown(compared.before), tally_shown(compared.after))


def _otherwise(one: ChangedVerdict) -> DecidedOtherwise:
    reason = one.reason
    return DecidedOtherwise(
        one.id,
        one.author,
        one.beginning,
        one.is_unwanted,
        one.was,
        one.would_be,
        reason.rule if reason else None,
        reason.words if reason else None,
    )
