"""Processes of one service, in one: each with a database opened for itself, and with what it hears."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from comments.broadcast import BroadcastChannel, Peers
from comments.storage import Database, announce, open_database
from tests.support.databases import PostgresqlDatabases

PATIENCE_SECONDS = 20.0


@dataclass
class Process:
    db: Database
    peers: Peers
    received: list[object] = field(default_factory=list)
    looks: int = 0

    def look(self) -> None:
        self.looks += 1

    async def commits(self, *changes: object) -> None:
        await self.db.write(announcing, changes)

    async def hears_all(self) -> None:
        await until(self.peers.calm)


def announcing(session: Session, changes: Sequence[object]) -> None:
    for change in changes:
        announce(session, change)


@asynccontextmanager
async def process_on(
    url: str, channels: Callable[[Database], Sequence[BroadcastChannel | None]]
) -> AsyncIterator[Process]:
    db = await open_database(url)
    process = Process(db, Peers(db, [channel for channel in channels(db) if channel is not None]))
    # Subscribed first, as in a service: it hears its own commits, and then others hear of them.
    db.subscribe(process.received.extend)
    running = asyncio.create_task(process.peers.run(process.look))
    try:
        yield process
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await process.peers.close()
        await db.close()


@asynccontextmanager
async def two_processes(databases: PostgresqlDatabases) -> AsyncIterator[tuple[Process, Process]]:
    """Give two that hear each other by PostgreSQL alone."""
    url = databases.create(migrated=True)
    async with (
        process_on(url, lambda db: [db.channel(url)]) as one,
        process_on(url, lambda db: [db.channel(url)]) as other,
    ):
        await one.hears_all()
        await other.hears_all()
        yield one, other
    databases.drop(url)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110  # what is waited for knows nothing of events
            await asyncio.sleep(0.005)
