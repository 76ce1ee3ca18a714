"""A page that nobody has written on may be one that nobody reads: some spam looks for just these."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def new_thread(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold the comment that opens a discussion, where the site wants that; trusted authors may open them."""
    if policy.hold_new_threads and facts.thread.is_new and not facts.author_trusted:
        return Verdict(Outcome.HOLD, "new-thread", "First comment on this page")
    return None
