"""Many comments at once wait instead of being refused: an attack must not shut honest people out."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict

WHERE = {"author": "by this author", "thread": "on this page", "site": "on this site"}


def bursts(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold a comment when its author, its page or the site has more of them than people write."""
    if not facts.bursts:
        return None
    return Verdict(Outcome.HOLD, "flood", f"Many comments at once {WHERE[facts.bursts[0]]}")
