"""Many comments at once wait instead of being refused: an attack must not shut honest people out."""

from collections.abc import Iterator

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def flood(draft: Draft, facts: Facts, policy: Policy) -> Iterator[Verdict]:
    if facts.is_flood:
        yield Verdict(Outcome.HOLD, "flood", "Many comments at once")
