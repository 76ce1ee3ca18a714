"""How a SQLite file is opened, and what its errors mean."""

import sqlite3
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from comments.errors import Unavailable
from comments.storage.errors import (
    StorageBusy,
    StorageDamaged,
    StorageFull,
    StorageUnwritable,
    WritingWhileReading,
)

OLDEST_SQLITE = (3, 40, 0)
BUSY_SECONDS = 5.0


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
    """Open one connection; raises sqlite3.Error."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        factory=OwnTransactions,
    )
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    if not writes:
        connection.execute("PRAGMA query_only=ON")
    return connection


def engine_for(path: Path, *, writes: bool) -> Engine:
    """Return an engine that opens a connection each time it is asked for one."""
    return create_engine("sqlite://", creator=partial(connect, path, writes=writes), poolclass=NullPool)


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection under SQLAlchemy's."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def prepare(path: Path) -> None:
    """Make the file if there is none, put it into WAL mode, and find out whether it can be used.

    Raises StorageUnwritable, StorageDamaged or StorageBusy with a detail that names the file; it is for
    the terminal, no request has been taken yet.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StorageUnwritable(f"SQLite {sqlite3.sqlite_version} is too old; 3.40 or newer is needed")
    try:
        connection = connect(path, writes=True)
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT count(*) FROM sqlite_schema")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.Error as error:
        known = in_our_words(error)
        if isinstance(known, Unavailable):
            raise type(known)(f"{path}: {ADVICE[type(known)]} ({error})") from error
        raise
    if mode != "wal":
        raise StorageUnwritable(f"{path}: this folder does not allow SQLite's WAL mode; use a local disk")


ADVICE: dict[type[Unavailable], str] = {
    StorageUnwritable: "the database cannot be opened for writing; check that the folder exists and is yours",
    StorageDamaged: "the file is damaged or no SQLite database; restore a backup, or move it away",
    StorageBusy: "another program holds the database; stop it and try again",
    StorageFull: "the disk is full or failing; make room and try again",
}


def in_our_words(error: DBAPIError | sqlite3.Error, *, reading: bool = False) -> Exception:
    """Return what `error` means for the product, or `error` itself if it is a bug."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    # The low byte is the family, the rest says more: https://sqlite.org/rescode.html
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_READONLY and reading:
        return WritingWhileReading("a query tried to write; that is an action's part")
    known = MEANING.get(code)
    return known[0](known[1]) if known else error


MEANING: dict[int, tuple[type[Unavailable], str]] = {
    sqlite3.SQLITE_FULL: (StorageFull, "The disk is full; nothing was stored"),
    sqlite3.SQLITE_IOERR: (StorageFull, "The disk is failing; nothing was stored"),
    sqlite3.SQLITE_NOMEM: (StorageFull, "There is no memory left; nothing was stored"),
    sqlite3.SQLITE_BUSY: (StorageBusy, "The database is busy; nothing was stored"),
    sqlite3.SQLITE_LOCKED: (StorageBusy, "The database is busy; nothing was stored"),
    sqlite3.SQLITE_CORRUPT: (StorageDamaged, "The database file is damaged"),
    sqlite3.SQLITE_NOTADB: (StorageDamaged, "The database file is damaged"),
    sqlite3.SQLITE_READONLY: (StorageUnwritable, "The database file cannot be written"),
    sqlite3.SQLITE_CANTOPEN: (StorageUnwritable, "The database file cannot be opened"),
    sqlite3.SQLITE_PERM: (StorageUnwritable, "The database file cannot be written"),
}
