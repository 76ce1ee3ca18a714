"""SQLite: reads on the spot, writes by one thread, scans by a few, commits of other processes noticed."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from comments.storage.database import Database, looked
from comments.storage.reading import ReadingSession
from comments.storage.sqlite.connections import connect, driver_of, engine_for, prepare
from comments.storage.sqlite.errors import about_file, in_our_words
from comments.storage.sqlite.turns import WriterLocks
from comments.storage.sqlite.writer import SqliteWriter
from comments.storage.urls import sqlite_path

P = ParamSpec("P")
T = TypeVar("T")

SCANS_AT_ONCE = 2


class SqliteDatabase(Database):
    """One file; any number of processes may have it open."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        super().__init__()
        prepare(path)
        self._path = path
        self._reader = engine_for(path, writes=False).connect()
        # Made once: making and closing one for each read takes longer than most statements.
        self._reading = ReadingSession(self._reader)
        self._watcher = connect(path, writes=False)
        self._scanning = engine_for(path, writes=False, kept=SCANS_AT_ONCE)
        self._scans = ThreadPoolExecutor(SCANS_AT_ONCE, thread_name_prefix="comments-scan")
        self._writing = engine_for(path, writes=True).connect()
        with about_file(path):
            self._turns = WriterLocks(path)
        self._writer = SqliteWriter(self._writing, self._turns, self._subscribers)

    @classmethod
    async def opened(cls, address: URL) -> "SqliteDatabase":
        return cls(sqlite_path(address))

    async def read(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return _read(self._reading, self._reader, query, *args, **kwargs)

    async def scan(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def on_own_connection() -> T:
            with self._scanning.connect() as connection:
                return _read(ReadingSession(connection), connection, query, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._scans, on_own_connection)

    async def write(
        self, action: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._writer.write(lambda session: action(session, *args, **kwargs))

    async def watch(
        self,
        changed: Callable[[], Awaitable[None]],
        *,
        interval: float = 0.25,
        calm: Callable[[], bool] = lambda: False,
    ) -> None:
        """See `Database.watch`. This process's own commits count as well: a look costs less than telling."""
        seen = self._data_version()

        async def look() -> None:
            nonlocal seen
            version = self._data_version()
            if version != seen:
                await changed()
                seen = version

        while True:
            await asyncio.sleep(interval)
            await looked(look)

    async def settle(self) -> bool:
        def truncate() -> bool:
            with closing(connect(self._path, writes=True)) as connection:
                blocked, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not blocked

        return await asyncio.get_running_loop().run_in_executor(self._scans, truncate)

    async def close(self) -> None:
        await self._writer.close()
        await asyncio.to_thread(self._scans.shutdown, cancel_futures=True)
        self._scanning.dispose()
        for connection in (self._watcher, self._reader, self._writing):
            connection.close()
        self._turns.close()

    def _data_version(self) -> int:
        """Return a number that changes with every commit of another connection, and reads no table."""
        version: int = self._watcher.execute("PRAGMA data_version").fetchone()[0]
        return version


def _read(
    session: ReadingSession,
    connection: Connection,
    query: Callable[Concatenate[Session, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run `query` on one snapshot: the database as it is at its first statement."""
    driver = driver_of(connection)
    try:
        driver.execute("BEGIN")
        try:
            answer = query(session, *args, **kwargs)
            # As long as nothing went by way of the session, it has nothing to refuse, or to let go of.
            if session.in_transaction():
                session.refuse_unsaved()
            return answer
        finally:
            # Closed, never rolled back: that would expire the rows that the caller is about to use.
            if session.in_transaction():
                session.close()
            session.info.clear()
            if driver.in_transaction:
                driver.execute("ROLLBACK")
    except (DBAPIError, sqlite3.Error) as error:
        raise in_our_words(error, reading=True) from error
