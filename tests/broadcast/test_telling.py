"""What one process commits is heard by the others, for as long as they can be reached, and afterwards."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from comments.broadcast.messages import MOST_CHANGES
from comments.outbox import Enqueued
from comments.threads.events import ThreadChanged
from tests.broadcast.processes import Process, two_processes, until
from tests.support.databases import PostgresqlDatabases

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]

TASK = Enqueued("mail", datetime(2026, 11, 24, 12, tzinfo=UTC))


def change(version: int) -> ThreadChanged:
    return ThreadChanged(UUID(int=1), UUID(int=2), version)


def end_all_who_listen(session: Session) -> None:
    session.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
    )


@pytest.fixture
async def two(postgresql_databases: PostgresqlDatabases) -> AsyncIterator[tuple[Process, Process]]:
    async with two_processes(postgresql_databases) as both:
        yield both


async def test_what_one_commits_the_other_hears(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.commits(change(2), "for this process alone", TASK)
    await other.commits(change(3))

    await until(lambda: change(2) in other.received and change(3) in one.received)

    assert other.received.count(change(2)) == one.received.count(change(2)) == 1, (
        "not what one has said oneself"
    )
    assert TASK in other.received
    assert "for this process alone" not in other.received


async def test_many_changes_at_once_make_the_others_look(two: tuple[Process, Process]) -> None:
    one, other = two
    looks = other.looks
    await one.commits(*map(change, range(MOST_CHANGES + 1)))

    await until(lambda: other.looks > looks)

    assert other.received == []


async def test_who_was_cut_off_looks_and_hears_again(two: tuple[Process, Process]) -> None:
    one, other = two
    looks = other.looks
    await one.db.write(end_all_who_listen)
    await until(lambda: other.looks > looks)

    await one.commits(change(4))

    await until(lambda: change(4) in other.received)
