"""The page cache: ready bytes by address, bounded in bytes, dropped when what they show has changed."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Coroutine, Hashable, Iterable
from datetime import datetime
from typing import Any

from comments.clock import SystemClock
from comments.web.answers import EncodedBody

_SYSTEM_TIME = SystemClock()
_Kept = tuple[EncodedBody, tuple[Hashable, ...], int, datetime | None]


class PageCache:
    """Keeps bodies under their address; each names the things it shows, with the version it was made from.

    A body that was read before a change, and arrives here after it, is refused: `drop` remembers the least
    version that may be kept. Not for use from several threads.
    """

    def __init__(
        self, capacity_bytes: int = 16 * 1024 * 1024, *, now: Callable[[], datetime] = _SYSTEM_TIME.now
    ) -> None:
        self._capacity = capacity_bytes
        self._now = now
        self._bodies: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._addresses: defaultdict[Hashable, set[Hashable]] = defaultdict(set)
        self._least: OrderedDict[Hashable, int] = OrderedDict()
        self._bytes = 0
        self._changes = 0
        self._making: dict[tuple[Hashable, int], asyncio.Task[EncodedBody]] = {}

    async def kept_or_made(
        self, address: Hashable, make: Callable[[], Coroutine[Any, Any, EncodedBody]]
    ) -> EncodedBody:
        """Return what is kept, else await `make`, once for all who ask for it while it is being made.

        Who asks after anything was dropped waits for a new one: the other may have been read before that.
        """
        kept = self.get(address)
        if kept is not None:
            return kept
        key = address, self._changes
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(make())
            making.add_done_callback(lambda _: self._making.pop(key))
        # One who goes away does not end it for the others.
        return await asyncio.shield(making)

    def get(self, address: Hashable) -> EncodedBody | None:
        kept = self._bodies.get(address)
        if kept is None:
            return None
        body, _, _, until = kept
        if until is not None and until < self._now():
            self._remove(address)
            return None
        self._bodies.move_to_end(address)
        return body

    def put(
        self,
        address: Hashable,
        body: EncodedBody,
        shows: Iterable[tuple[Hashable, int]],
        *,
        until: datetime | None = None,
    ) -> None:
        """Keep `body`, which shows these things at these versions, and is not true any more after `until`."""
        shown = tuple(shows)
        if not all(self.is_fresh(thing, version) for thing, version in shown):
            return
        body.pack()
        # Twice: a copy for those who do not take this encoding may be made later.
        size = 2 * body.size()
        self._remove(address)
        self._bodies[address] = (body, tuple(thing for thing, _ in shown), size, until)
        for thing, _ in shown:
            self._addresses[thing].add(address)
        self._bytes += size
        while self._bytes > self._capacity and self._bodies:
            self._remove(next(iter(self._bodies)))

    def is_fresh(self, thing: Hashable, version: int) -> bool:
        """Say whether nothing newer than this version of a thing has been heard of."""
        return version >= self._least.get(thing, 0)

    def drop(self, thing: Hashable, least_version: int) -> None:
        """Forget every body that shows `thing`, and take none made from an older version."""
        if self._least.get(thing, 0) >= least_version:
            # Heard before: what was older went then, and none has been taken since.
            return
        self._changes += 1
        self._least[thing] = least_version
        self._least.move_to_end(thing)
        while len(self._least) > 50_000:
            self._least.popitem(last=False)
        for address in list(self._addresses.get(thing, ())):
            self._remove(address)

    def clear(self) -> None:
        self._changes += 1
        self._bodies.clear()
        self._addresses.clear()
        self._bytes = 0

    @property
    def size_bytes(self) -> int:
        return self._bytes

    def __len__(self) -> int:
        return len(self._bodies)

    def _remove(self, address: Hashable) -> None:
        kept = self._bodies.pop(address, None)
        if kept is None:
            return
        _, things, size, _ = kept
        self._bytes -= size
        for thing in things:
            addresses = self._addresses[thing]
            addresses.discard(address)
            if not addresses:
                del self._addresses[thing]
