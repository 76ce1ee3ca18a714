"""Old pages are where spam hides: few people see it there."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict
from comments.rules.thread.closed_thread import is_over


def old_thread(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold what is written in a discussion that began longer ago than the site's `hold_after_days`."""
    if is_over(facts.thread.age, policy.hold_after_days):
        return Verdict(Outcome.HOLD, "old-thread", "Old discussion")
    return None
