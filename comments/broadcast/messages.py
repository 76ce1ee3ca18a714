"""How changes are written in a message to other processes, and read again."""

import secrets
from collections.abc import Iterator, Sequence

import msgspec

from comments.storage import BROADCAST_KINDS, LONGEST_MESSAGE

MOST_CHANGES = 200
"""More changes at once are not told one by one: others look for themselves."""

ENVELOPE_BYTES = 100


class BroadcastMessage(msgspec.Struct):
    """What one process tells. With `look` others look for themselves: too much has changed to tell."""

    sender: str
    changes: list[tuple[str, msgspec.Raw]] = []
    look: bool = False


def new_name() -> str:
    """Return a name by which a process knows what it has said itself."""
    return secrets.token_hex(8)


def messages(sender: str, changes: Sequence[object]) -> Iterator[str]:
    """Write changes as messages that any line can carry."""
    if len(changes) > MOST_CHANGES:
        yield _written(BroadcastMessage(sender, look=True))
        return
    part: list[tuple[str, msgspec.Raw]] = []
    size = 0
    for change in changes:
        said = type(change).__name__, msgspec.Raw(msgspec.json.encode(change))
        length = len(said[0]) + len(said[1]) + len('["",],')
        if part and size + length > LONGEST_MESSAGE - ENVELOPE_BYTES:
            yield _written(BroadcastMessage(sender, part))
            part, size = [], 0
        part.append(said)
        size += length
    if part:
        yield _written(BroadcastMessage(sender, part))


def read(text: str) -> tuple[str, list[object], bool]:
    """Return who has sent a message, which changes it tells, and whether one has to look besides.

    Looking is also the answer to what cannot be read: another release may have said it.
    """
    try:
        message = msgspec.json.decode(text, type=BroadcastMessage)
    except msgspec.DecodeError:
        return "", [], True
    changes: list[object] = []
    look = message.look
    for kind, said in message.changes:
        try:
            changes.append(msgspec.json.decode(said, type=BROADCAST_KINDS[kind]))
        except (KeyError, msgspec.DecodeError):
            look = True
    return message.sender, changes, look


def _written(message: BroadcastMessage) -> str:
    return msgspec.json.encode(message).decode()
