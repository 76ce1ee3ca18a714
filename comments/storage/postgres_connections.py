"""How connections to PostgreSQL are made, and how their transactions begin."""

import asyncio
import logging
import os
import socket
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

READ_SECONDS = 5
SCAN_SECONDS = 120
# A write that takes longer says so (`unhurried`).
WRITE_SECONDS = 60
LOCK_SECONDS = 5
# A process that is stopped in the middle of a write must not hold its row locks for ever.
IDLE_SECONDS = 30
WAIT_FOR_CONNECTION_SECONDS = 5
CONNECT_SECONDS = 5
# A transaction begins in a millisecond. A pooler that has no server for us makes us wait for minutes
# instead, and a machine that is gone without a word for ever.
BEGIN_SECONDS = 3

# One statement list, one round trip. The settings are LOCAL because behind PgBouncer
# the next transaction on this server connection may be somebody else's.
# To compile a statement takes PostgreSQL longer than to run any of ours, which ask for a page at a time.
_SNAPSHOT = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{}s';"
    " SET LOCAL jit = off"
)
READ = _SNAPSHOT.format(READ_SECONDS)
SCAN = _SNAPSHOT.format(SCAN_SECONDS)
WRITE = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = '{WRITE_SECONDS}s';"
    f" SET LOCAL lock_timeout = '{LOCK_SECONDS}s';"
    f" SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"
)
# While a statement waits for a table's lock, all that come after it wait too.
MIGRATION_LOCK_SECONDS = 2
MIGRATE = (
    f"SET LOCAL lock_timeout = '{MIGRATION_LOCK_SECONDS}s'; SET LOCAL statement_timeout = 0;"
    " SET LOCAL idle_in_transaction_session_timeout = 0"
)
_BEGIN = "comments_begin"

# PgBouncer in transaction mode does not carry prepared statements from one transaction to the next.
# Keepalives find out within a quarter of a minute that a machine has vanished while it owed us an answer.
CONNECT_ARGS: dict[str, Any] = {
    "prepare_threshold": None,
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

logger = logging.getLogger(__name__)


def pooled_engine(address: URL, *, size: int) -> AsyncEngine:
    """Return an engine whose transactions are begun as `beginning` says; raises ModuleNotFoundError."""
    engine = create_async_engine(
        address,
        # Keeps the driver from sending a BEGIN of its own in front of ours.
        isolation_level="AUTOCOMMIT",
        connect_args=CONNECT_ARGS,
        pool_size=size,
        max_overflow=0,
        pool_timeout=WAIT_FOR_CONNECTION_SECONDS,
    )
    event.listen(engine.sync_engine, "begin", _begin_in_time)
    return engine


def beginning(engine: AsyncEngine, statements: str) -> AsyncEngine:
    """Return the engine, with the same pool, for transactions that begin with `statements`."""
    return engine.execution_options(**{_BEGIN: statements})


def scanning_engine(address: URL, *, size: int) -> Engine:
    """Return an engine for threads, whose transactions are long reads."""
    engine = create_engine(
        address,
        isolation_level="AUTOCOMMIT",
        connect_args=CONNECT_ARGS,
        pool_size=size,
        pool_timeout=WAIT_FOR_CONNECTION_SECONDS,
        execution_options={_BEGIN: SCAN},
    )
    event.listen(engine, "begin", _begin)
    return engine


def migrating_engine(address: URL) -> Engine:
    """Return an engine that opens a connection each time, with the driver's own transactions.

    They take as long as they need, but wait for no lock for long.
    """
    engine = create_engine(
        address, connect_args=CONNECT_ARGS, poolclass=NullPool, execution_options={_BEGIN: MIGRATE}
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()[_BEGIN])


def _begin_in_time(connection: Connection) -> None:
    """Begin, and hang up on a server that does not answer: the driver then fails as if the server had."""
    descriptor: int = connection.connection.driver_connection.pgconn.socket  # type: ignore[union-attr]
    timer = asyncio.get_running_loop().call_later(BEGIN_SECONDS, _hang_up, descriptor)
    try:
        _begin(connection)
    finally:
        timer.cancel()


def _hang_up(descriptor: int) -> None:
    logger.warning("PostgreSQL did not begin a transaction within %d seconds", BEGIN_SECONDS)
    # A copy, so that the driver's own descriptor stays open until the driver closes it.
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
