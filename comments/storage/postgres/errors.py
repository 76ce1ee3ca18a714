"""What PostgreSQL's errors mean, and after which of them a run may be repeated."""

import logging
import time

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from comments.storage.errors import (
    StorageBusy,
    StorageFull,
    StorageUnreachable,
    StorageUnwritable,
    WritingWhileReading,
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html
SERIALIZATION_FAILURE = "40001"
DEADLOCK = "40P01"
UNIQUE_VIOLATION = "23505"
LOCK_NOT_AVAILABLE = "55P03"
CONNECTION_LOST = "connection lost"

# How often one call may run again. Two writers that create the same row meet in a unique violation;
# the loser, run again, finds the row. A real duplicate fails again.
REPEATS = {SERIALIZATION_FAILURE: 3, DEADLOCK: 3, UNIQUE_VIOLATION: 2, CONNECTION_LOST: 1}

# While a server is away every request meets it; the log needs to know why, not how often.
SILENT_SECONDS = 1.0

logger = logging.getLogger(__name__)


class RetryBudget:
    """How often what has failed may still run again."""

    def __init__(self) -> None:
        self._left = dict(REPEATS)

    def allow(self, error: Exception) -> bool:
        """Count `error`; return whether another run may help and can do no harm."""
        if not isinstance(error, DBAPIError):
            return False
        cause = CONNECTION_LOST if error.connection_invalidated else sqlstate(error)
        self._left[cause] = self._left.get(cause, 0) - 1
        return self._left[cause] >= 0


def sqlstate(error: DBAPIError) -> str:
    """Return the five characters of the server's answer, or "" when the server gave none."""
    return getattr(error.orig, "sqlstate", None) or ""


def _reason(error: DBAPIError) -> str:
    """Return the first line of what the driver says; it holds no password."""
    return str(error.orig).strip().partition("\n")[0]


class OutageLog:
    """Tells in the log why one database does not answer, but not for each who asks."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def in_our_words(self, error: Exception, *, reading: bool = False) -> Exception:
        """Return what `error` means for the product, or `error` itself if it is a bug."""
        meant = _in_our_words(error, reading=reading)
        if isinstance(error, DBAPIError) and isinstance(meant, StorageUnreachable):
            self._log(error)
        return meant

    def _log(self, error: DBAPIError) -> None:
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            logger.warning("PostgreSQL does not answer: %s: %s", type(error.orig).__name__, _reason(error))


def _in_our_words(error: Exception, *, reading: bool) -> Exception:
    if isinstance(error, NoConnectionFree):
        return StorageBusy("All connections to the database are in use")
    if not isinstance(error, DBAPIError):
        return error
    state = sqlstate(error)
    if state == "25006" and reading:  # read_only_sql_transaction
        return WritingWhileReading("a query tried to write; that is an action's part")
    if state == "25006":
        return StorageUnwritable("The database can only be read at the moment; nothing was stored")
    if state == "53100":  # disk_full
        return StorageFull("The disk is full; nothing was stored")
    if state in (SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE, "57014"):  # …, query_canceled
        return StorageBusy("The database is busy; nothing was stored")
    if error.connection_invalidated or state[:2] in ("08", "53") or state[:4] == "57P0" or unanswered(error):
        return StorageUnreachable("The database does not answer")
    return error


def unreachable(error: DBAPIError) -> StorageUnreachable:
    """Return why no connection could be made, for the terminal."""
    return StorageUnreachable(f"PostgreSQL cannot be reached: {_reason(error)}")


def unanswered(error: DBAPIError) -> bool:
    """Whether the connection failed before the server could say why."""
    return not sqlstate(error) and type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")
