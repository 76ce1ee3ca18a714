"""Links are what spam is for: a comment with more of them than the site lets pass waits."""

from threading import Lock

from linkify_it import LinkifyIt

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict

_FINDER = LinkifyIt(options={"fuzzy_email": False})
_FINDER_TURN = Lock()  # it keeps what it has found in itself


def links(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold for links in the text, in the name, and the website, which counts as one.

    An author whom a moderator has trusted may link.
    """
    count = len(draft.links) + _links_in_name(draft.name) + bool(draft.website)
    if count > policy.links_before_hold and not facts.author_trusted:
        return Verdict(Outcome.HOLD, "links", "1 link" if count == 1 else f"{count} links", n=count)
    return None


def _links_in_name(name: str) -> int:
    with _FINDER_TURN:
        return len(_FINDER.match(name) or ())
