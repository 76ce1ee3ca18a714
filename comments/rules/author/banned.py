"""Whom a moderator has banned: an author, an address, a network, a mail domain."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict

NAMES = {"author": "author", "address": "address", "network": "network", "domain": "mail domain"}


def banned(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Refuse, or take silently, as the strongest of the bans says that its author is under."""
    if not facts.bans:
        return None
    ban = max(facts.bans, key=lambda one: one.outcome.strength)
    is_final = ban.outcome is Outcome.REFUSE
    return Verdict(ban.outcome, "banned", f"Banned {NAMES[ban.kind]}", is_final=is_final)
