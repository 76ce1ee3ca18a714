"""What SQLite's errors mean: for those who ask the service, and for those who run it."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from comments.errors import Unavailable
from comments.storage.errors import (
    StorageBusy,
    StorageDamaged,
    StorageFull,
    StorageUnwritable,
    WritingWhileReading,
)

# The low byte of a result code is its family, the rest says more: https://sqlite.org/rescode.html
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

ADVICE: dict[type[Unavailable], str] = {
    StorageUnwritable: "cannot be opened for writing; check that it is yours, and its folder too",
    StorageDamaged: "is damaged, or not a SQLite database; restore a backup, or move it away",
    StorageBusy: "is in use by another program; stop that and try again",
    StorageFull: "cannot grow, the disk is full or failing; make room and try again",
}


def in_our_words(error: DBAPIError | sqlite3.Error, *, reading: bool = False) -> Exception:
    """Return what `error` means for who asked, without paths; or `error` itself if it is a bug."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    family = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if family == sqlite3.SQLITE_READONLY and reading:
        return WritingWhileReading("a query tried to write; that is an action's part")
    if family not in MEANING:
        return error
    kind, detail = MEANING[family]
    return kind(detail)


@contextmanager
def about_file(path: Path) -> Iterator[None]:
    """Turn errors into those for the terminal: with the file's name, and what to do."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        known = in_our_words(error)
        if not isinstance(known, Unavailable):
            raise
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise type(known)(f"{path} {ADVICE[type(known)]} ({cause})") from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = StorageFull if full else StorageUnwritable
        raise kind(f"{error.filename or path} {ADVICE[kind]} ({error.strerror})") from error
