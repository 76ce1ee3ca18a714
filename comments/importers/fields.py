"""How the fields of other systems are read: times, yes and no, names."""

from datetime import UTC, datetime
from hashlib import blake2b

from comments.importers.records import ImportedAuthor

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
