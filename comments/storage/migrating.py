"""Bring a database to the tables that this release needs, and tell how far it is."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    String,
    column,
    create_engine,
    event,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from comments.storage.backup import back_up
from comments.storage.errors import StorageMismatch
from comments.storage.postgres_errors import unreachable
from comments.storage.revisions import SCRIPTS, newest, revisions
from comments.storage.sqlite_connections import begin_writing, driver_of, engine_for, prepare
from comments.storage.sqlite_errors import about_file
from comments.storage.urls import parsed, sqlite_path

if TYPE_CHECKING:
    from alembic.config import Config

State = Literal["empty", "current", "older", "newer", "foreign"]

# Long enough for the migration of another process on a large file.
LOCK_SECONDS = 600
# Any number will do; all releases must take the same one.
ADVISORY_LOCK = 0x636F6D6D656E7473
VERSION_TABLE = "alembic_version"
# Alembic keeps the running migration in globals.
ONE_AT_A_TIME = Lock()
VERSIONS: Select[str] = select(column("version_num", String)).select_from(table(VERSION_TABLE))


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` found and did; `copy` is what the SQLite file was before, if it was not empty."""

    before: State
    revision: str
    copy: Path | None = None


def state(url: str, *, scripts: Path | None = None) -> State:
    """Tell how far the database at `url` is; a SQLite file that is not there is "empty", and is not made.

    "older" can be migrated, "newer" was left by a newer release, "foreign" holds tables of something else.
    `scripts` is a folder of other migrations than this release's.
    """
    address = parsed(url)
    if address.get_backend_name() == "sqlite" and not sqlite_path(address).exists():
        return "empty"
    with _reading(address) as connection:
        return _state(connection, scripts or SCRIPTS)


async def migrate(url: str) -> Migrated:
    """Do `migrate_now` in a thread."""
    return await asyncio.to_thread(migrate_now, url)


def migrate_now(url: str, *, scripts: Path | None = None) -> Migrated:
    """Bring the database to the newest revision, while no other process does; all or nothing.

    A SQLite file that is not empty is copied first, to `NAME-before-REVISION.db` beside it.
    `scripts` is a folder of other migrations than this release's.
    Raises StorageMismatch for a database of a newer release or of something else.
    """
    address = parsed(url)
    with ONE_AT_A_TIME:
        if address.get_backend_name() == "sqlite":
            return _migrate_sqlite(address, scripts or SCRIPTS)
        return _migrate_postgres(address, scripts or SCRIPTS)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Give a connection for migrations, all of whose work is kept or none; for Alembic's own command line."""
    address = parsed(url)
    engine = _engine(address)
    if address.get_backend_name() == "sqlite":
        with engine.begin() as connection:
            yield connection
            _refuse_broken_references(connection)
    else:
        with _reached(engine) as connection:
            yield connection
            connection.commit()


def alembic_config(connection: Connection | None = None, *, scripts: Path | None = None) -> "Config":
    """Return Alembic's settings for `command.…`, which then runs on `connection`."""
    from alembic.config import Config

    config = Config()
    # ConfigParser takes % for the beginning of a variable.
    config.set_main_option("script_location", str(scripts or SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _migrate_sqlite(address: URL, scripts: Path) -> Migrated:
    path = sqlite_path(address)
    head = newest(scripts)
    prepare(path)
    with _engine(address).begin() as connection:
        before, copy = _migratable(connection, scripts), None
        if before == "older":
            copy = path.with_name(f"{path.stem}-before-{head}{path.suffix}")
            back_up(path, copy)
        if before != "current":
            _upgrade(connection, scripts)
            _refuse_broken_references(connection)
    return Migrated(before, head, copy)


def _migrate_postgres(address: URL, scripts: Path) -> Migrated:
    head = newest(scripts)
    engine = _engine(address)
    with _reached(engine) as lock, engine.connect() as connection:
        # Held by a transaction of its own, so that a migration may commit in between,
        # and so that a pooler cannot hand the lock to somebody else.
        lock.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        before = _migratable(connection, scripts)
        connection.rollback()
        if before != "current":
            _upgrade(connection, scripts)
    return Migrated(before, head)


def _upgrade(connection: Connection, scripts: Path) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection, scripts=scripts), "head")


@contextmanager
def _reading(address: URL) -> Iterator[Connection]:
    if address.get_backend_name() == "sqlite":
        path = sqlite_path(address)
        with about_file(path), engine_for(path, writes=False).connect() as connection:
            yield connection
    else:
        with _reached(_engine(address)) as connection:
            yield connection


@contextmanager
def _reached(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise unreachable(error) from error
    with connection:
        yield connection


def _engine(address: URL) -> Engine:
    if address.get_backend_name() != "sqlite":
        from comments.storage.postgres_connections import plain_engine

        return plain_engine(address)
    engine = create_engine("sqlite://", creator=partial(_connect, sqlite_path(address)), poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    begin_writing(driver_of(connection), wait_seconds=LOCK_SECONDS)


def _connect(path: Path) -> sqlite3.Connection:
    # Patient here: the first to open a file that was left in the middle holds all others off for a moment.
    connection = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
    # A changed table is built anew and the old one dropped, which would
    # cascade to its children. Has no effect once a transaction has begun.
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=0")
    return connection


def _refuse_broken_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the migration left a row of {broken[0]} without its row of {broken[2]}")


def _migratable(connection: Connection, scripts: Path) -> State:
    found = _state(connection, scripts)
    if found == "newer":
        raise StorageMismatch("The database was made by a newer release of Comments; install that one")
    if found == "foreign":
        raise StorageMismatch("The database holds tables of something else; give Comments one of its own")
    return found


def _state(connection: Connection, scripts: Path) -> State:
    tables = set(inspect(connection).get_table_names())
    found = set(connection.scalars(VERSIONS)) if VERSION_TABLE in tables else set()
    if not found:
        return "foreign" if tables - {VERSION_TABLE} else "empty"
    if found == {newest(scripts)}:
        return "current"
    return "older" if found <= revisions(scripts).keys() else "newer"
