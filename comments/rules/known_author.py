"""The only way for a guest into public without a moderator: known, and with nothing against them."""

from collections.abc import Iterator

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict
from comments.rules.first_comment import is_newcomer


def known_author(draft: Draft, facts: Facts, policy: Policy) -> Iterator[Verdict]:
    """Approve; being the mildest outcome, it gives way to whatever another rule has said."""
    if not is_newcomer(facts, policy):
        yield Verdict(Outcome.APPROVE, "known-author", "Known author")
