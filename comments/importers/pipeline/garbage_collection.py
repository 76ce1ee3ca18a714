"""How Python shares its time while rows are made and let go by the thousand."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

MADE_BETWEEN = 50_000
"""Things that can hold others, made and not yet let go, before it looks for them: those of a few batches."""

TURN_SECONDS = 0.0005
USUAL_TURN_SECONDS = sys.getswitchinterval()


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look less often: next to nothing here refers to itself, and looking took a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(MADE_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def taking_short_turns() -> Iterator[None]:
    """Let no thread wait long for Python while another computes.

    Who writes lets go of it with each statement, and held SQLite's lock for as long as the thread that makes
    the next rows then kept it: with the usual turns of 5 ms, a quarter of what it computed itself.
    """
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(USUAL_TURN_SECONDS)
