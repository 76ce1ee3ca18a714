"""Many rows at once."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from comments.storage.base import Base


def insert_ignoring(session: Session, table: Table | type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows and return how many went in; a row that a unique key has already stays as it is.

    All rows must have the same keys. Missing parents and missing values raise as ever.
    """
    if not rows:
        return 0
    into = table if isinstance(table, Table) else cast(Table, table.__table__)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return session.connection().execute(insert(into).on_conflict_do_nothing(), rows).rowcount
