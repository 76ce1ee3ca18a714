"""How connections to PostgreSQL are made, and how their transactions begin."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

READ_SECONDS = 5
SCAN_SECONDS = 120
LOCK_SECONDS = 5
# A process that is stopped in the middle of a write must not hold its row locks for ever.
IDLE_SECONDS = 30
WAIT_FOR_CONNECTION_SECONDS = 5
CONNECT_SECONDS = 5

# One statement list, one round trip. The settings are LOCAL because behind PgBouncer
# the next transaction on this server connection may be somebody else's.
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{}s'"
READ = _SNAPSHOT.format(READ_SECONDS)
SCAN = _SNAPSHOT.format(SCAN_SECONDS)
WRITE = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '{LOCK_SECONDS}s';"
    f" SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"
)
_BEGIN = "comments_begin"

# PgBouncer in transaction mode does not carry prepared statements from one transaction to the next.
CONNECT_ARGS: dict[str, Any] = {"prepare_threshold": None, "connect_timeout": CONNECT_SECONDS}


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
    event.listen(engine.sync_engine, "begin", _begin)
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
        execution_options={_BEGIN: SCAN},
    )
    event.listen(engine, "begin", _begin)
    return engine


def plain_engine(address: URL) -> Engine:
    """Return an engine that opens a connection each time, with the driver's own transactions."""
    return create_engine(address, connect_args=CONNECT_ARGS, poolclass=NullPool)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()[_BEGIN])
