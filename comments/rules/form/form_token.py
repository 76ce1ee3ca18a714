"""Every form says, signed by us, when it was made and for which page; programs have none, or send at once."""

from datetime import timedelta

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict
from comments.rules.form.submission import FormTokenCheck

LEAST_TIME = timedelta(seconds=3)

WORDS = {
    FormTokenCheck.MISSING: "Sent without a form",
    FormTokenCheck.FORGED: "Its form was made for another page, or not by us",
    FormTokenCheck.OUTDATED: "Its form was more than a day old",
}


def form_token(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold a stranger's comment without a form of ours, or sent within 3 seconds after it was opened.

    Without a form, and without a proof of work either, it is the next rule that says so.
    """
    form, open_for = facts.submission.form, facts.submission.open_for
    if not facts.is_stranger:
        return None
    if form is FormTokenCheck.MISSING and (
        facts.submission.proof is FormTokenCheck.MISSING or not policy.proof_of_work
    ):
        return None
    if form in WORDS:
        return Verdict(Outcome.HOLD, "form-token", WORDS[form])
    if open_for is not None and open_for < LEAST_TIME:
        return Verdict(Outcome.HOLD, "too-quick", "Written within 3 seconds")
    return None
