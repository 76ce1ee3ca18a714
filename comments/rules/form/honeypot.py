"""The plain form has a field that neither people nor screen readers meet: programs fill in every field."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def honeypot(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Take a stranger's comment silently that has something in it; hold that of an author known here."""
    if not facts.submission.trapped:
        return None
    outcome = Outcome.SILENT if facts.is_stranger else Outcome.HOLD
    return Verdict(outcome, "honeypot", "Filled in a field that people do not see")
