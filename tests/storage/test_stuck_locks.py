"""Somebody holds a lock and does not let go, or the server does not answer: who asks is told, and soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from urllib.parse import urlsplit

import httpx2 as httpx
import psycopg
import pytest

from comments.storage import Database, StorageUnreachable, open_database
from tests.storage.tables import add_note, bodies, value_of
from tests.support.site import PAGE, SiteUnderTest

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def is_told_to_come_back(answer: httpx.Response) -> bool:
    retry_after = int(answer.headers.get("retry-after", "0"))
    return answer.status_code == 503 and answer.json()["code"] == "storage-busy" and retry_after > 0


@ON_POSTGRESQL
async def test_a_lock_never_released_ends_in_a_refusal(site: SiteUnderTest, database_url: str) -> None:
    """Five seconds are what both may take; pages that are kept are shown meanwhile."""
    await site.said()
    shown = await site.get("thread", url=PAGE["url"])
    async with await psycopg.AsyncConnection.connect(database_url) as holder:
        await holder.execute("LOCK TABLE comments IN ACCESS EXCLUSIVE MODE")
        refused = await asyncio.gather(
            site.get("thread", url=PAGE["url"], sort="oldest"), site.post("Me too", page=PAGE)
        )
        kept = await site.get("thread", url=PAGE["url"])

    assert all(map(is_told_to_come_back, refused)), [answer.text for answer in refused]
    assert kept.content == shown.content
    assert (await site.post("Me too", page=PAGE)).status_code == 201


@asynccontextmanager
async def relay(url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Give the URL by way of a relay, and what lets bytes through: cleared, the server seems frozen."""
    parts, flows = urlsplit(url), asyncio.Event()
    flows.set()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError), closing(target):
            while some := await source.read(65_536):
                await flows.wait()
                target.write(some)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(pump(reader, to_server), pump(from_server, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl(), flows
        flows.set()


async def test_a_server_that_has_fallen_silent_is_given_up(on_postgres: Database, postgres_url: str) -> None:
    """So is a pooler that has no server for us."""
    async with relay(postgres_url) as (url, flows):
        database = await open_database(url)
        assert await database.read(value_of, "a") == 0

        flows.clear()
        refused = await asyncio.gather(
            database.read(value_of, "a"), database.write(add_note, "lost"), return_exceptions=True
        )
        flows.set()

        assert [type(error) for error in refused] == [StorageUnreachable] * 2
        assert await database.read(value_of, "a") == 0
        assert await database.read(bodies) == set()
        await database.close()
