"""Facts kept beside a comment, as JSON of what is out of the ordinary, so that rules can be tried on it."""

from dataclasses import fields
from operator import attrgetter
from typing import Any

import msgspec

from comments.rules.draft import Facts

_PLAIN = Facts(0, author_trusted=False, is_moderator=False, name_changed=False)
_NAMES = tuple(one.name for one in fields(Facts))
_values = attrgetter(*_NAMES)
_PLAIN_VALUES = _values(_PLAIN)


def encoded_facts(facts: Facts) -> str:
    """Return facts as they are stored."""
    together = zip(_NAMES, _values(facts), _PLAIN_VALUES, strict=True)
    unusual = {name: value for name, value, plain in together if value is not plain and value != plain}
    return msgspec.json.encode(unusual).decode()


def decoded_facts(stored: str) -> Facts:
    """Return stored facts. Raises msgspec.ValidationError, msgspec.DecodeError."""
    known: dict[str, Any] = msgspec.json.decode(stored)
    plain = dict(zip(_NAMES, _PLAIN_VALUES, strict=True))
    return msgspec.convert(msgspec.to_builtins(plain) | known, Facts)
