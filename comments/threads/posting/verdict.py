"""What the rules' outcome means for a text here: its state, or a refusal in our words. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from comments.errors import CommentsError
from comments.policy.check_effects import is_asked_outside, until_answered
from comments.policy.facts import GatheredFacts, policy_of
from comments.policy.fingerprints import Fingerprint
from comments.rules import Draft, Facts, Judgement, Outcome, Reason, judge
from comments.threads.errors import PostRefused, ThreadClosed, TooManyPosts
from comments.threads.site_card import SiteCard

STATES: Mapping[Outcome, str] = {
    Outcome.APPROVE: "approved",
    Outcome.HOLD: "pending",
    Outcome.SPAM: "spam",
    Outcome.SILENT: "spam",
}


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """What becomes of a text, and by what it will be known again; None for one too short for that.

    `is_asked_outside` says that the site's outside checks are to be asked about it.
    """

    judgement: Judgement
    fingerprint: Fingerprint | None
    similar_group: int | None
    facts: Facts
    is_asked_outside: bool = False

    @property
    def outcome(self) -> Outcome:
        return self.judgement.outcome

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.judgement.reasons

    @property
    def state(self) -> str:
        return STATES[self.outcome]

    @property
    def is_silent(self) -> bool:
        return self.outcome is Outcome.SILENT


def verdict_on(
    site: SiteCard, draft: Draft, facts: GatheredFacts, fingerprint: Fingerprint | None
) -> TextVerdict:
    """Run the rules. Raises what a refusal is: PostRefused, ThreadClosed, TooManyPosts."""
    judgement = judge(draft, facts.facts, policy_of(site.settings))
    if judgement.outcome is Outcome.REFUSE:
        reason = judgement.reasons[-1]
        raise _REFUSALS.get(reason.rule, _refused)(reason)
    asks = site.has_checks and is_asked_outside(judgement, facts.facts)
    if asks:
        judgement = until_answered(judgement)
    return TextVerdict(judgement, fingerprint, facts.similar_group, facts.facts, asks)


def _closed(reason: Reason) -> CommentsError:
    return ThreadClosed("Comments on this page are closed. You can still read and share them.")


def _too_soon(reason: Reason) -> CommentsError:
    wait = reason.n or 1
    return TooManyPosts(
        f"Slow mode: you can write here again in {wait} second{'s' if wait > 1 else ''}.", retry_after=wait
    )


def _banned(reason: Reason) -> CommentsError:
    return PostRefused("You cannot comment here.")


def _refused(reason: Reason) -> CommentsError:
    return PostRefused("This cannot be posted here: " + reason.words)


_REFUSALS: Mapping[str, Callable[[Reason], CommentsError]] = {
    "closed": _closed,
    "slow-mode": _too_soon,
    "banned": _banned,
}
