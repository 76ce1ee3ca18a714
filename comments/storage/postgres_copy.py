"""PostgreSQL's COPY inside a write's own transaction: many rows of a table in one statement."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

import psycopg
from psycopg import errors, sql
from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, String, Uuid
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlalchemy.util import await_only

from comments.storage.postgres_trips import as_others_raise
from comments.storage.types import CText, UtcTime
from comments.storage.values import written_as
from comments.storage.ways import TRIPS
from comments.storage.wording import Named

NULL = "\\N"
_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


def lines_of(named: Named, columns: Sequence[Sequence[Any]], first: int) -> list[str]:
    """Return parts of rows as COPY reads them, given by columns, which are those from number `first` on.

    A line for each row: https://www.postgresql.org/docs/current/sql-copy.html (text format).
    """
    texts = [
        [NULL if value is None else written(value) for value in values]
        for written, values in zip(_writers(named)[first : first + len(columns)], columns, strict=True)
    ]
    return ["\t".join(row) for row in zip(*texts, strict=True)]


def copy_lines(connection: Connection, named: Named, shared: Sequence[Any], lines: Sequence[str]) -> bool:
    """Copy rows into a table, each a line of its differing columns; return False if a unique key is taken.

    The transaction is lost then. Other failures raise DBAPIError, as SQLAlchemy's own statements do.
    """
    begin = "".join(f"{text}\t" for text in lines_of(named, [[value] for value in shared], 0))
    whole = "\n".join([begin + line for line in lines]).encode()
    connection.info[TRIPS].settle()
    driver = cast(psycopg.AsyncConnection[Any], connection.connection.driver_connection)
    try:
        await_only(_copy(driver, _statement(named), whole))
    except errors.UniqueViolation:
        return False
    except psycopg.Error as error:
        raise as_others_raise(connection, error) from error
    return True


async def _copy(driver: psycopg.AsyncConnection[Any], statement: sql.Composed, lines: bytes) -> None:
    async with driver.cursor() as cursor, cursor.copy(statement) as copying:
        await copying.write(lines)


@cache
def _statement(named: Named) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, (*named.shared, *named.differing)))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(named.table.name), names)


@cache
def _writers(named: Named) -> list[Callable[[Any], str]]:
    return [_writer(named.table.columns[name]) for name in (*named.shared, *named.differing)]


def _writer(column: Column[Any]) -> Callable[[Any], str]:
    found = [written for kind, written in WRITERS.items() if isinstance(column.type, kind)]
    if found:
        return found[0]
    written = written_as(column.type, _DIALECT)
    if written is None or not isinstance(column.type, TypeDecorator):
        raise TypeError(f"{column.table.name}.{column.name} cannot be copied: {column.type!r}")
    # A room's own type, which gives the driver text.
    return lambda value: _text(written(value))


def _text(value: str) -> str:
    # One after the other, the backslash first: `translate` takes eighty times as long for a text with lines.
    whole = value.replace("\\", "\\\\").replace("\n", "\\n")
    return whole.replace("\r", "\\r").replace("\t", "\\t")


WRITERS: dict[type[TypeEngine[Any]], Callable[[Any], str]] = {
    Uuid: lambda value: value.hex,
    UtcTime: datetime.isoformat,
    LargeBinary: lambda value: "\\\\x" + value.hex(),
    CText: _text,
    String: _text,
    Boolean: lambda value: "t" if value else "f",
    Integer: str,
}
