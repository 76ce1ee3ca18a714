"""What readers and writers of a discussion are told on our own pages, in words."""

from collections.abc import Sequence

from comments.threads.wire import ThreadShown, WaitsFor

REPORT_REASONS = {
    "spam": "It is spam",
    "abuse": "It insults or threatens someone",
    "personal-data": "It gives away someone’s private details",
    "off-topic": "It has nothing to do with this page",
    "illegal": "It breaks the law",
    "other": "Something else",
}
CLOSED = "Comments on this page are closed. You can still read and share them."
LINKED_IS_GONE = "The comment you were sent to is not here any more. This is the rest of the discussion."
ANSWERED_IS_GONE = "The comment you wanted to answer is not here any more. You can write one of your own."
EDIT_WAITS = "The new text waits for a moderator; until then everybody sees the old one."
FORM_OUTDATED = "This form was open for too long, or this browser keeps no cookies."
TOKEN_ENDED = "This browser was not here for a long time. Go back, reload the page, and try again."  # noqa: S105
GONE = {"deleted": "Deleted by its author"}
_REMOVED = "Removed by a moderator"

_WHY = {
    "first-comment": "it is your first one here",
    "links": "it has {links}",
    "hold-all": "comments on this page are read first",
    "flood": "many comments come in at the moment",
    "new-name": "nobody has seen this name here yet",
}
"""By rule; of several the first is said: what one expects least to change by writing otherwise."""
_NUMBERS = {1: "one thing", 2: "two things", 3: "three things"}


def counted(count: int) -> str:
    """Return how many comments there are, as a heading."""
    return "No comments yet" if count == 0 else _number(count, "comment", "comments")


def replies(count: int) -> str:
    return _number(count, "reply", "replies")


def votes(count: int) -> str:
    return _number(count, "vote", "votes")


def gone(state: str) -> str:
    """Say why a place is empty."""
    return GONE.get(state, _REMOVED)


def waits(waits_for: Sequence[WaitsFor]) -> str:
    """Say that a comment waits and why; what helps only moderators, such as a word on a list, is not told."""
    by_rule = {one.rule: one for one in waits_for}
    said = next((rule for rule in _WHY if rule in by_rule), None)
    if said is None:
        return "Your comment waits for a moderator."
    why = _WHY[said].format(links=_number(by_rule[said].n or 1, "link", "links"))
    return f"Your comment waits for a moderator, because {why}."


def look_at(count: int) -> str:
    """Introduce the list of what is wrong with a form."""
    return f"Please look at {_NUMBERS.get(count, f'{count} things')}:"


def page_name(thread: ThreadShown, identifier: str | None) -> str:
    """Return what a page is called: its title once that is settled, else its address."""
    address = (thread.url or "").partition("://")[2].rstrip("/")
    return thread.title or address or identifier or "this page"


def host_name(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0]


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
