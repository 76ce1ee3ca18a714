"""How the fields of other systems are read: times, yes and no, names."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b

from comments.errors import Invalid
from comments.importers.records import ImportedAuthor
from comments.text.plain import clean_email, clean_name, clean_title, clean_website

SHORTENED_NAME = 60
SHORTENED_TITLE = 200

NAMELESS = "Guest"
"""Who gave no name; all systems call them this or something like it."""


def time_in_words(words: str) -> datetime | None:
    """Return the instant of an ISO time, with or without a zone (then it is UTC); None if it is none."""
    try:
        found = datetime.fromisoformat(words)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_set(words: str) -> bool:
    """Whether a yes-or-no field says yes. What is neither counts as yes: such fields hide comments."""
    return words.casefold() not in {"", "false", "0", "no"}


def named(name: str, email: str | None, website: str | None = None) -> ImportedAuthor:
    """Return somebody of whom only name and e-mail are known."""
    digest = blake2b(f"{name}\x00{(email or '').casefold()}".encode(), digest_size=16).hexdigest()
    return ImportedAuthor(f"guest:{digest}", name, email, website)


def shown_name(name: str) -> str:
    """Return a name as we would take it: shortened, or `Guest`, where ours would be refused."""
    return _first_accepted(clean_name, name, name[:SHORTENED_NAME], NAMELESS) or NAMELESS


def shown_title(title: str | None) -> str | None:
    return _first_accepted(clean_title, title, (title or "")[:SHORTENED_TITLE])


def shown_website(website: str | None) -> str | None:
    """Return a website that we would link to, None for any other."""
    return _first_accepted(clean_website, website)


def kept_email(email: str | None) -> str | None:
    return _first_accepted(clean_email, email)


def _first_accepted(clean: Callable[[str], str | None], *given: str | None) -> str | None:
    for one in given:
        try:
            if one and (cleaned := clean(one)):
                return cleaned
        except Invalid:
            continue
    return None
