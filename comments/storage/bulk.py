"""Many rows at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Delete,
    FromClause,
    Insert,
    Table,
    Update,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from comments.storage.base import WITHOUT_SYNC
from comments.storage.values import several, written_as
from comments.storage.ways import way_of


@dataclass(frozen=True, slots=True)
class _OfRow:
    """What goes into a row: what is `given`, some of it made into the driver's, then the model's defaults."""

    columns: tuple[str, ...]
    given: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    made: tuple[tuple[int, Callable[[Any], Any]], ...]
    defaults: tuple[Any, ...]

    def values(self, row: Mapping[str, Any]) -> list[Any]:
        values = [*self.given(row), *self.defaults]
        for at, process in self.made:
            values[at] = process(values[at])
        return values


def insert_ignoring(
    session: Session, into: FromClause | type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert rows and return how many went in; a row whose unique key is taken leaves the old one as it is.

    All rows must have the same keys. Missing parents and missing values raise as ever.
    """
    if not rows:
        return 0
    table = cast(Table, into if isinstance(into, FromClause) else into.__table__)
    statement = _insert_ignoring(table, session.get_bind().dialect.name)
    counted = session.connection().execution_options(preserve_rowcount=True)
    return counted.execute(statement, rows).rowcount


def insert_together(session: Session, into: Sequence[tuple[Table, Sequence[Mapping[str, Any]]]]) -> None:
    """Insert rows into several tables, those that others refer to first: one statement on PostgreSQL.

    All rows of a table must have the same keys. SQLite has no statement for more than one table; on
    PostgreSQL they go in with the next statement, or with the commit.
    """
    way = way_of(session)
    shape = tuple((table, tuple(rows[0]), len(rows)) for table, rows in into)
    for statement, places in _insert_together(shape, way.dialect):
        values: list[Any] = []
        for place, of_row in places:
            for row in into[place][1]:
                values += of_row.values(row)
        way.later((statement, tuple(values)))


def writes_alone(session: Session) -> bool:
    """Say whether nobody else can write until this is committed: so it is on SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def changed_rows(session: Session, statement: Update | Delete) -> int:
    """Update or delete, and return how many rows that was; objects already loaded do not follow."""
    result = cast(CursorResult[Any], session.execute(statement, execution_options=WITHOUT_SYNC))
    return result.rowcount


def unhurried(session: Session) -> None:
    """Let the statements of this write take as long as they need: for an operator's rare, large ones."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))


@cache
def _insert_ignoring(table: Table, dialect: str) -> Insert:
    # Made once: putting a statement together takes longer than running it.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


@cache
def _insert_together(
    shape: tuple[tuple[Table, tuple[str, ...], int], ...], dialect: Dialect
) -> list[tuple[str, list[tuple[int, _OfRow]]]]:
    """Return statements, and for each which tables it writes, by their place, and what goes into a row."""
    of_rows = [_of_row(table, given, dialect) for table, given, _ in shape]
    marks = count(1)
    texts = [
        _insert_rows(table, of_row.columns, rows, dialect, marks)
        for (table, _, rows), of_row in zip(shape, of_rows, strict=True)
    ]
    if dialect.name == "sqlite":
        return [(text, [(place, of_rows[place])]) for place, text in enumerate(texts)]
    *others, last = texts
    first = ", ".join(f"into_{number} AS ({text})" for number, text in enumerate(others))
    return [(f"WITH {first} {last}" if first else last, [*enumerate(of_rows)])]


def _insert_rows(
    table: Table, columns: Sequence[str], rows: int, dialect: Dialect, marks: Iterator[int]
) -> str:
    written = {"numeric_dollar": "${}", "pyformat": "%s"}.get(dialect.paramstyle, "?")
    values = ", ".join(f"({', '.join(written.format(next(marks)) for _ in columns)})" for _ in range(rows))
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {values}"  # noqa: S608  # our tables' names


def _of_row(table: Table, given: tuple[str, ...], dialect: Dialect) -> _OfRow:
    process = {column.name: written_as(column.type, dialect) for column in table.columns}
    # One that is no column's is passed over, as it always was.
    named = [column.name for column in table.columns if column.name in given]
    defaults: dict[str, Any] = {}
    for column in table.columns:
        if column.name in given or column.default is None:
            continue
        if not isinstance(column.default, ScalarElementColumnDefault):
            raise TypeError(f"{table.name}.{column.name} is to be given: its default is worked out")
        make, default = process[column.name], column.default.arg
        defaults[column.name] = default if make is None else make(default)
    quoted = [dialect.identifier_preparer.quote(name) for name in (*named, *defaults)]
    made = [(at, make) for at, name in enumerate(named) if (make := process[name]) is not None]
    return _OfRow(tuple(quoted), several(named), tuple(made), tuple(defaults.values()))
