"""What pages are called, and why readers report a comment, in the words of the moderators' pages."""

from comments.threads.views.schemas import ThreadShown

REPORT_REASONS = {
    "spam": "It is spam",
    "abuse": "It insults or threatens someone",
    "personal-data": "It gives away someone’s private details",
    "off-topic": "It has nothing to do with this page",
    "illegal": "It breaks the law",
    "other": "Something else",
}


def page_name(thread: ThreadShown, identifier: str | None) -> str:
    """Return what a page is called: its title once that is settled, else its address."""
    address = (thread.url or "").partition("://")[2].rstrip("/")
    return thread.title or address or identifier or "this page"


def host_name(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0]
