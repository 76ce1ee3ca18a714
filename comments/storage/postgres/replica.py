"""A streaming replica that answers what readers ask, as long as it follows closely."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine

from comments.storage.postgres.connections import READ, beginning, pooled_engine

T = TypeVar("T")

LOOK_SECONDS = 0.5
MOST_LAG_SECONDS = 5.0
# How far the log is written there and played here, as a number of bytes.
WRITTEN = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"
PLAYED = "SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint WHERE pg_is_in_recovery()"

logger = logging.getLogger(__name__)


class Replica:
    """Is asked only while it has all that the database had a few seconds ago, and when this process began.

    What has changed since then, this process hears of, and so knows which of the replica's answers are old.
    """

    def __init__(self, address: URL, size: int) -> None:
        self._engine = pooled_engine(address, size=size)
        self.reading = beginning(self._engine, READ)
        self._marks: deque[tuple[float, int]] = deque(maxlen=round(2 * MOST_LAG_SECONDS / LOOK_SECONDS))
        self._reached: float | None = None
        self._said = ""
        self.is_used = False

    async def follow(self, database: AsyncEngine) -> None:
        """Look for ever how far the replica is behind `database`."""
        while True:
            try:
                await self._look(database)
            except (DBAPIError, NoConnectionFree) as error:
                self._leave_out(f"it does not answer ({str(error.__cause__ or error).splitlines()[0]})")
            await asyncio.sleep(LOOK_SECONDS)

    async def ask(self, run: Callable[[], Awaitable[T]]) -> T | None:
        """Return what `run` reads from the replica, or None if it fails there."""
        try:
            return await run()
        except (DBAPIError, NoConnectionFree) as error:
            if getattr(error, "connection_invalidated", False):
                self._leave_out("the connection to it was lost")
            return None

    async def close(self) -> None:
        await self._engine.dispose()

    async def _look(self, database: AsyncEngine) -> None:
        at = time.monotonic()
        # While the database does not answer, nothing can be written that the replica could lack.
        with suppress(DBAPIError, NoConnectionFree):
            async with database.connect() as connection:
                self._marks.append((at, (await connection.exec_driver_sql(WRITTEN)).scalar_one()))
        async with self.reading.connect() as connection:
            played: int | None = (await connection.exec_driver_sql(PLAYED)).scalar()
        if played is None:
            self._leave_out("it is no replica")
            return
        reached = [noted for noted, written in self._marks if written <= played]
        self._reached = max(reached, default=self._reached)
        lag = self._marks[-1][0] - self._reached if self._marks and self._reached is not None else None
        if lag is None or lag > MOST_LAG_SECONDS:
            self._leave_out("it lags behind")
        elif not self.is_used:
            self.is_used, self._said = True, ""
            logger.info("readers are answered from the replica")

    def _leave_out(self, reason: str) -> None:
        self.is_used = False
        if self._said != reason:
            self._said = reason
            logger.warning("the replica is left out, the database answers all: %s", reason)
