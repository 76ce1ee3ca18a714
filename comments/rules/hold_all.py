"""A site can have every guest's comment read before it appears."""

from collections.abc import Iterator

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def hold_all(draft: Draft, facts: Facts, policy: Policy) -> Iterator[Verdict]:
    if policy.hold_all:
        yield Verdict(Outcome.HOLD, "hold-all", "Comments on this page are read first")
