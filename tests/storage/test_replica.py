"""A server of the test's own, restarted while the service runs, and a streaming replica of it."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.storage import is_replica, migrate
from tests.support.postgres_cluster import Cluster
from tests.support.site import ORIGIN, running_site

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

OTHER = {"url": f"{ORIGIN}/other", "title": "Other"}
PAUSE, RESUME = "SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()"


def is_copy(session: Session) -> bool:
    return bool(session.scalar(text("SELECT pg_is_in_recovery()")))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


async def test_a_restart_is_a_moment_of_503_and_no_comment_is_missing(
    cluster: Cluster, clock: FixedClock, tmp_path: Path
) -> None:
    acknowledged: set[str] = set()
    refused: list[httpx.Response] = []
    with ExitStack() as first:
        first.enter_context(cluster.running())
        await migrate(cluster.url())
        async with running_site(cluster.url(), clock, tmp_path) as site:
            token = f"Bearer {await site.moderator()}"
            acknowledged.add((await site.said("Kept"))["id"])
            kept = await site.thread()

            async def post_for_ever() -> None:
                while True:
                    answer = await site.post(f"Number {len(acknowledged)}", page=OTHER, authorization=token)
                    if answer.status_code == 201:
                        acknowledged.add(answer.json()["comment"]["id"])
                    else:
                        refused.append(answer)
                        await asyncio.sleep(0.05)

            posting = [asyncio.create_task(post_for_ever()) for _ in range(4)]
            await until(lambda: len(acknowledged) > 20)
            await asyncio.to_thread(first.close)
            await until(lambda: len(refused) > 4)
            assert await site.thread() == kept
            before = len(acknowledged)
            with cluster.running():
                await until(lambda: len(acknowledged) > before + 20)
                for task in posting:
                    task.cancel()
                await asyncio.gather(*posting, return_exceptions=True)
                with psycopg.connect(cluster.url()) as connection:
                    stored = {str(found) for (found,) in connection.execute("SELECT id FROM comments")}

    assert acknowledged <= stored
    assert {answer.status_code for answer in refused} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)


async def test_a_replica_answers_readers_and_nobody_sees_that_it_lags(
    cluster: Cluster, clock: FixedClock, tmp_path: Path
) -> None:
    with cluster.running(), ExitStack() as copy:
        await migrate(cluster.url())
        cluster.make_copy()
        copy.enter_context(cluster.running("copy"))
        assert (is_replica(cluster.url()), is_replica(cluster.url("copy"))) == (False, True)
        settings = {"COMMENTS_DATABASE_READ_URL": cluster.url("copy")}
        async with running_site(cluster.url(), clock, tmp_path, settings=settings) as site:
            db = site.service.db
            await site.said("One")
            await until(lambda: db.replica_is_used)
            assert await db.read_copy(lambda _: True, is_copy) is True
            assert await db.read_copy(lambda _: False, is_copy) is False
            assert await site.shown() == ["<p>One</p>"]

            cluster.tell_copy(PAUSE)
            await site.said("Two")
            await site.said("Elsewhere", page=OTHER)
            assert len(await site.shown()) == 2
            assert len(await site.shown(url=OTHER["url"])) == 1
            site.service.cache.clear()
            assert len(await site.shown()) == 2
            await until(lambda: not db.replica_is_used)
            cluster.tell_copy(RESUME)
            await until(lambda: db.replica_is_used)
            assert len(await site.shown()) == 2

            await asyncio.to_thread(copy.close)
            site.service.cache.clear()
            assert len(await site.shown()) == 2
            await until(lambda: not db.replica_is_used)
            metrics = (await site.client.get("/metrics")).text
            assert "comments_replica_used 0.0" in metrics
