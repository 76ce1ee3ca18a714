"""Many new rows of a table, put into the database's words before a write's turn where they are known."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session

from comments.storage.values import written_as

ROWS_AT_ONCE = (400, 50, 5, 1)
"""Rows of one statement of SQLite; few sizes, for each is compiled and kept."""
MOST_VALUES = 32_766
"""What one statement of SQLite takes."""


class Named(NamedTuple):
    """The columns of rows that go in together: those in which all are the same, and the others."""

    table: Table
    shared: tuple[str, ...]
    differing: tuple[str, ...]


class Wording:
    """How rows of a table are put into words: first the columns `early`, and later the columns `late`.

    `same` has the columns in which no row differs; every other column of the table is to be named: the
    model's defaults are not asked. Columns are given as one list of values for each; what comes back is one
    for each row, and means something to this class only.
    """

    def __init__(
        self,
        dialect: Dialect,
        into: type[DeclarativeBase],
        same: Mapping[str, Any],
        early: Sequence[str],
        late: Sequence[str] = (),
    ) -> None:
        table = cast(Table, into.__table__)
        self._dialect = dialect
        self._same = tuple(same.values())
        self._named = Named(table, tuple(same), (*early, *late))
        self._early = len(early)
        self._is_copied = dialect.name == "postgresql"
        if set(table.columns.keys()) != {*same, *early, *late}:
            raise TypeError(f"not the columns of {table.name}")

    def begun(self, columns: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the beginnings of rows, from their early columns."""
        return self._worded(columns, len(self._same))

    def ended(self, begun: Sequence[Any], columns: Sequence[Sequence[Any]]) -> list[Any]:
        """Return whole rows, from their beginnings and their late columns."""
        ends = self._worded(columns, len(self._same) + self._early)
        if self._is_copied:
            return [f"{begin}\t{end}" for begin, end in zip(begun, ends, strict=True)]
        return [(*begin, *end) for begin, end in zip(begun, ends, strict=True)]

    def insert(self, session: Session, rows: Sequence[Any]) -> bool:
        """Insert whole rows that should be new; return False if a unique key of any of them is taken.

        Nothing of this write can be kept then: raise.
        """
        if not rows:
            return True
        connection = session.connection()
        if self._is_copied:
            # Here, for the driver is there only where it is asked for.
            from comments.storage.postgres_copy import copy_lines

            return copy_lines(connection, self._named, self._same, rows)
        return _insert_in_few_statements(connection, self._named, self._same, rows) == len(rows)

    def _worded(self, columns: Sequence[Sequence[Any]], first: int) -> list[Any]:
        if self._is_copied:
            from comments.storage.postgres_copy import lines_of

            return lines_of(self._named, columns, first)
        processors = _processors(self._named, self._dialect)[first : first + len(columns)]
        bound = [
            values if process is None else [process(value) for value in values]
            for process, values in zip(processors, columns, strict=True)
        ]
        return list(zip(*bound, strict=True))


def insert_all(session: Session, into: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Insert many rows that should be new, fast; return False if a unique key of any of them is taken.

    Nothing of this write can be kept then: raise. Each row names every column of the table.
    """
    if not rows:
        return True
    names = tuple(column.name for column in cast(Table, into.__table__).columns)
    wording = Wording(session.get_bind().dialect, into, {}, names)
    return wording.insert(session, wording.begun([[row[name] for row in rows] for name in names]))


def dialect_of(session: Session) -> Dialect:
    """Return what `Wording` needs to know of the database."""
    return session.get_bind().dialect


def _insert_in_few_statements(
    connection: Connection, named: Named, shared: Sequence[Any], rows: Sequence[tuple[Any, ...]]
) -> int:
    """Insert into SQLite and return how many went in.

    Before each statement whose triggers write as well SQLite notes how every page was that it changes: with
    a statement for each row that took half the time.
    """
    processors = _processors(named, connection.dialect)
    same = [
        value if process is None else process(value)
        for process, value in zip(processors, shared, strict=False)
    ]
    start = inserted = 0
    for at_once in ROWS_AT_ONCE:
        if len(shared) + at_once * len(named.differing) > MOST_VALUES:
            continue
        statement = _insert_many(named, at_once)
        while len(rows) - start >= at_once:
            values = (*same, *chain.from_iterable(rows[start : start + at_once]))
            inserted += connection.exec_driver_sql(statement, values).rowcount
            start += at_once
    return inserted


@cache
def _processors(named: Named, dialect: Dialect) -> list[Callable[[Any], Any] | None]:
    columns = (named.table.columns[name] for name in (*named.shared, *named.differing))
    return [written_as(column.type, dialect) for column in columns]


@cache
def _insert_many(named: Named, rows: int) -> str:
    names = ", ".join((*named.shared, *named.differing))
    # What all rows share is bound once, under numbers; a bare mark has the number after the highest.
    numbers = [f"?{number}" for number, _ in enumerate(named.shared, 1)]
    row = f"({', '.join([*numbers, *'?' * len(named.differing)])})"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {named.table.name} ({names}) VALUES {values} ON CONFLICT DO NOTHING"  # noqa: S608  # our tables' names
