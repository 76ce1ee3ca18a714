"""A delivery that runs: woken at once, or by its next look, and stopped with care."""

import asyncio

import pytest

from comments.clock import SystemClock
from comments.outbox import Delivery, Handler, Task, enqueue
from comments.storage import Database, open_database
from tests.outbox.tasks import Done, running, the_row, until

pytestmark = pytest.mark.anyio


async def test_who_runs_is_woken_by_a_commit_of_its_own_process(db: Database) -> None:
    done, clock = Done(), SystemClock()
    delivery = Delivery(db, clock, {"test": Handler(done.do, "tests")})

    async def work() -> None:
        await asyncio.sleep(0.05)
        await db.write(enqueue, "test", None, {}, due=clock.now())
        # Sooner than the next look, which is after two seconds.
        await until(lambda: done.payloads == [{}], seconds=1.0)

    await running(delivery, work)


async def test_who_runs_finds_what_another_process_put_in(db: Database, database_url: str) -> None:
    done, clock = Done(), SystemClock()
    delivery = Delivery(db, clock, {"test": Handler(done.do, "tests")})
    other = await open_database(database_url)

    async def work() -> None:
        await asyncio.sleep(0.05)
        await other.write(enqueue, "test", None, {}, due=clock.now())
        await until(lambda: done.payloads == [{}])

    try:
        await running(delivery, work)
    finally:
        await other.close()


async def test_a_slow_lane_holds_up_only_its_like(db: Database) -> None:
    done, clock, let_go = Done(), SystemClock(), asyncio.Event()

    async def hangs(task: Task) -> None:
        await let_go.wait()

    handlers = {"slow": Handler(hangs, "slow"), "test": Handler(done.do, "tests")}

    async def work() -> None:
        for number in range(9):
            await db.write(enqueue, "slow", None, {"number": number}, due=clock.now())
        await db.write(enqueue, "test", None, {}, due=clock.now())
        await until(lambda: done.payloads == [{}], seconds=1.0)
        let_go.set()

    await running(Delivery(db, clock, handlers), work)


async def test_a_stop_lets_what_is_being_done_come_to_its_end(db: Database) -> None:
    clock, begun = SystemClock(), asyncio.Event()

    async def takes_a_moment(task: Task) -> None:
        begun.set()
        await asyncio.sleep(0.1)

    async def work() -> None:
        await db.write(enqueue, "test", None, {}, due=clock.now())
        await begun.wait()

    await running(Delivery(db, clock, {"test": Handler(takes_a_moment, "tests")}), work)

    assert (await the_row(db)).state == "delivered"
