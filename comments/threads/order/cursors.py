"""Cursors: where a page of a discussion ended, opaque and signed for one place."""

import base64
import binascii
from typing import Any
from uuid import UUID

import msgspec

from comments.keys import Keyring
from comments.threads.errors import CursorRefused

_SIGNATURE = 8
_LONGEST = 1_000
_ID_BYTES = 16

_pack = msgspec.msgpack.Encoder(uuid_format="bytes").encode


def write_cursor(keys: Keyring, place: str, position: tuple[Any, ...]) -> str:
    """Return a cursor for `position` (times, ids, paths, integers) that is good at `place` only.

    `place` names the site, the thread and the order.
    """
    packed = _pack(position)
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
    # No other bytes have an id's length: a path's is a multiple of 24.
    return tuple(
        UUID(bytes=value) if isinstance(value, bytes) and len(value) == _ID_BYTES else value
        for value in msgspec.msgpack.decode(packed)
    )


def _signature(keys: Keyring, place: str, packed: bytes) -> bytes:
    return keys.mac("cursor", place.encode() + b"\x00" + packed, size=_SIGNATURE)
