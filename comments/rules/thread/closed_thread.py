"""Discussions end: by hand, or some days after they began, when hardly anyone but spammers still comes by."""

from datetime import timedelta

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def closed_thread(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Refuse new comments where a moderator has closed the page, or its discussion began too long ago.

    A moderator can keep an old page open. What is there can still be edited by its author.
    """
    is_old = is_over(facts.thread.age, policy.close_after_days) and not facts.thread.is_kept_open
    if facts.thread.is_closed or is_old:
        return Verdict(Outcome.REFUSE, "closed", "Comments on this page are closed", is_final=True)
    return None


def is_over(age: timedelta, days: int) -> bool:
    """Say whether a discussion of this age is older than `days`; 0 days are never over."""
    return days > 0 and age > timedelta(days=days)
