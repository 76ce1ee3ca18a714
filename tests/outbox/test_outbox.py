"""What is put into the outbox is done after the commit: once, again if it fails, and never for ever."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.background.maintenance import tidy
from comments.clock import FixedClock
from comments.outbox import Delivery, Handler, Later, Task, Undeliverable, enqueue
from comments.outbox.actions import LONGEST_PAUSE, MOST_ATTEMPTS, revive, take_up
from comments.outbox.models import Outbox
from comments.outbox.queries import counts, failures, next_due
from comments.outbox.worker import CLAIM_MARGIN
from comments.sites.actions import add_site, remove_site
from comments.storage import Database, open_database
from tests.outbox.tasks import LIMIT, Done, put, rows, the_row
from tests.support.plans import analyse, plans_of

pytestmark = pytest.mark.anyio

MOMENT = timedelta(seconds=1)


async def test_a_task_is_done_once(db: Database, clock: FixedClock) -> None:
    done = Done()
    delivery = done.delivery(db, clock)
    await put(db, clock)

    assert await delivery.deliver_due() == 1
    assert await delivery.deliver_due() == 0

    assert done.payloads == [{"number": 1}]
    assert (await the_row(db)).state == "delivered"


async def test_a_task_is_stored_with_what_it_is_about_or_not_at_all(db: Database, clock: FixedClock) -> None:
    def fails(session: Session) -> None:
        enqueue(session, "test", None, {}, due=clock.now())
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(fails)

    assert await db.read(rows) == []


async def test_a_task_waits_until_it_is_due(db: Database, clock: FixedClock) -> None:
    done = Done()
    delivery = done.delivery(db, clock)
    await db.write(enqueue, "test", None, {}, due=clock.now() + MOMENT)
    assert await delivery.deliver_due() == 0

    clock.advance(MOMENT)

    assert await delivery.deliver_due() == 1


async def test_a_kind_that_nobody_here_does_stays_for_who_does_it(db: Database, clock: FixedClock) -> None:
    await put(db, clock, kind="of a later release")

    assert await Done().delivery(db, clock).deliver_due() == 0

    assert (await the_row(db)).attempts == 0


async def test_what_fails_is_tried_again_after_longer_and_longer_pauses(
    db: Database, clock: FixedClock
) -> None:
    done = Done(*[ConnectionError("nobody there")] * (MOST_ATTEMPTS - 1))
    delivery = done.delivery(db, clock)
    await put(db, clock)
    pauses = []

    for _ in range(MOST_ATTEMPTS - 1):
        assert await delivery.deliver_due() == 1
        row = await the_row(db)
        assert row.last_error == "ConnectionError: nobody there"
        pauses.append(row.due_at - clock.now())
        clock.advance(pauses[-1] - MOMENT)
        assert await delivery.deliver_due() == 0
        clock.advance(MOMENT)
    await delivery.deliver_due()

    assert timedelta(seconds=10) < pauses[0] < timedelta(seconds=20)
    # Some of a pause differs from task to task; four times as long is more than that.
    assert all(later > earlier for earlier, later in pairwise(pauses[:6]))
    # 23.7 hours, and a fifth less for some tasks.
    assert sum(pauses, timedelta()) > timedelta(hours=18)
    row = await the_row(db)
    assert (row.state, row.last_error) == ("delivered", "")


async def test_what_fails_every_time_becomes_a_dead_letter_with_its_reason(
    db: Database, clock: FixedClock
) -> None:
    seen: list[tuple[str, str]] = []
    done = Done(*[ConnectionError("nobody there")] * 99)
    delivery = done.delivery(db, clock, observe=lambda kind, outcome: seen.append((kind, outcome)))
    await put(db, clock)

    for _ in range(MOST_ATTEMPTS + 3):
        await delivery.deliver_due()
        clock.advance(2 * LONGEST_PAUSE)

    assert len(done.payloads) == MOST_ATTEMPTS
    assert seen == [("test", "failed")] * (MOST_ATTEMPTS - 1) + [("test", "dead")]
    assert await db.read(counts) == {("dead", "test"): 1}
    (failure,) = await db.read(failures)
    assert (failure.state, failure.last_error) == ("dead", "ConnectionError: nobody there")


async def test_what_can_never_be_done_is_not_tried_again(db: Database, clock: FixedClock) -> None:
    done = Done(Undeliverable("there is no such address"))
    delivery = done.delivery(db, clock)
    await put(db, clock)

    await delivery.deliver_due()

    row = await the_row(db)
    assert (row.state, row.attempts, row.last_error) == ("dead", 1, "there is no such address")


async def test_a_dead_letter_can_be_revived(db: Database, clock: FixedClock) -> None:
    done = Done(Undeliverable("the password is wrong"))
    delivery = done.delivery(db, clock)
    await put(db, clock)
    await delivery.deliver_due()

    assert await db.write(revive, [(await the_row(db)).id], None, at=clock.now()) == 1

    assert await delivery.deliver_due() == 1
    assert (await the_row(db)).state == "delivered"


async def test_what_is_put_off_waits_and_that_was_no_attempt(db: Database, clock: FixedClock) -> None:
    done = Done(Later(clock.now() + timedelta(hours=1)))
    delivery = done.delivery(db, clock)
    await put(db, clock, key="once")

    assert await delivery.deliver_due() == 1
    assert await delivery.deliver_due() == 0
    assert (await the_row(db)).attempts == 0
    clock.advance(timedelta(hours=1))

    assert await delivery.deliver_due() == 1


async def test_of_tasks_with_one_key_one_waits(db: Database, clock: FixedClock) -> None:
    done = Done()
    await put(db, clock, 1, key="digest")
    await put(db, clock, 2, key="digest")
    await put(db, clock, 3, key="another")
    await put(db, clock, 4)
    await put(db, clock, 5)

    await done.delivery(db, clock).deliver_due()

    assert sorted(payload["number"] for payload in done.payloads) == [1, 3, 4, 5]


async def test_a_task_that_is_being_done_does_not_keep_the_next_one_out(
    db: Database, clock: FixedClock
) -> None:
    async def do(task: Task) -> None:
        seen.append(task.payload["number"])
        if len(seen) == 1:
            await put(db, clock, 2, key="digest")

    seen: list[int] = []
    await put(db, clock, 1, key="digest")

    await Delivery(db, clock, {"test": Handler(do, "tests")}).deliver_due()

    assert seen == [1, 2]


async def test_one_that_failed_carries_on_in_the_next_one_with_its_key(
    db: Database, clock: FixedClock
) -> None:
    async def do(task: Task) -> None:
        await put(db, clock, 2, key="digest")
        raise ConnectionError("nobody there")

    await put(db, clock, 1, key="digest")

    await Delivery(db, clock, {"test": Handler(do, "tests")}).deliver_due()

    row = await the_row(db)
    assert (row.payload, row.attempts, row.state) == ('{"number":2}', 1, "waiting")
    assert row.last_error == "ConnectionError: nobody there"


async def test_a_handler_that_takes_too_long_is_stopped_and_tried_again(
    db: Database, clock: FixedClock
) -> None:
    async def hangs(task: Task) -> None:
        await asyncio.sleep(60)

    await put(db, clock)

    await Delivery(db, clock, {"test": Handler(hangs, "tests", timedelta(seconds=0.1))}).deliver_due()

    row = await the_row(db)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.last_error == "No answer within 0 seconds."


async def test_a_claim_ends_by_time_and_then_another_does_the_task(db: Database, clock: FixedClock) -> None:
    await put(db, clock)
    await db.write(take_up, {"test": LIMIT + CLAIM_MARGIN}, 1, by=UUID(int=1), at=clock.now())
    done = Done()
    delivery = done.delivery(db, clock)

    clock.advance(LIMIT + CLAIM_MARGIN - MOMENT)
    assert await delivery.deliver_due() == 0
    clock.advance(MOMENT)
    assert await delivery.deliver_due() == 1

    assert (await the_row(db)).attempts == 2


async def test_who_has_lost_a_claim_changes_nothing_any_more(db: Database, clock: FixedClock) -> None:
    async def slow(task: Task) -> None:
        clock.advance(LIMIT + CLAIM_MARGIN)
        assert await done.delivery(db, clock).deliver_due() == 1
        raise ConnectionError("too late")

    done = Done()
    await put(db, clock)

    await Delivery(db, clock, {"test": Handler(slow, "tests", LIMIT)}).deliver_due()

    row = await the_row(db)
    assert (row.state, row.last_error) == ("delivered", "")


async def test_a_task_that_ends_its_process_every_time_is_given_up(db: Database, clock: FixedClock) -> None:
    await put(db, clock)
    for _ in range(MOST_ATTEMPTS):
        assert await db.write(take_up, {"test": LIMIT}, 1, by=UUID(int=1), at=clock.now())
        clock.advance(LIMIT)

    assert await Done().delivery(db, clock).deliver_due() == 0

    row = await the_row(db)
    assert (row.state, row.last_error) == ("dead", "No attempt came to an end.")


async def test_two_who_deliver_at_once_do_each_task_once(database_url: str, clock: FixedClock) -> None:
    first, second = await open_database(database_url), await open_database(database_url)
    seen: list[int] = []

    async def do(task: Task) -> None:
        await asyncio.sleep(0)
        seen.append(task.payload["number"])

    def put_all(session: Session) -> None:
        for number in range(100):
            enqueue(session, "test", None, {"number": number}, due=clock.now())

    try:
        await first.write(put_all)
        workers = [Delivery(db, clock, {"test": Handler(do, "tests")}) for db in (first, second)]
        done = await asyncio.gather(*(worker.deliver_due() for worker in workers))
    finally:
        await first.close()
        await second.close()

    assert sorted(seen) == list(range(100))
    assert sum(done) == 100


async def test_what_has_ended_is_forgotten_after_some_days(db: Database, clock: FixedClock) -> None:
    done = Done(None, Undeliverable("never"))
    await put(db, clock, 1)
    await put(db, clock, 2)
    await done.delivery(db, clock).deliver_due()
    await put(db, clock, 3)

    clock.advance(timedelta(days=7) + MOMENT)
    assert (await tidy(db, clock.now())).deliveries == 1
    assert sorted(row.state for row in await db.read(rows)) == ["dead", "waiting"]

    clock.advance(timedelta(days=23))
    await tidy(db, clock.now())
    assert [row.state for row in await db.read(rows)] == ["waiting"]


async def test_a_sites_tasks_go_with_it(db: Database, clock: FixedClock) -> None:
    def fill(session: Session) -> None:
        site = add_site(session, "blog", ["https://blog.example"], at=clock.now())
        session.flush()
        enqueue(session, "test", site.id, {}, due=clock.now())

    await db.write(fill)

    await db.write(remove_site, "blog")

    assert await db.read(rows) == []


@pytest.mark.slow
async def test_what_is_due_is_found_by_its_index(db: Database, clock: FixedClock) -> None:
    def fill(session: Session) -> None:
        for number in range(6_000):
            enqueue(session, "test", None, {"number": number}, due=clock.now())
        session.execute(update(Outbox).values(state="delivered", ended_at=clock.now()))
        for number in range(20):
            enqueue(session, "test", None, {"number": number}, due=clock.now())
        analyse(session)

    def ask(session: Session) -> None:
        next_due(session, ["test"])
        take_up(session, {"test": LIMIT}, 4, by=UUID(int=1), at=clock.now())

    await db.write(fill)
    plans = await db.write(plans_of, ask)

    assert all("ix_outbox_due" in plan for sql, plan in plans.items() if sql.startswith("SELECT")), plans
