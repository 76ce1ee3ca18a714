"""A page, or a whole site, can have every guest's comment read before it appears."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def hold_all(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold everything, as a moderator has said for the page or the owner for the site."""
    if policy.hold_all or facts.thread.holds_all:
        return Verdict(Outcome.HOLD, "hold-all", "Comments on this page are read first")
    return None
