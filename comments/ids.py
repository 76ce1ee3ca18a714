"""Identifiers made by us: UUIDs that sort by time."""

import hashlib
import os
from datetime import datetime
from uuid import UUID


def new_id(at: datetime) -> UUID:
    """Return a UUIDv7 whose first 48 bits are `at` in Unix milliseconds.

    Ids made in the same millisecond have no defined order between them.

    Source: RFC 9562, section 5.7.
    """
    return _version_7(at, os.urandom(10))


def derived_id(at: datetime, *parts: str) -> UUID:
    """Return the UUIDv7 that these parts always give: what is imported twice has the same id twice."""
    digest = hashlib.blake2b("\x00".join(parts).encode(), digest_size=10).digest()
    return _version_7(at, digest)


def _version_7(at: datetime, random: bytes) -> UUID:
    milliseconds = max(0, int(at.timestamp() * 1000)) & 0xFFFF_FFFF_FFFF
    rest = int.from_bytes(random, "big")
    high = (milliseconds << 16) | 0x7000 | (rest >> 68 & 0x0FFF)
    low = 0x8000_0000_0000_0000 | (rest & 0x3FFF_FFFF_FFFF_FFFF)
    return UUID(int=high << 64 | low)
