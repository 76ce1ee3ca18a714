"""Valkey as processes share it: telling by it, living without it, and being at hand when it is back."""

from collections.abc import AsyncIterator, Sequence

import pytest

from comments.broadcast import BroadcastChannel, Valkey, ValkeyAway, channels_of
from comments.config import Settings
from comments.storage import Database
from tests.broadcast.processes import Process, process_on, until
from tests.broadcast.test_telling import change
from tests.support.valkey_server import ValkeyServer

pytestmark = pytest.mark.anyio


def opened(url: str) -> Valkey:
    return Valkey(url, "comments:test")


@pytest.fixture
async def two(database_url: str, own_valkey: ValkeyServer) -> AsyncIterator[tuple[Process, Process]]:
    settings = Settings.from_environment(
        {
            "COMMENTS_DATABASE_URL": database_url,
            "COMMENTS_SECRET_KEY": "not-secret-only-for-tests-0123456789abcdef",
        }
    )

    def lines(db: Database) -> Sequence[BroadcastChannel]:
        return channels_of(settings, db, opened(own_valkey.url))

    async with process_on(database_url, lines) as one, process_on(database_url, lines) as other:
        await one.hears_all()
        await other.hears_all()
        yield one, other


async def test_what_one_commits_the_other_hears_and_goes_on_hearing_after_valkey_was_away(
    two: tuple[Process, Process], own_valkey: ValkeyServer
) -> None:
    one, other = two
    await one.commits(change(2))
    await until(lambda: change(2) in other.received)
    assert one.received == other.received == [change(2)]

    own_valkey.stop()
    await until(lambda: one.peers.channels_down == 1 == other.peers.channels_down)
    await one.commits(change(3))
    looks = other.looks
    own_valkey.start()
    await one.hears_all()
    await other.hears_all()

    assert other.looks > looks, "whatever was missed is looked for"
    await until(lambda: change(3) in other.received)
    await other.commits(change(4))
    await until(lambda: change(4) in one.received)


async def test_a_valkey_that_is_not_there_is_said_without_its_password(own_valkey: ValkeyServer) -> None:
    own_valkey.stop()
    valkey = opened(f"redis://:hunter2@127.0.0.1:{own_valkey.port}/0")

    with pytest.raises(ValkeyAway) as said:
        await valkey.send("Hello")

    await valkey.close()
    assert "hunter2" not in str(said.value)
