"""Newcomers are read first: the best measure there is against spam, and regulars never feel it."""

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict


def first_comment(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold an author's first comments, and those under another name than moderators have approved.

    A site that holds no first comments lets anyone take any name, so there a new one says nothing.
    """
    if is_newcomer(facts, policy):
        return Verdict(Outcome.HOLD, "first-comment", "First comment")
    if facts.name_changed and policy.first_comments_held:
        return Verdict(Outcome.HOLD, "new-name", "New name")
    return None


def is_newcomer(facts: Facts, policy: Policy) -> bool:
    return not facts.author_trusted and facts.author_approved < policy.first_comments_held
