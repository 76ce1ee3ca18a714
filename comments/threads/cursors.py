"""Cursors: where a page of a discussion ended, opaque and signed for one place."""

import base64
import binascii
from typing import Any

import msgspec

from comments.keys import Keyring
from comments.threads.errors import CursorRefused

_SIGNATURE = 8
_LONGEST = 1_000


def write_cursor(keys: Keyring, place: str, position: tuple[Any, ...]) -> str:
    """Return a cursor for `position` (integers, bytes, text) that is good at `place` only.

    `place` names the site, the thread and the order.
    """
    packed = msgspec.msgpack.encode(position)
    return base64.urlsafe_b64encode(_signature(keys, place, packed) + packed).rstrip(b"=").decode()


def read_cursor(keys: Keyring, place: str, cursor: str) -> tuple[Any, ...]:
    """Return the position in `cursor`; raises CursorRefused for any text we did not write for `place`."""
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    packed = raw[_SIGNATURE:]
    if len(cursor) > _LONGEST or not packed or raw[:_SIGNATURE] != _signature(keys, place, packed):
        raise CursorRefused("This cursor was made for another place, or not here at all.")
    return tuple(msgspec.msgpack.decode(packed))


def _signature(keys: Keyring, place: str, packed: bytes) -> bytes:
    return keys.mac("cursor", place.encode() + b"\x00" + packed, size=_SIGNATURE)
