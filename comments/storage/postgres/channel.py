"""Reaching other processes by PostgreSQL itself: NOTIFY after a commit, LISTEN on a connection of its own."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine

from comments.storage.errors import StorageUnreachable
from comments.storage.postgres.connections import CONNECT_ARGS

if TYPE_CHECKING:
    import psycopg

CHANNEL = "comments"
"""Channels belong to a database, so that another installation's are others."""

# NOTIFY holds a lock of the whole cluster while its transaction commits, so it never stands in one that waits
# for the disk: it goes out after the write's own commit, in one that has nothing to store.
TELL = ("BEGIN", "SET LOCAL synchronous_commit = off", "SET LOCAL statement_timeout = '5s'")

Aside = Callable[[Coroutine[Any, Any, None]], Awaitable[None]]
"""Does something to its end even if the caller is cancelled."""


class PostgresChannel:
    """Tells by the pool, which may be a pooler's, and listens by the server's own address."""

    name = "PostgreSQL"

    def __init__(self, telling: AsyncEngine, direct: URL, aside: Aside) -> None:
        self._telling = telling
        self._direct = direct
        self._aside = aside

    async def send(self, message: str) -> None:
        """See `peers.Line`."""
        await self._aside(self._send(message))

    async def listen(self, connected: Callable[[], None], received: Callable[[str], None]) -> None:
        """See `peers.Line`; behind a pooler it listens by COMMENTS_DATABASE_DIRECT_URL or not at all."""
        # Whoever opens the database is told in our words that the driver is missing.
        import psycopg

        _, given = self._telling.dialect.create_connect_args(self._direct)
        arguments: dict[str, Any] = {**given, **CONNECT_ARGS}
        try:
            connection = await psycopg.AsyncConnection.connect(**arguments)
            try:
                await connection.set_autocommit(True)
                await self._refuse_poolers(connection)
                await connection.execute(f"LISTEN {CHANNEL}")
                connected()
                async for notice in connection.notifies():
                    received(notice.payload)
            finally:
                # At once: who is cancelled may not wait for a farewell.
                connection.pgconn.finish()
        except psycopg.Error as error:
            raise StorageUnreachable("The connection to the database was lost") from error
        raise StorageUnreachable("The database says nothing any more")

    async def close(self) -> None:
        """Nothing to let go of: the pool is the database's."""

    async def _send(self, message: str) -> None:
        try:
            async with self._telling.connect() as connection:
                await connection.run_sync(_say, message)
        except (DBAPIError, NoConnectionFree) as error:
            raise StorageUnreachable("The database does not pass on what is said") from error

    async def _refuse_poolers(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        """Raise StorageUnreachable behind a pooler: what listens there is lost with the next transaction.

        A pooler gives each client a process number of its own making, by which it may be cancelled.
        """
        asked = await connection.execute("SELECT pg_backend_pid()")
        row = await asked.fetchone()
        if row is None or row[0] != connection.info.backend_pid:
            raise StorageUnreachable("A pooler stands before it; set COMMENTS_DATABASE_DIRECT_URL")


def _say(connection: Connection, message: str) -> None:
    with connection.begin():
        connection.execute(select(func.pg_notify(CHANNEL, message)))
