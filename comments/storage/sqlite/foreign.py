"""SQLite files that other programs have made, or somebody with a clever hand: read, and never trusted."""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, cast

LONGEST_VALUE = 8 * 1024 * 1024
"""Bytes of one value; more was not written by a person, and would fill the memory."""


class ForeignFileBroken(Exception):
    """The file cannot be read as SQLite; says why, in SQLite's words."""


class ForeignFile:
    """A file that is only read: nothing that is stored in it is run, and no value fills the memory.

    What a log beside it holds is not seen. Rows may be asked for in several threads, one after another.
    """

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(
            f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        self._connection.text_factory = lambda text: cast(bytes, text).decode(errors="replace")
        self._connection.row_factory = sqlite3.Row
        for setting in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
            self._connection.execute(f"PRAGMA {setting}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def tables(self) -> set[str]:
        """Return the names of its tables; a view, which may compute for ever, is none.

        Raises ForeignFileBroken.
        """
        return {row["name"] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def rows(self, query: str) -> Iterator[Any]:
        """Yield rows, whose values are found by their names; raises ForeignFileBroken."""
        try:
            yield from self._connection.execute(query)
        except sqlite3.Error as error:
            raise ForeignFileBroken(str(error)) from error
