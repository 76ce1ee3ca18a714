"""How connections to PostgreSQL are made, and how their transactions begin."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
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

# They go in one trip. The settings are LOCAL because behind PgBouncer
# the next transaction on this server connection may be somebody else's.
# To compile a statement takes PostgreSQL longer than to run any of ours, which ask for a page at a time.
_SNAPSHOT = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL jit = off")
READ = (*_SNAPSHOT, f"SET LOCAL statement_timeout = '{READ_SECONDS}s'")
SCAN = (*_SNAPSHOT, f"SET LOCAL statement_timeout = '{SCAN_SECONDS}s'")
WRITE = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    f"SET LOCAL statement_timeout = '{WRITE_SECONDS}s'",
    f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'",
    f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'",
)
# While a statement waits for a table's lock, all that come after it wait too.
MIGRATION_LOCK_SECONDS = 2
MIGRATE = (
    f"SET LOCAL lock_timeout = '{MIGRATION_LOCK_SECONDS}s'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
_BEGIN = "comments_begin"
BEGIN_SECONDS = 3
PREPARED_AFTER = 2
"""So often a statement is run on a connection before the server keeps it prepared.

To plan what a post asks takes the server three times as long as to run it.
"""
_IS_DIRECT = "comments_is_direct"
_PLAN_IS_OLD = "0A000"

# Behind PgBouncer the next transaction may meet another server, which has not prepared our statements.
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
        # A few connections do most of the work then, on which the server has its plans and caches.
        pool_use_lifo=True,
    )
    event.listen(engine.sync_engine, "begin", _begin_in_time)
    event.listen(engine.sync_engine, "handle_error", _leave_old_plans)
    return engine


def beginning(engine: AsyncEngine, statements: Sequence[str]) -> AsyncEngine:
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
    connection.exec_driver_sql("; ".join(connection.get_execution_options()[_BEGIN]))


def _begin_in_time(connection: Connection) -> None:
    """Begin, or lose the connection.

    A transaction begins in a millisecond. A pooler that has no server for us makes us wait for minutes
    instead, and a machine that is gone without a word for ever; the driver has no time-out of its own.
    """
    driver = cast(Any, connection.connection.driver_connection)
    guard = asyncio.get_running_loop().call_later(BEGIN_SECONDS, _hang_up, driver.pgconn.socket)
    try:
        _begin(connection)
        if _IS_DIRECT not in connection.info:
            # A pooler gives each client a process number of its own making, by which it may be cancelled.
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            connection.info[_IS_DIRECT] = process == driver.info.backend_pid
            if connection.info[_IS_DIRECT]:
                driver.prepare_threshold = PREPARED_AFTER
    finally:
        guard.cancel()


def _leave_old_plans(context: ExceptionContext) -> None:
    """Take a connection for lost whose prepared statements are of before a migration: others have none."""
    if getattr(context.original_exception, "sqlstate", None) == _PLAN_IS_OLD:
        context.is_disconnect = True


def _hang_up(descriptor: int) -> None:
    logger.warning("PostgreSQL did not begin a transaction within %d seconds", BEGIN_SECONDS)
    # A copy, so that the driver's own descriptor stays open until the driver closes it.
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)


def refuse_failed(session: Session) -> None:
    """Raise RuntimeError if a statement has failed and the action went on: COMMIT would store nothing.

    The server then takes all back and answers COMMIT kindly with ROLLBACK, which the driver passes over.
    """
    if not session.in_transaction():
        return
    driver = cast(Any, session.connection().connection.driver_connection)
    if driver.info.transaction_status.name == "INERROR":
        raise RuntimeError("a statement had failed, and the action went on; nothing was stored")
