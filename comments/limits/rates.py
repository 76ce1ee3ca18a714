"""Fixed-window counts in memory, on the `limits` library."""

import math
import time
from enum import Enum

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


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


class Limits:
    """Counts by rate and key. Switched off it lets everything through."""

    def __init__(self, *, on: bool = True) -> None:
        self._on = on
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._items = {rate: parse_many(rate.value) for rate in Rate}

    def hit(self, rate: Rate, key: str) -> int:
        """Count one; return 0 if it is within the rate, else in how many seconds to ask again."""
        if not self._on:
            return 0
        over = [item for item in self._items[rate] if not self._limiter.hit(item, rate.name, key)]
        return max((self._seconds_left(item, rate, key) for item in over), default=0)

    def full(self, rate: Rate, key: str) -> int:
        """Return, without counting, in how many seconds one more would be within the rate; 0 is now."""
        if not self._on:
            return 0
        over = [item for item in self._items[rate] if not self._limiter.test(item, rate.name, key)]
        return max((self._seconds_left(item, rate, key) for item in over), default=0)

    def _seconds_left(self, item: RateLimitItem, rate: Rate, key: str) -> int:
        reset, _ = self._limiter.get_window_stats(item, rate.name, key)
        return max(1, math.ceil(reset - time.time()))
