"""A heated page can be slowed down: everyone may speak, and nobody can drown the others out."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def slow_mode(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Refuse a comment that comes sooner after its author's last one than a moderator lets, for now."""
    wait = facts.thread.slow_wait
    if wait:
        return Verdict(Outcome.REFUSE, "slow-mode", f"Slow mode, {wait} s left", n=wait, is_final=True)
    return None
