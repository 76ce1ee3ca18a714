"""Loading the desk’s comments into a database: in bulk, indexes afterwards, terms by the service’s code."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import datetime
from itertools import islice
from types import SimpleNamespace
from typing import Any, Protocol, cast
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Dialect, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from comments.identity.models import Author
from comments.moderation.search.models import CommentTerms, Terms
from comments.moderation.search.row_numbers import wished_number
from comments.moderation.search.terms import findable
from comments.sites.models import Site as SiteRow
from comments.storage.rows.plain import defaults_of
from comments.storage.types import EPOCH, MICROSECOND
from comments.storage.urls import parsed, sqlite_path
from comments.threads.models import Comment, Thread, ThreadKey
from tests.bench.desk_rows import Site

ROWS_AT_ONCE = 5_000
COUNTS = (
    "UPDATE threads SET comment_count = (SELECT count(*) FROM comments "
    "WHERE thread_id = threads.id AND state = 'approved')"
)
TABLES = ("comments", "comment_terms")
UNSAID = {"edit_source": None, "edit_reasons": None, "source_format": "markdown", "featured": False}
Values = Mapping[str, Any]


class Loader(Protocol):
    """A database that rows are loaded into."""

    def load(self, table: Table, rows: Sequence[Values]) -> None: ...


def fill(site: Site, databases: Sequence[AbstractContextManager[Loader]]) -> None:
    """Load the same comments into each database, migrated and empty."""
    with ExitStack() as stack:
        loaders = [stack.enter_context(database) for database in databases]
        for model, rows in _people_and_pages(site):
            _load(loaders, model, list(rows))
        comments = site.comment_rows()
        while chunk := list(islice(comments, ROWS_AT_ONCE)):
            _load(loaders, Comment, chunk)
            terms = [_terms(row) for row in chunk]
            for loader in loaders:
                loader.load(cast(Table, CommentTerms.__table__), terms)


def _people_and_pages(site: Site) -> Iterator[tuple[Any, Iterable[Values]]]:
    yield SiteRow, [site.row()]
    yield Author, site.author_rows()
    yield Thread, site.thread_rows()
    yield ThreadKey, site.key_rows()


def _load(loaders: Sequence[Loader], model: Any, rows: Sequence[Values]) -> None:
    filled_in = {
        name: value for name, value in defaults_of(model).items() if name not in rows[0] and value is not None
    }
    for loader in loaders:
        loader.load(model.__table__, [{**filled_in, **row} for row in rows])


def _terms(row: Values) -> Values:
    known = {**UNSAID, **row}
    found = findable(cast(Row[Any], SimpleNamespace(**known)))
    number = wished_number(row["created_at"], row["id"])
    return {"number": number, "comment_id": row["id"], "terms": found.terms}


@contextmanager
def sqlite_loader(url: str) -> Iterator[Loader]:
    """Open a file for loading: without its indexes and triggers, which come back at the end."""
    with closing(sqlite3.connect(sqlite_path(parsed(url)), isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-262144"):
            connection.execute(f"PRAGMA {pragma}")
        taken = connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') "
            f"AND sql IS NOT NULL AND tbl_name IN {TABLES}"
        ).fetchall()
        connection.execute("BEGIN")
        for kind, name, _ in taken:
            connection.execute(f"DROP {kind} {name}")
        yield _SqliteLoader(connection)
        connection.execute("INSERT INTO comment_terms_fts (comment_terms_fts) VALUES ('rebuild')")
        for _, _, definition in taken:
            connection.execute(definition)
        connection.execute(COUNTS)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")


class _SqliteLoader:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def load(self, table: Table, rows: Sequence[Values]) -> None:
        names = list(rows[0])
        marks = ", ".join("?" * len(names))
        self.connection.executemany(
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",
            (_stored(row.values(), _ON_SQLITE) for row in rows),
        )


@contextmanager
def postgresql_loader(url: str) -> Iterator[Loader]:
    """Open a database for loading: without indexes, which come back at the end, and without triggers."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        taken = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes "
            "WHERE tablename = ANY(%s) AND indexname NOT LIKE 'pk_%%'",
            [list(TABLES)],
        ).fetchall()
        for name, _ in taken:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        yield _PostgresqlLoader(connection)
        for _, definition in taken:
            connection.execute(definition)
        connection.execute("ANALYZE comments")
        connection.execute(COUNTS)
        connection.execute("VACUUM ANALYZE")


class _PostgresqlLoader:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def load(self, table: Table, rows: Sequence[Values]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
        with self.connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(_stored(row.values(), _ON_POSTGRESQL))


def _terms_on(dialect: Dialect) -> Callable[[Any], Any]:
    column = Terms()
    return lambda terms: column.process_bind_param(terms, dialect)


# By the values' types: putting each through SQLAlchemy's own way would double the time of the filling.
_ON_SQLITE: Mapping[type, Callable[[Any], Any]] = {
    UUID: lambda value: value.hex,
    datetime: lambda value: (value - EPOCH) // MICROSECOND,
    set: _terms_on(sqlite.dialect()),
}
_ON_POSTGRESQL: Mapping[type, Callable[[Any], Any]] = {
    set: _terms_on(postgresql.dialect()),  # type: ignore[no-untyped-call]
}


def _stored(values: Iterable[Any], ways: Mapping[type, Callable[[Any], Any]]) -> list[Any]:
    return [way(value) if (way := ways.get(type(value))) else value for value in values]
