"""Who moderates the site is not held up by its rules."""

from collections.abc import Iterator

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def moderator(draft: Draft, facts: Facts, policy: Policy) -> Iterator[Verdict]:
    if facts.is_moderator:
        yield Verdict(Outcome.APPROVE, "moderator", "Moderator", is_final=True)
