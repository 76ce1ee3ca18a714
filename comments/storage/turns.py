"""Turns at SQLite's write lock, for all processes that have one file open."""

import fcntl
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE_SECONDS = 0.001


class Turns:
    """SQLite gives its lock to whoever asks at the right moment: a busy process keeps it, others starve.

    So whoever is next holds a second lock, on a file beside the database, while it waits for SQLite's, and
    who has just written has to wait behind. It only makes for turns: SQLite's lock alone keeps data safe.
    """

    def __init__(self, path: Path) -> None:
        path = path.with_name(f"{path.name}-turn")
        path.touch(mode=0o600)
        self._file = path.open("rb")

    def begin(self, connection: sqlite3.Connection, *, wait_seconds: float) -> None:
        """Begin a write transaction; raises sqlite3.OperationalError if the lock is not to be had in time."""
        until = time.monotonic() + wait_seconds
        with self.next_in_line(until):
            while True:
                try:
                    # Writers take the lock at BEGIN. A deferred transaction that upgrades
                    # halfway fails at once with SQLITE_BUSY, whatever busy_timeout says.
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                        raise
                    time.sleep(PAUSE_SECONDS)
                else:
                    return

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def next_in_line(self, until: float) -> Iterator[None]:
        """Let nobody else ask for SQLite's lock meanwhile; waits for that until the monotonic time given."""
        while not self._taken() and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
