"""Work that is asked for often and done seldom: a few pieces at a time, each at most so often."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from comments.errors import Unavailable

RETRY_SECONDS = 1.0

AT_ONCE = 4
"""A page with thousands of readers, told slice by slice, must not hold up the others."""

_log = logging.getLogger("comments.live")


class ThrottledTask:
    """A piece of work; asked for again before it begins, it is done once.

    The work returns how many seconds it is to rest before it may be done again.
    """

    __slots__ = ("free_at", "is_asked", "is_under_way", "timer", "work")

    def __init__(self, work: Callable[[], Awaitable[float]]) -> None:
        self.work = work
        self.free_at = float("-inf")
        self.timer: asyncio.TimerHandle | None = None
        self.is_under_way = False
        self.is_asked = False
        """While it was under way."""


class Throttle:
    """Does what is asked for in a few tasks, however many ask."""

    def __init__(self, spacing_seconds: float) -> None:
        self._spacing = spacing_seconds
        self._loop = asyncio.get_running_loop()
        self._due: asyncio.Queue[ThrottledTask] = asyncio.Queue()

    def ask(self, turn: ThrottledTask, *, wait_seconds: float = 0.0) -> None:
        """Have `turn` done soon: at once, unless it was done a moment ago, or after its rest."""
        if turn.is_under_way:
            turn.is_asked = True
        elif turn.timer is None:
            wait = max(wait_seconds, turn.free_at - self._loop.time())
            turn.timer = self._loop.call_later(wait, self._due.put_nowait, turn)

    async def run(self) -> None:
        """Do what is due, for ever; what the database refuses is tried again."""
        await asyncio.gather(*(self._work() for _ in range(AT_ONCE)))

    async def _work(self) -> None:
        while True:
            turn = await self._due.get()
            # Before the work begins: what is asked for meanwhile it may not have seen any more.
            turn.timer, turn.is_under_way = None, True
            turn.free_at = self._loop.time() + self._spacing
            wait = await self._done(turn)
            turn.is_under_way = False
            if turn.is_asked:
                turn.is_asked = False
                self.ask(turn, wait_seconds=wait)
            # A read of SQLite does not wait for anything, and requests must have their turn too.
            await asyncio.sleep(0)

    async def _done(self, turn: ThrottledTask) -> float:
        """Do the work; return how long to wait with the next attempt, if this one failed."""
        try:
            rest = await turn.work()
            turn.free_at = max(turn.free_at, self._loop.time() + rest)
        except Unavailable as error:
            _log.warning("readers are told of changes later: %s", error)
            turn.is_asked = True
            return RETRY_SECONDS
        except Exception:
            _log.exception("readers are not told of a change")
        return 0.0
