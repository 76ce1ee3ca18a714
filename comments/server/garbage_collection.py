"""When Python looks for garbage: not while all that is imported stays for ever, and seldom afterwards."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MADE_BETWEEN = 2_000
"""So many objects more than went away. Python looks after 700, which a few requests under way hold."""

LOOKS_AT_ALL = 50
"""One in so many looks is at all there is; with 10,000 streams or connections it takes 60 ms and more."""


@contextmanager
def not_collecting() -> Iterator[None]:
    """Import something: looking through it again and again for garbage takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_for_ever() -> None:
    """Never look again at what is there now, and seldom at what comes; forked processes share the former."""
    gc.collect()
    gc.freeze()
    _, in_between, _ = gc.get_threshold()
    gc.set_threshold(MADE_BETWEEN, in_between, LOOKS_AT_ALL)
