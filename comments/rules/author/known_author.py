"""The only way for a guest into public without a moderator: known, and with nothing against them."""

from comments.rules.author.first_comment import is_newcomer
from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def known_author(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Approve; being the mildest outcome, it gives way to whatever another rule has said."""
    return None if is_newcomer(facts, policy) else Verdict(Outcome.APPROVE, "known-author", "Known author")
