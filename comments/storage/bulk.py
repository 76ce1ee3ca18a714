"""Many rows at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from comments.storage.spelled import written_as
from comments.storage.ways import way_of

_Value = tuple[str | None, Callable[[Any], Any] | None, Any]
"""The name of what is given, and what makes it into the driver's; or None and what the driver gets."""


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
    for statement, columns in _insert_together(shape, way.dialect):
        values = [
            default if name is None else row[name] if process is None else process(row[name])
            for place, of_row in columns
            for row in into[place][1]
            for name, process, default in of_row
        ]
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
) -> list[tuple[str, list[tuple[int, list[_Value]]]]]:
    """Return statements, and for each which tables it writes, by their place, and what goes into a row."""
    columns = [_values_of(table, given, dialect) for table, given, _ in shape]
    marks = count(1)
    texts = [
        _insert_rows(table, named, rows, dialect, marks)
        for (table, _, rows), named in zip(shape, columns, strict=True)
    ]
    of_rows = [[value for _, value in named] for named in columns]
    if dialect.name == "sqlite":
        return [(text, [(place, of_rows[place])]) for place, text in enumerate(texts)]
    *others, last = texts
    first = ", ".join(f"into_{number} AS ({text})" for number, text in enumerate(others))
    return [(f"WITH {first} {last}" if first else last, [*enumerate(of_rows)])]


def _insert_rows(
    table: Table, named: Sequence[tuple[str, _Value]], rows: int, dialect: Dialect, marks: Iterator[int]
) -> str:
    names = ", ".join(name for name, _ in named)
    written = {"numeric_dollar": "${}", "pyformat": "%s"}.get(dialect.paramstyle, "?")
    values = ", ".join(f"({', '.join(written.format(next(marks)) for _ in named)})" for _ in range(rows))
    return f"INSERT INTO {table.name} ({names}) VALUES {values}"  # noqa: S608  # our tables' names


def _values_of(table: Table, given: tuple[str, ...], dialect: Dialect) -> list[tuple[str, _Value]]:
    """Return a row's columns, and for each what is given, or the value of the model's default."""
    found: list[tuple[str, _Value]] = []
    for column in table.columns:
        process = written_as(column.type, dialect)
        if column.name in given:
            value: _Value = (column.name, process, None)
        elif isinstance(column.default, ScalarElementColumnDefault):
            default = column.default.arg
            value = (None, None, default if process is None else process(default))
        elif column.default is not None:
            raise TypeError(f"{table.name}.{column.name} is to be given: its default is worked out")
        else:
            continue
        found.append((dialect.identifier_preparer.quote(column.name), value))
    return found
