"""How a SQLite file is made and opened."""

import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool, QueuePool

from comments.storage.errors import StorageUnwritable
from comments.storage.sqlite.errors import about_file

OLDEST_SQLITE = (3, 40, 0)
BUSY_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.001
LOG_BYTES = 64 * 1024 * 1024


class OwnTransactions(sqlite3.Connection):
    """A connection whose transactions are begun and ended by hand.

    A `Session` commits or rolls back the connection it is given, also when a flush fails. Here that would
    end the transaction of every write that shares the commit, so what SQLAlchemy says has no effect.
    """

    def commit(self) -> None:
        pass

    def rollback(self) -> None:
        pass


def connect(path: Path, *, writes: bool) -> OwnTransactions:
    """Open a file that exists; raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        factory=OwnTransactions,
    )
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    if writes:
        # What is deleted is overwritten: else erased texts would stay in free pages for years.
        connection.execute("PRAGMA secure_delete=ON")
        # A long scan keeps the log from being used anew; afterwards it gives the room back.
        connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
    else:
        connection.execute("PRAGMA query_only=ON")
    return connection


def engine_for(path: Path, *, writes: bool, kept: int = 0) -> Engine:
    """Return an engine that opens a connection each time it is asked for one, or keeps some open."""
    opened = partial(connect, path, writes=writes)
    if not kept:
        return create_engine("sqlite://", creator=opened, poolclass=NullPool)
    return create_engine("sqlite://", creator=opened, poolclass=QueuePool, pool_size=kept, max_overflow=0)


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection under SQLAlchemy's."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def begin_writing(connection: sqlite3.Connection, *, wait_seconds: float) -> None:
    """Begin a transaction that may write; raises sqlite3.OperationalError if the lock is not free in time.

    For connections whose busy_timeout is 0. SQLite's own waiting pauses for up to a tenth of a second, and
    gets nothing from a process that writes without pause: with four on one file some writes waited for 5 s.
    """
    until = time.monotonic() + wait_seconds
    while True:
        try:
            # Writers take the lock at BEGIN. A deferred transaction that upgrades
            # halfway fails at once with SQLITE_BUSY, whatever busy_timeout says.
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return


def prepare(path: Path, *, wait_seconds: float = BUSY_SECONDS) -> None:
    """Make the file if there is none, put it into WAL mode, and find out whether it can be written.

    Raises a `storage.errors` exception whose detail names the file and says what to do.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StorageUnwritable(f"SQLite {sqlite3.sqlite_version} is too old; 3.40 or newer is needed")
    with about_file(path):
        # Nobody else on this machine has a right to read what is waiting for a moderator.
        path.touch(mode=0o600)
        with closing(connect(path, writes=True)) as connection:
            connection.execute(f"PRAGMA busy_timeout={wait_seconds * 1000:.0f}")
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
            connection.execute("PRAGMA busy_timeout=0")
            begin_writing(connection, wait_seconds=wait_seconds)
            connection.execute("SELECT count(*) FROM sqlite_schema")
            connection.execute("ROLLBACK")
    if mode != "wal":
        raise StorageUnwritable(f"{path} is on a disk that SQLite cannot share; use a local one")
