"""PostgreSQL's COPY inside a write's own transaction: many rows of a table in one statement."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

import psycopg
from psycopg import errors, sql
from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, String, Table, Uuid
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import await_only

from comments.storage.types import CText, UtcTime

SPECIAL = re.compile(r"[\\\n\r\t]")
ESCAPES = {ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
NULL = "\\N"


def copy_rows(connection: Connection, table: Table, columns: Sequence[Sequence[Any]]) -> bool:
    """Copy columns, one for each of the table's, into it; return False if a unique key is taken.

    The transaction is lost then. Other failures raise DBAPIError, as SQLAlchemy's own statements do.
    """
    texts = [
        [NULL if value is None else written(value) for value in values]
        for written, values in zip(_writers(table), columns, strict=True)
    ]
    # A line for each row: https://www.postgresql.org/docs/current/sql-copy.html (text format).
    lines = "\n".join(map("\t".join, zip(*texts, strict=True))).encode()
    driver = cast(psycopg.AsyncConnection[Any], connection.connection.driver_connection)
    try:
        await_only(_copy(driver, _statement(table), lines))
    except errors.UniqueViolation:
        return False
    except psycopg.Error as error:
        raise _as_others_raise(connection, error) from error
    return True


async def _copy(driver: psycopg.AsyncConnection[Any], statement: sql.Composed, lines: bytes) -> None:
    async with driver.cursor() as cursor, cursor.copy(statement) as copying:
        await copying.write(lines)


def _as_others_raise(connection: Connection, error: psycopg.Error) -> BaseException:
    """Return what SQLAlchemy would raise, so that what may be repeated is repeated."""
    dialect = connection.dialect
    pooled = connection.connection.dbapi_connection
    lost = dialect.is_disconnect(cast(Any, error), cast(Any, pooled), None)
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        "COPY", None, error, psycopg.Error, connection_invalidated=lost, dialect=dialect
    )


@cache
def _statement(table: Table) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)


@cache
def _writers(table: Table) -> list[Callable[[Any], str]]:
    return [_writer(column) for column in table.columns]


def _writer(column: Column[Any]) -> Callable[[Any], str]:
    found = [written for kind, written in WRITERS.items() if isinstance(column.type, kind)]
    if not found:
        raise TypeError(f"{column.table.name}.{column.name} cannot be copied: {column.type!r}")
    return found[0]


def _text(value: str) -> str:
    return value.translate(ESCAPES) if SPECIAL.search(value) else value


WRITERS: dict[type[TypeEngine[Any]], Callable[[Any], str]] = {
    Uuid: lambda value: value.hex,
    UtcTime: datetime.isoformat,
    LargeBinary: lambda value: "\\\\x" + value.hex(),
    CText: _text,
    String: _text,
    Boolean: lambda value: "t" if value else "f",
    Integer: str,
}
