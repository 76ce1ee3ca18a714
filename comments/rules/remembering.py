"""Facts kept beside a comment, as JSON of what is out of the ordinary, so that rules can be tried on it."""

from dataclasses import fields
from typing import Any

import msgspec

from comments.rules.draft import Facts

_PLAIN = Facts(0, author_trusted=False, is_moderator=False, name_changed=False)


def encoded_facts(facts: Facts) -> str:
    """Return facts as they are stored."""
    unusual = {
        one.name: value
        for one in fields(Facts)
        if (value := getattr(facts, one.name)) != getattr(_PLAIN, one.name)
    }
    return msgspec.json.encode(unusual).decode()


def decoded_facts(stored: str) -> Facts:
    """Return stored facts. Raises msgspec.ValidationError, msgspec.DecodeError."""
    known: dict[str, Any] = msgspec.json.decode(stored)
    plain = {one.name: getattr(_PLAIN, one.name) for one in fields(Facts)}
    return msgspec.convert(msgspec.to_builtins(plain) | known, Facts)
