"""When Python looks for garbage while rows are made and let go by the thousand: seldom."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MADE_BETWEEN = 50_000
"""Things that can hold others, made and not yet let go, before it looks: those of a few batches."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look less often: next to nothing here refers to itself, and looking took a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(MADE_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
