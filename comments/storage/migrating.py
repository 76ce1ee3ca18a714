"""Bring a database to the tables that this release needs, and tell how far it is."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
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
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from comments.storage.backup import back_up
from comments.storage.errors import StorageBusy, StorageMismatch
from comments.storage.postgres.errors import LOCK_NOT_AVAILABLE, sqlstate, unreachable
from comments.storage.revisions import SCRIPTS, newest, revisions
from comments.storage.sqlite.connections import begin_writing, driver_of, engine_for, prepare
from comments.storage.sqlite.errors import about_file
from comments.storage.urls import parsed, sqlite_path

if TYPE_CHECKING:
    from alembic.config import Config

State = Literal["empty", "current", "older", "newer", "unreleased", "foreign"]

# Long enough for the migration of another process on a large file.
LOCK_SECONDS = 600
LOOK_AGAIN_SECONDS = 0.1
# A step that did not get its lock lets those through that have queued up behind it.
STEP_ASIDE_SECONDS = 1
# Any number will do; all releases must take the same one.
ADVISORY_LOCK = 0x636F6D6D656E7473
VERSION_TABLE = "alembic_version"
# What development versions before 1.0 called their migrations; nothing of that kind was released.
UNRELEASED = frozenset(f"{number:04}" for number in range(1, 41))
CARRY_OVER = (
    "The database was made by a development version from before 1.0: with that version type "
    "`comments export --site SITE FILE`, then import each file into a new data folder with this one "
    "(`comments import comments FILE --site SITE`)"
)
# Alembic keeps the running migration in globals.
ONE_AT_A_TIME = Lock()
VERSIONS: Select[str] = select(column("version_num", String)).select_from(table(VERSION_TABLE))

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` found and did; `copy` is what the SQLite file was before, if it was not empty."""

    before: State
    revision: str
    copy: Path | None = None


def state(url: str, *, scripts: Path | None = None) -> State:
    """Tell how far the database at `url` is; a SQLite file that is not there is "empty", and is not made.

    "older" can be migrated, "newer" was left by a newer release, "unreleased" by a version before
    1.0, "foreign" holds tables of something else.
    `scripts` is a folder of other migrations than this release's.
    """
    address = parsed(url)
    if address.get_backend_name() == "sqlite" and not sqlite_path(address).exists():
        return "empty"
    with _reading(address) as connection:
        return _state(connection, scripts or SCRIPTS)


def is_replica(url: str) -> bool:
    """Tell whether the PostgreSQL at `url` only follows another one."""
    with _reading(parsed(url)) as connection:
        return bool(connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one())


def has_statistics(url: str) -> bool:
    """Tell whether somebody has run ANALYZE on the SQLite file."""
    with _reading(parsed(url)) as connection:
        return bool(_statistics(connection))


def _statistics(connection: Connection) -> Sequence[str]:
    # An index that is newer than they are is taken for a better one than it is: the first page of a huge
    # discussion was sorted out of all its comments, in 400 ms instead of 0.3.
    names = "SELECT name FROM sqlite_schema WHERE name GLOB 'sqlite_stat[0-9]'"
    return connection.exec_driver_sql(names).scalars().all()


async def migrate(url: str) -> Migrated:
    """Do `migrate_now` in a thread."""
    return await asyncio.to_thread(migrate_now, url)


def migrate_now(url: str, *, scripts: Path | None = None) -> Migrated:
    """Bring the database to the newest revision, while no other process does.

    On SQLite it is all or nothing; a file that is not empty is copied first, to `NAME-before-REVISION.db`
    beside it, and what somebody's ANALYZE has left is taken away: it knows nothing of new indexes.
    On PostgreSQL each step is whole or not there, and waits for no lock for longer than
    `MIGRATION_LOCK_SECONDS`, so that writers do not queue up behind it; it tries again instead.
    `scripts` is a folder of other migrations than this release's.
    Raises StorageMismatch for a database of a newer release, of a version before 1.0 or of something else,
    StorageBusy when its tables are in use for longer than ten minutes.
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
    # Another process may be migrating it.
    prepare(path, wait_seconds=LOCK_SECONDS)
    with _engine(address).begin() as connection:
        before, copy = _migratable(connection, scripts), None
        if before == "older":
            copy = path.with_name(f"{path.stem}-before-{head}{path.suffix}")
            back_up(path, copy)
        if before != "current":
            _upgrade(connection, scripts)
            _refuse_broken_references(connection)
        for name in _statistics(connection):
            connection.exec_driver_sql(f"DROP TABLE {name}")
    return Migrated(before, head, copy)


def _migrate_postgres(address: URL, scripts: Path) -> Migrated:
    head = newest(scripts)
    engine = _engine(address)
    with _reached(engine) as turn, engine.connect() as connection:
        _take_turn(turn)
        before = _migratable(connection, scripts)
        connection.rollback()
        if before != "current":
            _upgrade_beside_writers(connection, scripts)
    return Migrated(before, head)


def _upgrade(connection: Connection, scripts: Path) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection, scripts=scripts), "head")


def _take_turn(turn: Connection) -> None:
    """Wait until no other process migrates; the turn ends with the connection's transaction.

    It is a transaction of its own, so that a migration may commit in between, and so that a pooler cannot
    hand the lock to somebody else. Asked for again and again: one long question would hold up the other
    process, whose new indexes wait for every statement that is under way.
    """
    until = time.monotonic() + LOCK_SECONDS
    # Without parameters: after a question with some, the answer's portal stays open, and with it a snapshot
    # that new indexes would wait for, until the end.
    while not turn.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({ADVISORY_LOCK})").scalar():
        turn.rollback()
        if time.monotonic() > until:
            raise StorageBusy("Another process has been migrating the database for ten minutes")
        time.sleep(LOOK_AGAIN_SECONDS)


def _upgrade_beside_writers(connection: Connection, scripts: Path) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            _upgrade(connection, scripts)
        except DBAPIError as error:
            connection.rollback()
            if sqlstate(error) != LOCK_NOT_AVAILABLE:
                raise
            if time.monotonic() > until:
                raise StorageBusy("The tables to be changed have been in use for ten minutes") from error
            logger.warning("a table is in use; the migration steps aside and tries again")
            time.sleep(STEP_ASIDE_SECONDS)
        else:
            return


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
        from comments.storage.postgres.connections import migrating_engine

        return migrating_engine(address)
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
    if found == "unreleased":
        raise StorageMismatch(CARRY_OVER)
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
    if found <= revisions(scripts).keys():
        return "older"
    return "unreleased" if found <= UNRELEASED else "newer"
