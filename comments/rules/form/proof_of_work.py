"""A browser works a moment for each comment, unseen: who sends thousands of them pays for every one."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict
from comments.rules.form.submission import FormTokenCheck

WORDS = {
    FormTokenCheck.MISSING: "No proof of work",
    FormTokenCheck.FORGED: "A proof of work for another page, or not by us",
    FormTokenCheck.OUTDATED: "A proof of work that was too old",
    FormTokenCheck.SPENT: "A proof of work that another comment has used",
}


def proof_of_work(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold a stranger's comment without a good proof, where the site asks for one: it may be a person.

    Who has an approved comment, or is trusted, is never asked.
    """
    proof = facts.submission.proof
    if proof not in WORDS or not policy.proof_of_work or not facts.is_stranger:
        return None
    return Verdict(Outcome.HOLD, "proof-of-work", WORDS[proof])
