"""How connections to PostgreSQL are made, and how their transactions begin."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExecutionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from comments.storage.ways import TRIPS

if TYPE_CHECKING:
    from comments.storage.postgres_trips import Trips

READ_SECONDS = 5
SCAN_SECONDS = 120
# A write that takes longer says so (`unhurried`).
WRITE_SECONDS = 60
LOCK_SECONDS = 5
# A process that is stopped in the middle of a write must not hold its row locks for ever.
IDLE_SECONDS = 30
WAIT_FOR_CONNECTION_SECONDS = 5
CONNECT_SECONDS = 5

# They go along with the first statement. The settings are LOCAL because behind PgBouncer
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
    event.listen(engine.sync_engine, "begin", _begin_later)
    event.listen(engine.sync_engine, "commit", _commit)
    event.listen(engine.sync_engine, "rollback", _rollback)
    for run in ("do_execute", "do_executemany"):
        event.listen(engine.sync_engine, run, _settle)
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


def _begin_later(connection: Connection) -> None:
    info = connection.info
    trips = info.get(TRIPS)
    if trips is None:
        # Whoever opens the database is told in our words that the driver is missing.
        from comments.storage.postgres_trips import Trips

        trips = info[TRIPS] = Trips(cast(Any, connection.connection.driver_connection))
    trips.begin(connection, connection.get_execution_options()[_BEGIN])


def _commit(connection: Connection) -> None:
    _trips(connection).commit()


def _rollback(connection: Connection) -> None:
    if not connection.invalidated:
        _trips(connection).rollback()


def _settle(_: Any, __: Any, ___: Any, context: ExecutionContext) -> None:
    # While SQLAlchemy gets to know the server, its connection has no `info`, and nothing waits.
    with suppress(NotImplementedError):
        context.root_connection.info[TRIPS].settle()


def _trips(connection: Connection) -> "Trips":
    return cast("Trips", connection.info[TRIPS])
