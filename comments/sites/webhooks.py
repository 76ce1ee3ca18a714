"""What a webhook is told of, and which addresses can be one. Pure."""

import re
from collections.abc import Collection

from comments.sites.errors import WebhookRefused
from comments.sites.urls.addresses import AddressFault, parse_web_address

CREATED = "comment.created"
EDITED = "comment.edited"
APPROVED = "comment.approved"
HELD = "comment.held"
SPAM = "comment.spam"
REMOVED = "comment.removed"
DELETED = "comment.deleted"
RESTORED = "comment.restored"

EVENTS = (CREATED, EDITED, APPROVED, HELD, SPAM, REMOVED, DELETED, RESTORED)
"""Created, edited, deleted and restored by its author; the others, and edited too, by a moderator."""

MOST_OF_SITE = 20
LONGEST_URL = 2_000
_PRINTABLE = re.compile(r"[!-~]+")


def webhook_url(text: str) -> str:
    """Return the address as it is called. Raises WebhookRefused."""
    try:
        return called_url(text)
    except AddressFault as fault:
        raise _refused("url", str(fault)) from None


def called_url(text: str) -> str:
    """Return an address of others as it is called. Raises AddressFault."""
    address = parse_web_address(text)
    query = f"?{address.query}" if address.query else ""
    url = f"{address.origin}{address.path or '/'}{query}"
    if not _PRINTABLE.fullmatch(url) or len(url) > LONGEST_URL:
        raise AddressFault(f"is written in ASCII, with at most {LONGEST_URL} characters")
    return url


def wanted_events(names: Collection[str]) -> list[str]:
    """Return which events are meant, in their order; an empty list means all. Raises WebhookRefused."""
    unknown = sorted(set(names) - set(EVENTS))
    if unknown:
        raise _refused("events", f"has {unknown[0]!r}, which is none of: {', '.join(EVENTS)}")
    return [name for name in EVENTS if name in names]


def _refused(field: str, problem: str) -> WebhookRefused:
    return WebhookRefused(f"The webhook's {field} {problem}.", errors={field: problem})
