"""Who says the same in many places is hardly talking to anyone."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def similar(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold a text that stands, the same or nearly the same, elsewhere on the site since some days.

    Short texts are compared with their author's own alone, and pass twice. Quotations are never compared. It
    holds and does no more: two people may quote one poem.
    """
    if not facts.similar:
        return None
    times = "1 comment" if facts.similar == 1 else f"{facts.similar} comments"
    return Verdict(Outcome.HOLD, "similar", f"Nearly the same as {times}", n=facts.similar)
