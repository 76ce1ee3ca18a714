"""Why a comment waits: a lasting code for programs beside a few words for moderators, kept as JSON."""

from collections.abc import Sequence

import msgspec

TOLD_TO_AUTHORS = frozenset({"first-comment", "new-name", "links", "hold-all", "flood"})
"""Rules whose verdict its author may know. Not among them: which entry of a list a text met."""


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one rule has against a comment; `n` is how many of it there are, where that is counted.

    `rule` is empty where nothing but words is known: in what was imported, or stored before codes were.
    """

    rule: str
    words: str
    n: int | None = None


def encoded(reasons: Sequence[Reason]) -> str:
    """Return reasons as they are stored."""
    return msgspec.json.encode(reasons).decode()


def decoded(stored: str) -> list[Reason]:
    """Return stored reasons. Raises msgspec.ValidationError, msgspec.DecodeError."""
    found = msgspec.json.decode(stored, type=list[Reason | str])
    return [Reason("", one) if isinstance(one, str) else one for one in found]


def told_to_author(reasons: Sequence[Reason]) -> list[Reason]:
    """Return why a comment waits as its author may know it; what has no code is not told."""
    return [reason for reason in reasons if reason.rule in TOLD_TO_AUTHORS]
