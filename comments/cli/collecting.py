"""When Python looks for garbage while the service starts: not while all that is imported stays for ever."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_collecting() -> Iterator[None]:
    """Import something: looking through it again and again for garbage takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_for_ever() -> None:
    """Never look again at what is there now; forked processes share what nobody writes to."""
    gc.collect()
    gc.freeze()
