"""Counts in fixed windows: in memory, so that nobody waits for them, and shared with other processes after.

No library: those that share counts ask a server each time, which a post would wait for, and without one
they count each process apart. What is left is a dictionary.
"""

import asyncio
import itertools
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class RateCount(NamedTuple):
    """So often something happened; `slot` is what and whose, as only we can name it."""

    slot: str
    number: int
    seconds_left: float


class Rate(Enum):
    """What is limited, and how often it may happen."""

    POST = "60/minute;600/hour"
    VOTE = "120/minute;1000/hour"
    REPORT = "20/minute;60/hour"
    PREVIEW = "120/minute"
    CHALLENGE = "10/minute;60/hour"
    """Challenges asked for; past it they are harder, not refused."""
    OPEN_THREAD = "30/minute;200/hour"
    TRY = "10/hour"
    """Passwords for one account from one network."""
    TRY_ACCOUNT = "100/hour"
    """Passwords for one account from everywhere; past it its password rests, and its links still work."""
    SECOND_FACTOR = "12/hour"
    SIGN_IN = "20/minute;100/hour"
    SIGN_IN_MAIL = "5/hour"
    """Sign-in links asked for by mail, by the mail's address."""
    TRIAL_MAIL = "8/hour"
    """Test mails that somebody has sent to themselves."""
    AUTHOR = "8/minute;60/hour"
    """All posts of one author; past it they are held, not refused."""
    THREAD = "30/minute"
    """All posts in one thread; past it they are held, not refused."""
    SITE = "240/minute"
    """All posts on one site; past it they are held, not refused."""


@dataclass(frozen=True, slots=True)
class _Item:
    most: int
    seconds: int


UNITS = {"minute": 60, "hour": 3_600}

MOST_WINDOWS = 200_000
"""Kept at once, some 60 MB; the oldest give way, so an attack from more addresses than that is not slowed."""


class RateWindow:
    """How often something happened since its first time; `unsent` of it other processes do not know yet."""

    __slots__ = ("count", "ends_at", "slot", "unsent")

    def __init__(self, slot: str, ends_at: float) -> None:
        self.slot = slot
        self.ends_at = ends_at
        self.count = 0
        self.unsent = 0


class Limits:
    """Counts by rate and key, in windows that begin with the first one. Switched off it lets all through.

    `share` has them counted together with other processes. Nothing waits for those: what happens elsewhere
    is known here a moment later, or not at all while they cannot be reached.
    """

    def __init__(self, *, on: bool = True, now: Callable[[], float] = time.monotonic) -> None:
        self._on = on
        self._now = now
        self._items = {rate: _items(rate.value) for rate in Rate}
        self._windows: dict[tuple[Rate, int, str], RateWindow] = {}
        self._by_slot: dict[str, RateWindow] = {}
        self._unsent: dict[str, RateWindow] = {}
        self._slot_of: Callable[[str], str] | None = None
        self.counted = asyncio.Event()
        """Set while there is something to tell."""

    def hit(self, rate: Rate, key: str) -> int:
        """Count one; return 0 if it is within the rate, else in how many seconds to ask again."""
        if not self._on:
            return 0
        now = self._now()
        wait = 0.0
        for item in self._items[rate]:
            window = self._window(rate, item, key, now)
            if window.count == 0:
                window.ends_at = now + item.seconds
            window.count += 1
            if window.count > item.most:
                wait = max(wait, window.ends_at - now)
            elif self._slot_of is not None:
                # What is over its rate already nobody has to hear of again.
                window.unsent += 1
                self._unsent[window.slot] = window
                self.counted.set()
        return math.ceil(wait)

    def full(self, rate: Rate, key: str) -> int:
        """Return, without counting, in how many seconds one more would be within the rate; 0 is now."""
        if not self._on:
            return 0
        now = self._now()
        windows = ((item, self._window(rate, item, key, now)) for item in self._items[rate])
        return math.ceil(max((w.ends_at - now for item, w in windows if w.count >= item.most), default=0))

    def share(self, slot_of: Callable[[str], str]) -> None:
        """Keep what others are to be told from now on; `slot_of` makes names that tell nobody whose it is."""
        self._slot_of = slot_of

    def unsent(self, most: int) -> list[RateCount]:
        """Return, and forget, some of what other processes have not been told."""
        now = self._now()
        counts = []
        for slot in list(itertools.islice(self._unsent, most)):
            window = self._unsent.pop(slot)
            if window.ends_at > now:
                counts.append(RateCount(slot, window.unsent, round(window.ends_at - now, 3)))
            window.unsent = 0
        if not self._unsent:
            self.counted.clear()
        return counts

    def add(self, counts: Iterable[RateCount]) -> None:
        """Take in what happened elsewhere."""
        now = self._now()
        for slot, number, seconds_left in counts:
            window = self._by_slot.get(slot)
            if window is None:
                window = self._by_slot[slot] = RateWindow(slot, now + seconds_left)
                self._make_room(now)
            elif window.ends_at <= now or window.count == 0:
                window.count, window.unsent, window.ends_at = 0, 0, now + seconds_left
            window.count += number

    def _window(self, rate: Rate, item: _Item, key: str, now: float) -> RateWindow:
        name = rate, item.seconds, key
        window = self._windows.get(name)
        if window is None:
            window = self._windows[name] = self._first(
                f"{rate.name}/{item.seconds}/{key}", now + item.seconds
            )
            self._make_room(now)
        if window.ends_at <= now:
            window.count, window.unsent, window.ends_at = 0, 0, now + item.seconds
        return window

    def _first(self, name: str, ends_at: float) -> RateWindow:
        if self._slot_of is None:
            return RateWindow("", ends_at)
        slot = self._slot_of(name)
        return self._by_slot.setdefault(slot, RateWindow(slot, ends_at))

    def _make_room(self, now: float) -> None:
        if len(self._windows) <= MOST_WINDOWS and len(self._by_slot) <= MOST_WINDOWS:
            return
        self._windows = _lasting(self._windows, now)
        self._by_slot = _lasting(self._by_slot, now)


def _items(words: str) -> list[_Item]:
    """Read "60/minute;600/hour"."""
    parts = (part.partition("/") for part in words.split(";"))
    return [_Item(int(most), UNITS[unit]) for most, _, unit in parts]


def _lasting(windows: dict[T, RateWindow], now: float) -> dict[T, RateWindow]:
    """Return the windows that have not ended, and of these the younger half if they are still too many."""
    lasting = {name: window for name, window in windows.items() if window.ends_at > now}
    if len(lasting) > MOST_WINDOWS // 2:
        return dict(itertools.islice(lasting.items(), len(lasting) - MOST_WINDOWS // 2, None))
    return lasting
