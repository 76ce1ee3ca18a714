"""Whose turn it is to write among the processes that share a SQLite file: one after another.

SQLite gives its lock to whoever asks at the right moment. A process that writes without pause asks again as
soon as it has committed, and the others, who look once in a while, come when it happens to rest. So who wants
to write waits in a line of one for a turn that is handed on. It is a courtesy among our own: SQLite's lock is
what counts, and a shell takes it without asking.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

LOOK_AGAIN_SECONDS = 0.0002
"""For who is next; one alone looks so often."""

WAIT_IN_LINE_SECONDS = 0.001
PATIENCE_SECONDS = 0.5
"""After so long somebody who stands in the line has been stopped: then SQLite's lock decides, as without."""


class WriterLocks:
    """Two files beside the database: who holds the first is next, who holds the second has the turn.

    Held locks end with the process, whatever becomes of it.
    """

    def __init__(self, path: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds
        self._next, self._turn = (_opened(path.with_name(f"{path.name}-{name}")) for name in ("next", "turn"))

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Wait for one's turn, but not for ever, and hand it on at the end; gives whether somebody had it."""
        until = time.monotonic() + self._patience_seconds
        in_line = _held(self._next, WAIT_IN_LINE_SECONDS, until)
        in_turn = None if in_line is None else _held(self._turn, LOOK_AGAIN_SECONDS, until)
        if in_line is not None:
            fcntl.flock(self._next, fcntl.LOCK_UN)
        try:
            yield bool(in_line or in_turn)
        finally:
            if in_turn is not None:
                fcntl.flock(self._turn, fcntl.LOCK_UN)

    def close(self) -> None:
        self._next.close()
        self._turn.close()


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600), "rb")


def _held(file: BinaryIO, pause: float, until: float) -> int | None:
    """Take the file's lock; return how often somebody else had it, None if it cannot be had."""
    for looks in count():
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                break
            time.sleep(pause)
        except OSError:
            # Disks that know no such locks have none of this, and lose nothing but the order.
            break
        else:
            return looks
    return None
