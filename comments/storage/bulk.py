"""Many rows at once."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import FromClause, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def insert_ignoring(
    session: Session, into: FromClause | type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert rows and return how many went in; a row whose unique key is taken leaves the old one as it is.

    All rows must have the same keys. Missing parents and missing values raise as ever.
    """
    if not rows:
        return 0
    table = cast(Table, into if isinstance(into, FromClause) else into.__table__)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).on_conflict_do_nothing()
    counted = session.connection().execution_options(preserve_rowcount=True)
    return counted.execute(statement, rows).rowcount
