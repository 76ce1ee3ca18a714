"""Counts that all processes of a service know: each counts for itself, and tells the others soon after."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comments.keys import Keyring
from comments.limits.rates import Limits, RateCount
from comments.storage import Database, broadcast

TOLD_EVERY_SECONDS = 0.25
COUNTS_AT_ONCE = 100
"""So many fit into one message."""

MESSAGES_AT_ONCE = 10


@broadcast
@dataclass(frozen=True, slots=True)
class CountsMessage:
    """What one process has counted lately, by number: what has to be said twice is counted once."""

    process: str
    number: int
    counts: tuple[RateCount, ...]


async def share(limits: Limits, keys: Keyring, db: Database, say: Callable[[object], None]) -> None:
    """Tell others what is counted here, for ever, and count what they tell.

    Within a quarter of a second each knows what all have counted. While they cannot be reached, each counts
    for itself: then more is let through, never less. Addresses leave the process as keyed hashes only.
    """

    known: dict[str, int] = {}

    def heard(changes: Sequence[object]) -> None:
        for change in changes:
            if isinstance(change, CountsMessage) and change.number > known.get(change.process, 0):
                known[change.process] = change.number
                limits.add(change.counts)

    limits.share(lambda name: keys.mac("rate", name.encode()).hex())
    db.subscribe(heard)
    process, number = secrets.token_hex(8), 0
    while True:
        await limits.counted.wait()
        await asyncio.sleep(TOLD_EVERY_SECONDS)
        for _ in range(MESSAGES_AT_ONCE):
            if counts := limits.unsent(COUNTS_AT_ONCE):
                number += 1
                say(CountsMessage(process, number, tuple(counts)))
