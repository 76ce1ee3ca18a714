"""Alembic's environment: run on a connection that is given, or on the database of the settings."""

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

# Alembic takes up what is defined there.
import comments.storage.postgres.indexes  # noqa: F401
from comments import schema
from comments.config import Settings
from comments.storage.migrating import connected
from comments.storage.types import CText, UtcTime

# Migrations import nothing from the package: what a type is today it must not change in them tomorrow.
SPELLED_OUT: dict[type, str] = {
    UtcTime: 'sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")',
    CText: 'sa.Text().with_variant(sa.Text(collation="C"), "postgresql")',
}


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        # SQLite changes little in place: such a table is built anew.
        render_as_batch=connection.dialect.name == "sqlite",
        # A step's locks end with the step.
        transaction_per_migration=connection.dialect.name == "postgresql",
        compare_type=True,
        render_item=render_item,
        include_object=include_object,
    )
    with context.begin_transaction():
        context.run_migrations()


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    return SPELLED_OUT.get(type(item), False) if kind == "type" else False


def include_object(
    item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None
) -> bool:
    """Leave out the tables that SQLite's full-text search makes for itself."""
    return not (kind == "table" and "_fts" in (name or ""))


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connected(Settings.from_environment(os.environ).unpooled_url) as connection:
        run(connection)
