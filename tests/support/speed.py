"""Measures work against the longest time that anything may take, on whatever machine the tests run."""

import time
from collections.abc import Callable

LONGEST_SECONDS = 0.2
"""On a machine where `LOOKING_UP` takes `LOOKED_UP_SECONDS`; on a slower or busier one in proportion."""

LOOKED_UP_SECONDS = 0.012
LOOKING_UP = "abcdefgh" * 50_000
TRIES = 3


def least_share(work: Callable[[], object], enough: float = 1) -> float:
    """Return what part of the longest time `work` takes: the least of three, or the first below `enough`.

    Time on the processor, and beside a measure of how fast that is just now: a machine that is busy with
    something else is no fault of the text. What is quick enough as it is needs no such excuse.
    """
    shares = []
    for _ in range(TRIES):
        shares.append(seconds_of(work) / LONGEST_SECONDS)
        if shares[-1] >= enough:
            shares[-1] /= max(1, seconds_of(look_up) / LOOKED_UP_SECONDS)
        if shares[-1] < enough:
            break
    return min(shares)


def look_up() -> None:
    known, found = {"a": 1, "b": 2}, 0
    for char in LOOKING_UP:
        if char in known:
            found += known[char]
        found = known.get(char, found)


def seconds_of(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
