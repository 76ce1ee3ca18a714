"""Tables for one piece of work: on disk, of this process alone, and gone with it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from comments.storage.errors import StorageFull

CACHE_KIB = 8 * 1024


class Scratch:
    """A nameless SQLite file in the temporary folder: no entry, so not even a killed process leaves it there.

    Nothing of it is ever needed after a failure, so it keeps no journal. Not for several threads at once.
    Raises StorageFull when the temporary folder has no room left.
    """

    def __init__(self, schema: str) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}", "temp_store=FILE"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.executescript(schema)
        # One transaction to the end: each commit would write all changed pages to the file.
        self._connection.execute("BEGIN")

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.OperationalError as error:
            raise _in_our_words(error) from error

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows as they are found; other statements may run meanwhile."""
        yield from self._execute(query, values)

    def row(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._execute(query, values).fetchone()
        return found

    def close(self) -> None:
        self._connection.close()

    def _execute(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise _in_our_words(error) from error


def _in_our_words(error: sqlite3.OperationalError) -> Exception:
    if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
        return StorageFull(
            "The folder for temporary files is full; make room, or name another in SQLITE_TMPDIR."
        )
    return error
