"""Indexes that migrations add to tables in use: built beside the writers instead of in their way."""

from typing import Any

from alembic import op
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import Index, exists, func, literal, select, text

_LEFT_UNFINISHED = text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")


class ConcurrentIndexes(PostgresqlImpl):
    """Alembic's PostgreSQL, on which `op.create_index` holds nobody up where that can be had.

    A table with rows gets its index CONCURRENTLY, which ends the transaction. So that a step which is stopped
    half way can run again, this is done only while the step has changed nothing else yet: a migration makes
    indexes of large tables first, or has no more than those. An index that was left unfinished is made anew.
    """

    __dialect__ = "postgresql"

    def create_index(self, index: Index, **kw: Any) -> None:
        if not self._is_worth_it(index):
            super().create_index(index, **kw)
            return
        with op.get_context().autocommit_block():
            index.dialect_kwargs["postgresql_concurrently"] = True
            if op.get_bind().execute(_LEFT_UNFINISHED, {"name": index.name}).first():
                self.drop_index(index)
            super().create_index(index, **{**kw, "if_not_exists": True})

    def _is_worth_it(self, index: Index) -> bool:
        if self.as_sql or index.table is None:
            return False
        has_rows = exists(select(literal(1)).select_from(index.table)).label("has_rows")
        changed = func.txid_current_if_assigned().is_not(None).label("changed")
        found = op.get_bind().execute(select(has_rows, changed)).one()
        return bool(found.has_rows and not found.changed)
