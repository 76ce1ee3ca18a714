"""PostgreSQL: one pool, reads on one snapshot, writes as tasks of their own, repeated where that is safe."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from comments.errors import CommentsError, Unavailable
from comments.storage.changes import announced
from comments.storage.database import Database, looked
from comments.storage.errors import StorageBusy, StorageUnreachable
from comments.storage.postgres.channel import TELL, PostgresChannel
from comments.storage.postgres.connections import (
    READ,
    WAIT_FOR_CONNECTION_SECONDS,
    WRITE,
    beginning,
    pooled_engine,
    refuse_failed,
    scanning_engine,
)
from comments.storage.postgres.errors import OutageLog, RetryBudget, unreachable
from comments.storage.postgres.replica import Replica
from comments.storage.reading import ReadingSession
from comments.storage.urls import parsed

P = ParamSpec("P")
T = TypeVar("T")

WATCH_SECONDS = 0.5
CALM_SECONDS = 2.0
SCANS_AT_ONCE = 2


class PostgresDatabase(Database):
    """One database on a server; any number of hosts may have it open."""

    dialect = "postgresql"

    def __init__(self, address: URL, pool_size: int) -> None:
        super().__init__()
        self._engine = pooled_engine(address, size=pool_size)
        self._reading = beginning(self._engine, READ)
        self._writing = beginning(self._engine, WRITE)
        self._scanning = scanning_engine(address, size=SCANS_AT_ONCE)
        self._scans = ThreadPoolExecutor(SCANS_AT_ONCE, thread_name_prefix="comments-scan")
        self._reasons = OutageLog()
        self._running: set[asyncio.Task[Any]] = set()
        # Readers find connections of the pool free, however many writes there are.
        self._write_turns = asyncio.Semaphore(max(1, pool_size * 3 // 5))
        self._closing = False
        self._replica: Replica | None = None
        self._following: asyncio.Task[None] | None = None

    @classmethod
    async def opened(cls, address: URL, *, pool_size: int, replica: URL | None) -> "PostgresDatabase":
        """Connect once, to find out at the start and not at the first request what is wrong."""
        try:
            database = cls(address, pool_size)
        except ModuleNotFoundError as error:
            raise StorageUnreachable(
                "PostgreSQL needs one more package: pip install 'psycopg[binary,pool]'"
            ) from error
        try:
            await database._check()
        except BaseException:
            await database.close()
            raise
        if replica is not None:
            database._replica = Replica(replica, pool_size)
            database._following = asyncio.create_task(database._replica.follow(database._reading))
        return database

    async def read(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._aside(self._read(lambda session: query(session, *args, **kwargs)))

    async def read_copy(
        self,
        is_fresh: Callable[[T], bool],
        query: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        replica = self._replica
        if replica is not None and replica.is_used:
            try:
                found = await replica.ask(lambda: _read_by(replica.reading, query, *args, **kwargs))
            except CommentsError:
                # What is not there may have come since.
                found = None
            if found is not None and is_fresh(found):
                return found
        return await self.read(query, *args, **kwargs)

    @property
    def replica_is_used(self) -> bool:
        return self._replica is not None and self._replica.is_used

    async def scan(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with ReadingSession(self._scanning) as session:
                return _answer(session, query, *args, **kwargs)

        repeats = RetryBudget()
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._scans, run)
            except (DBAPIError, NoConnectionFree) as error:
                if not repeats.allow(error):
                    raise self._reasons.in_our_words(error, reading=True) from error

    async def write(
        self, action: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._aside(self._write(lambda session: action(session, *args, **kwargs)))

    async def watch(
        self,
        changed: Callable[[], Awaitable[None]],
        *,
        interval: float = 0.25,
        calm: Callable[[], bool] = lambda: False,
    ) -> None:
        """See `Database.watch`: no sign of a change works behind every pooler, so every look counts."""
        while True:
            pause = waited = max(interval, WATCH_SECONDS)
            await asyncio.sleep(pause)
            # Asked each time: a line may be lost right after a look.
            while calm() and waited < CALM_SECONDS:
                await asyncio.sleep(pause)
                waited += pause
            await looked(changed)

    def channel(self, direct_url: str) -> PostgresChannel:
        return PostgresChannel(beginning(self._engine, TELL), parsed(direct_url), self._aside)

    async def settle(self) -> bool:
        return True

    async def close(self) -> None:
        self._closing = True
        if self._running:
            await asyncio.wait(self._running)
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
        if self._replica is not None:
            await self._replica.close()
        await asyncio.to_thread(self._scans.shutdown, cancel_futures=True)
        self._scanning.dispose()
        await self._engine.dispose()

    async def _aside(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it to its end in a task of its own, even if the caller is cancelled.

        Of a write whose COMMIT was under way nobody would know whether it was stored, and nobody be told of
        it; a connection that was being opened would be left open. Nothing begins any more once it is closing.
        """
        return await asyncio.shield(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        if self._closing:
            work.close()
            raise Unavailable("The service is stopping")
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _read(self, query: Callable[[Session], T]) -> T:
        repeats = RetryBudget()
        while True:
            try:
                return await _read_by(self._reading, query)
            except (DBAPIError, NoConnectionFree) as error:
                if not repeats.allow(error):
                    raise self._reasons.in_our_words(error, reading=True) from error

    async def _write(self, action: Callable[[Session], T]) -> T:
        try:
            async with asyncio.timeout(WAIT_FOR_CONNECTION_SECONDS):
                await self._write_turns.acquire()
        except TimeoutError:
            raise StorageBusy("All connections to the database are in use") from None
        try:
            return await self._write_now(action)
        finally:
            self._write_turns.release()

    async def _write_now(self, action: Callable[[Session], T]) -> T:
        repeats = RetryBudget()
        while True:
            async with AsyncSession(self._writing, expire_on_commit=False) as session:
                committing = False
                try:
                    result = await session.run_sync(_flushed, action)
                    committing = True
                    await session.commit()
                except (DBAPIError, NoConnectionFree) as error:
                    if committing and getattr(error, "connection_invalidated", False):
                        raise StorageUnreachable(
                            "The connection was lost; it may have been stored"
                        ) from error
                    if not repeats.allow(error):
                        raise self._reasons.in_our_words(error) from error
                else:
                    self._subscribers.tell(announced(session.sync_session))
                    return result

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Looked at, so that asyncio does not complain of it when the caller has gone.
            task.exception()

    async def _check(self) -> None:
        try:
            async with self._reading.connect() as connection:
                encoding = (await connection.exec_driver_sql("SHOW server_encoding")).scalar_one()
        except DBAPIError as error:
            raise unreachable(error) from error
        if encoding != "UTF8":
            raise StorageUnreachable(f"The database's encoding is {encoding}; create it with ENCODING 'UTF8'")


async def _read_by(
    engine: AsyncEngine, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    async with AsyncSession(engine, sync_session_class=ReadingSession) as session:
        return await session.run_sync(lambda inner: _answer(inner, query, *args, **kwargs))


def _answer(
    session: Session, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    answer = query(session, *args, **kwargs)
    if isinstance(session, ReadingSession):
        session.refuse_unsaved()
    return answer


def _flushed(session: Session, action: Callable[[Session], T]) -> T:
    result = action(session)
    session.flush()
    refuse_failed(session)
    return result
