"""Links are what spam is for: a comment with more of them than the site lets pass waits."""

import re
from threading import Lock

from linkify_it import LinkifyIt

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict
from comments.rules.matching.text import readable

_FINDER = LinkifyIt(options={"fuzzy_email": False})
_FINDER_TURN = Lock()  # it keeps what it has found in itself

# No address is without a dot, a colon and a slash, and to ask the finder takes longer than all other rules.
_PLAIN_NAME = re.compile(r"[\w '-]*")

# Not the end of a sentence: a blank stands behind that, and readable() leaves blanks where they are.
_DOTS = re.compile(r"[.。．](?!\s|\Z)")
_ENDINGS = (
    "com|net|org|info|biz|shop|store|online|site|website|xyz|top|club|live|vip|win|bet|casino|app|dev|icu"
)
_NAME = r"[\w-]++(?:\.[\w-]++)"
# Endings of two letters are those of files too, and of sentences without a blank: with a path they are
# addresses. Begins only where a name can begin, and names give nothing back: else long texts take long.
_ADDRESS = re.compile(rf"(?<![\w@./-])(?:www\.{_NAME}+|{_NAME}*?\.(?:(?:{_ENDINGS})(?![\w-])|[a-z]{{2}}/\w))")


def links(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Hold for links in the text, in the name, and the website, which counts as one.

    An address that is only written, `www.cheap.example` or `cheap.com`, counts as one that can be pressed. An
    author whom a moderator has trusted may link.
    """
    count = len(draft.links) + _written(draft) + _links_in_name(draft.name) + bool(draft.website)
    if count > policy.links_before_hold and not facts.author_trusted:
        return Verdict(Outcome.HOLD, "links", "1 link" if count == 1 else f"{count} links", n=count)
    return None


def _written(draft: Draft) -> int:
    """Return how many addresses stand in the text that no link leads to."""
    if not _DOTS.search(draft.text):
        return 0
    found = _ADDRESS.findall(readable(draft.text).replace("。", "."))
    return sum(not any(address in link.casefold() for link in draft.links) for address in found)


def _links_in_name(name: str) -> int:
    if _PLAIN_NAME.fullmatch(name):
        return 0
    with _FINDER_TURN:
        return len(_FINDER.match(name) or ())
