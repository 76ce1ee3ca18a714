"""What moderators here have called spam is known again, also in other words."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict

HOLD_FROM = 0.7
SPAM_FROM = 0.95
"""How much like spam a comment must be."""


def learned(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold what is like the spam of this site, or call it spam where the owner wants that and it is clear.

    It learns from this site's decisions alone, says nothing before it knows fifty comments of each kind, and
    never publishes. What a trusted author writes is not asked about.
    """
    guess = facts.learned
    if policy.learned == "off" or guess is None or guess.share < HOLD_FROM or facts.author_trusted:
        return None
    is_clear = policy.learned == "spam" and guess.share >= SPAM_FROM
    because = f" because of {', '.join(guess.because)}" if guess.because else ""
    return Verdict(Outcome.SPAM if is_clear else Outcome.HOLD, "learned", f"Like spam here{because}")
