"""Many rows at once."""

from collections.abc import Mapping, Sequence
from functools import cache
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
from sqlalchemy.orm import DeclarativeBase, Session

from comments.storage.base import WITHOUT_SYNC


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


def insert_all(session: Session, into: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Insert many rows that should be new; return False if a unique key of any of them is taken.

    Nothing of this write can be kept then: raise. Each row names every column of the table.
    """
    if rows and session.get_bind().dialect.name == "postgresql":
        # Here, for the driver is there only where it is asked for.
        from comments.storage.postgres.copy import copy_rows

        return copy_rows(session.connection(), cast(Table, into.__table__), rows)
    return insert_ignoring(session, into, rows) == len(rows)


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
