"""Heartbeats: what silent streams send now and then, so that nobody on the way takes them for dead."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

BEAT_SECONDS = 20.0
"""Shorter than what proxies wait for a silent server, which is often 60 seconds."""

AT_ONCE = 100
"""Beats between two breaths: requests must have their turn too."""

T = TypeVar("T")


class Heartbeats(Generic[T]):
    """Calls `beat` with each thing again and again; it says whether that one is still there.

    One timer for all: ten thousand of them would be megabytes.
    """

    def __init__(self, beat: Callable[[T], bool]) -> None:
        self._beat = beat
        self._due: deque[tuple[float, T]] = deque()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, thing: T) -> None:
        """Let it beat from now on, the first time after the usual pause."""
        self._due.append((self._loop.time() + BEAT_SECONDS, thing))
        if self._timer is None:
            self._go_on()

    def _go_on(self) -> None:
        self._timer = self._loop.call_at(self._due[0][0], self._some) if self._due else None

    def _some(self) -> None:
        now = self._loop.time()
        for _ in range(AT_ONCE):
            if not self._due or self._due[0][0] > now:
                break
            _, thing = self._due.popleft()
            if self._beat(thing):
                self._due.append((now + BEAT_SECONDS, thing))
        self._go_on()
