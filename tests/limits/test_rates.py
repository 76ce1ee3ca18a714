"""How often is too often: in one process, and in several that tell each other."""

import asyncio

import pytest

from comments.keys import Keyring
from comments.limits import Limits, Rate, rates, share
from comments.limits.rates import Limits as Counts
from tests.broadcast.processes import Process, two_processes, until
from tests.support.databases import PostgresqlDatabases

ADDRESS = "203.0.113.7"


class Ticking:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Ticking:
    return Ticking()


def named(now: Ticking) -> Counts:
    limits = Limits(now=now)
    limits.share(lambda name: f"<{name}>")
    return limits


def test_what_is_over_its_rate_waits_until_the_window_ends(now: Ticking) -> None:
    limits = Limits(now=now)
    assert [limits.hit(Rate.THREAD, "a") for _ in range(29)] == [0] * 29
    assert limits.full(Rate.THREAD, "a") == 0
    now.seconds += 20.5

    assert limits.hit(Rate.THREAD, "a") == 0
    assert limits.full(Rate.THREAD, "a") == limits.hit(Rate.THREAD, "a") == 40
    assert limits.hit(Rate.THREAD, "b") == limits.hit(Rate.SITE, "a") == 0, "each has a count of its own"

    now.seconds += 40
    assert limits.full(Rate.THREAD, "a") == limits.hit(Rate.THREAD, "a") == 0


def test_of_two_windows_the_one_that_ends_last_is_waited_for(now: Ticking) -> None:
    limits = Limits(now=now)
    for _ in range(10):
        for _ in range(6):
            limits.hit(Rate.AUTHOR, "ann")
        now.seconds += 60

    assert limits.hit(Rate.AUTHOR, "ann") == 3_000


def test_switched_off_nothing_is_too_often(now: Ticking) -> None:
    limits = Limits(on=False, now=now)

    assert {limits.hit(Rate.TRY, "a") for _ in range(50)} == {limits.full(Rate.TRY, "a")} == {0}


def test_what_others_counted_counts_here_and_ends_with_their_window(now: Ticking) -> None:
    here, there = named(now), named(now)
    for _ in range(9):
        there.hit(Rate.TRY, "a")
    now.seconds += 600
    here.add(there.unsent(100))

    assert there.unsent(100) == []
    assert [here.hit(Rate.TRY, "a"), here.hit(Rate.TRY, "a")] == [0, 3_000]
    assert [count.number for count in here.unsent(100)] == [1], "nobody has to hear of what was refused"

    now.seconds += 3_000
    assert here.hit(Rate.TRY, "a") == 0


def test_what_is_counted_at_once_stays_bounded(now: Ticking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_WINDOWS", 10)
    limits = named(now)
    for number in range(100):
        limits.hit(Rate.THREAD, str(number))
        assert len(limits._windows) <= 11 >= len(limits._by_slot)
    for _ in range(29):
        limits.hit(Rate.THREAD, "99")

    assert limits.hit(Rate.THREAD, "99") > 0, "the youngest stay"


@pytest.mark.anyio
@pytest.mark.postgresql
async def test_processes_count_together(postgresql_databases: PostgresqlDatabases) -> None:
    async with two_processes(postgresql_databases) as two:
        await count_together(two)


async def count_together(two: tuple[Process, Process]) -> None:
    keys = Keyring("a secret for tests only, long enough")
    counts = {process.peers: Limits() for process in two}
    sharing = [
        asyncio.create_task(share(counts[process.peers], keys, process.db, process.peers.say))
        for process in two
    ]
    await asyncio.sleep(0)
    here, there = counts.values()
    for _ in range(6):
        assert here.hit(Rate.TRY, ADDRESS) == 0
    for _ in range(4):
        assert there.hit(Rate.TRY, ADDRESS) == 0

    await until(lambda: bool(here.full(Rate.TRY, ADDRESS) and there.full(Rate.TRY, ADDRESS)))
    assert here.hit(Rate.TRY, ADDRESS) > 0
    said = [str(change) for process in two for change in process.received]
    assert said
    assert not any(ADDRESS in words for words in said)

    for task in sharing:
        task.cancel()
    await asyncio.gather(*sharing, return_exceptions=True)
