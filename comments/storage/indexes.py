"""Indexes with options of one database, which only migrations and their tests ask for.

SQLAlchemy imports a dialect as soon as an index names one of its options: PostgreSQL's takes 2.5 MB in a
process that serves from SQLite. So options wait in `Index.info` until `spell_out` hands them over.
"""

from typing import Any

from sqlalchemy import Index, MetaData, text

_OPTIONS = "options"


def index_with(name: str, *columns: str, unique: bool = False, **options: Any) -> Index:
    """Return an index with options such as `postgresql_using`."""
    return Index(name, *columns, unique=unique, info={_OPTIONS: options})


def partial_index(
    name: str, *columns: str, where: str, on_sqlite: str | None = None, unique: bool = False
) -> Index:
    """Return an index of the rows for which `where` is true; `on_sqlite` are SQLite's words for it."""
    options = {"sqlite_where": text(on_sqlite or where), "postgresql_where": text(where)}
    return index_with(name, *columns, unique=unique, **options)


def spell_out(metadata: MetaData) -> None:
    """Give SQLAlchemy the options of all indexes: before that it knows none."""
    for table in metadata.tables.values():
        for index in table.indexes:
            index.dialect_kwargs.update(index.info.get(_OPTIONS, {}))
