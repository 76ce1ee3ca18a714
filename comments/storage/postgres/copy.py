"""PostgreSQL's COPY inside a write's own transaction: many rows of a table in one statement.

SQLAlchemy has no statement for it. https://www.postgresql.org/docs/current/sql-copy.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import errors, sql
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only


def copy_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Copy rows, each with every column of the table; return False if a unique key is taken.

    The transaction is lost then. Other failures raise DBAPIError, as SQLAlchemy's own statements do.
    """
    names = table.columns.keys()
    processors = [
        column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        for column in table.columns
    ]
    columns = [
        [row[name] if process is None else process(row[name]) for row in rows]
        for name, process in zip(names, processors, strict=True)
    ]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver = cast(psycopg.AsyncConnection[Any], connection.connection.driver_connection)
    try:
        await_only(_copy(driver, statement, list(zip(*columns, strict=True))))
    except errors.UniqueViolation:
        return False
    except psycopg.Error as error:
        raise _as_sqlalchemy_raises(connection, error) from error
    return True


async def _copy(
    driver: psycopg.AsyncConnection[Any], statement: sql.Composed, rows: Sequence[Sequence[Any]]
) -> None:
    async with driver.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            await copying.write_row(row)


def _as_sqlalchemy_raises(connection: Connection, error: psycopg.Error) -> BaseException:
    """Return what SQLAlchemy would raise, so that what may be repeated is repeated."""
    dialect, pooled = connection.dialect, connection.connection.dbapi_connection
    if dialect.is_disconnect(cast(Any, error), cast(Any, pooled), None):
        try:
            # It is to find the loss by itself: then it leaves all connections that are as old as this one.
            connection.exec_driver_sql("SELECT 1")
        except DBAPIError as found:
            return found
    return DBAPIError.instance(None, None, error, psycopg.Error, dialect=dialect)
