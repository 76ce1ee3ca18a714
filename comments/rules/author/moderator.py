"""Who moderates the site is not held up by its rules."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def moderator(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Approve whatever the site's own people write; no other rule is asked."""
    if facts.is_moderator:
        return Verdict(Outcome.APPROVE, "moderator", "Moderator", is_final=True)
    return None
