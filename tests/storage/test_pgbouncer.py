"""Behind PgBouncer in transaction mode: each transaction may get another connection than the one before."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx
import psycopg
import pytest

from tests.cli.test_serving import wait_for
from tests.live.test_serving import API, URL, Moderator, stream
from tests.support.databases import PostgresqlDatabases
from tests.support.in_process import InThisProcess
from tests.support.pgbouncer import pooled
from tests.support.receiver import receiver
from tests.support.site import ORIGIN

pytestmark = pytest.mark.postgresql

CARRIED = {"application_name", "client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings"}
"""What PgBouncer itself sets on a connection for whoever gets it next."""


@pytest.fixture
def pooled_url(postgresql_databases: PostgresqlDatabases) -> Iterator[str]:
    """An empty database behind PgBouncer."""
    url = postgresql_databases.create(migrated=False)
    with pooled(url) as through:
        yield through
    postgresql_databases.drop(url)


def left_behind(pooled_url: str) -> list[str]:
    """Return what the connections of the pool still know of those who had them, looking at three at once."""
    found, processes = [], set()
    with ExitStack() as stack:
        for _ in range(3):
            connection = stack.enter_context(psycopg.connect(pooled_url, prepare_threshold=None))
            processes.add(connection.info.backend_pid)
            rows = connection.execute(
                "SELECT name FROM pg_settings WHERE source = 'session'"
                " UNION ALL SELECT statement FROM pg_prepared_statements"
                " UNION ALL SELECT 'lock' FROM pg_locks"
                " WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
            )
            found += [name for (name,) in rows if name not in CARRIED]
    assert len(processes) == 3
    return found


def test_a_service_of_two_processes_does_all_its_work(pooled_url: str, tmp_path: Path) -> None:
    """No other way to the database is given: migrations come through the pooler too."""
    settings = {"COMMENTS_WEBHOOK_NETWORKS": "127.0.0.1", "COMMENTS_RATE_LIMITS": "off"}
    here = InThisProcess(tmp_path / "data", pooled_url, settings)
    moderator = Moderator(here)
    with receiver() as hook:
        here.run("webhook", "add", hook.url, "--site", "blog")
        with here.serving(workers=2) as service, stream(service) as events:
            next(events)
            said = moderator.say(service, "Hello")
            assert next(events).data["comments"][0]["id"] == said

            with httpx.Client(base_url=f"{service.base_url}{API}", headers=moderator.headers) as desk:
                order = {"page": {"url": URL}, "body": "Me too", "author": {"name": "Ana"}}
                posted = httpx.post(f"{desk.base_url}comments", json=order, headers={"origin": ORIGIN})
                waiting = posted.json()["comment"]["id"]
                decision = {"comment_ids": [waiting], "decision": "approve"}
                assert desk.post("moderation/decisions", json=decision).status_code == 200
                assert next(events).data["comments"][0]["id"] == waiting
                assert desk.put(f"comments/{waiting}/vote", json={"value": 1}).status_code == 200
                shown = desk.get("thread", params={"url": URL}).json()["comments"]

            assert {comment["id"] for comment in shown} == {said, waiting}
            wait_for(lambda: any(waiting.encode() in call.body for call in hook.requests), seconds=20)
    assert left_behind(pooled_url) == []
