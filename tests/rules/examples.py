"""Drafts and facts that tests of rules begin with."""

from comments.rules import Draft, Facts, Policy, Rule

NEWCOMER = Facts(author_approved=0, author_trusted=False, is_moderator=False, name_changed=False)
KNOWN = Facts(author_approved=1, author_trusted=False, is_moderator=False, name_changed=False)
TRUSTED = Facts(author_approved=0, author_trusted=True, is_moderator=False, name_changed=False)
MODERATOR = Facts(author_approved=0, author_trusted=True, is_moderator=True, name_changed=False)

DEFAULTS = Policy()


def a_draft(
    text: str = "I liked this very much.", *links: str, name: str = "Ann", website: str | None = None
) -> Draft:
    return Draft(text, links, name, website)


def reasons(rule: Rule, draft: Draft, facts: Facts = KNOWN, policy: Policy = DEFAULTS) -> list[str]:
    """Return what one rule says, in its words for moderators."""
    verdict = rule(draft, facts, policy)
    return [] if verdict is None else [verdict.reason]
