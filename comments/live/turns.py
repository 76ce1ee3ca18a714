"""Work that is asked for often and done seldom: one piece after another, each at most so often."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from comments.errors import Unavailable

RETRY_SECONDS = 1.0

_log = logging.getLogger("comments.live")


class Turn:
    """A piece of work; asked for again before it begins, it is done once."""

    __slots__ = ("done_at", "timer", "work")

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self.work = work
        self.done_at = float("-inf")
        self.timer: asyncio.TimerHandle | None = None


class Turns:
    """Does what is asked for in one task, however many ask."""

    def __init__(self, spacing_seconds: float) -> None:
        self._spacing = spacing_seconds
        self._loop = asyncio.get_running_loop()
        self._due: asyncio.Queue[Turn] = asyncio.Queue()

    def ask(self, turn: Turn, *, wait_seconds: float = 0.0) -> None:
        """Have `turn` done soon: at once, unless it was done a moment ago."""
        if turn.timer is None:
            wait = max(wait_seconds, turn.done_at + self._spacing - self._loop.time())
            turn.timer = self._loop.call_later(wait, self._due.put_nowait, turn)

    async def run(self) -> None:
        """Do what is due, for ever; what the database refuses is tried again."""
        while True:
            turn = await self._due.get()
            # Before the work begins: what is asked for meanwhile it may not have seen any more.
            turn.timer, turn.done_at = None, self._loop.time()
            try:
                await turn.work()
            except Unavailable as error:
                _log.warning("readers are told of changes later: %s", error)
                self.ask(turn, wait_seconds=RETRY_SECONDS)
            except Exception:
                _log.exception("readers are not told of a change")
            # A read of SQLite does not wait for anything, and requests must have their turn too.
            await asyncio.sleep(0)
