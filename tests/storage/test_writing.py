"""Writes: together, apart, failing, cancelled, announced."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from comments.errors import Conflict, Unavailable
from comments.storage import Database, open_database
from tests.storage.tables import Counter, Note, add_and_fail, add_note, bodies, increment_by_reading, value_of


async def test_what_is_written_at_the_same_time_is_all_kept_and_counted(db: Database) -> None:
    wanted = {f"note {number}" for number in range(60)}

    await asyncio.gather(*(db.write(add_note, body) for body in wanted))

    assert await db.read(bodies) == wanted
    assert await db.read(value_of, "a") == 60


async def test_no_update_is_lost(db: Database) -> None:
    async def forty_times() -> None:
        for _ in range(40):
            await db.write(increment_by_reading, "b")

    await asyncio.gather(*(forty_times() for _ in range(8)))

    assert await db.read(value_of, "b") == 320


async def test_a_write_that_fails_leaves_nothing_and_does_not_touch_its_neighbours(db: Database) -> None:
    writes = [db.write(add_and_fail if number % 7 == 3 else add_note, str(number)) for number in range(50)]

    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    failed = {str(number) for number in range(50) if number % 7 == 3}
    assert {str(error) for error in outcomes if isinstance(error, BaseException)} == failed
    assert await db.read(bodies) == {str(number) for number in range(50)} - failed
    assert await db.read(value_of, "a") == 50 - len(failed)


async def test_a_flush_that_fails_does_not_touch_its_neighbours(db: Database) -> None:
    taken = await db.write(add_note, "first")

    def add_again(session: Session) -> None:
        session.add(Note(id=taken, body="second"))

    outcomes = await asyncio.gather(
        db.write(add_note, "before"), db.write(add_again), db.write(add_note, "after"), return_exceptions=True
    )

    assert isinstance(outcomes[1], IntegrityError)
    assert await db.read(bodies) == {"first", "before", "after"}


async def test_an_action_can_try_a_statement_and_go_on_without_it(db: Database) -> None:
    def add_unless_there(session: Session) -> None:
        try:
            with session.begin_nested():
                session.add(Counter(name="a", value=99))
        except IntegrityError:
            session.add(Counter(name="c", value=1))

    await asyncio.gather(db.write(add_note, "neighbour"), db.write(add_unless_there))

    assert await db.read(value_of, "a") == 1
    assert await db.read(value_of, "c") == 1


async def test_our_own_exceptions_reach_the_caller_as_they_are(db: Database) -> None:
    def refuse(session: Session) -> None:
        raise Conflict("too late", by="somebody")

    with pytest.raises(Conflict, match="too late") as refusal:
        await db.write(refuse)

    assert refusal.value.facts == {"by": "somebody"}


async def test_an_exception_that_a_future_cannot_hold_still_reaches_the_caller(db: Database) -> None:
    def take_from_nothing(session: Session) -> object:
        return next(iter(()))

    outcomes = await asyncio.gather(
        db.write(take_from_nothing), db.write(add_note, "neighbour"), return_exceptions=True
    )

    assert isinstance(outcomes[0], RuntimeError)
    assert await db.read(bodies) == {"neighbour"}


async def test_a_row_can_be_used_after_its_write_and_after_its_read(db: Database) -> None:
    def add(session: Session) -> Counter:
        counter = Counter(name="z", value=7)
        session.add(counter)
        return counter

    def find(session: Session) -> Counter:
        return session.scalars(select(Counter).where(Counter.name == "z")).one()

    written, found = await db.write(add), await db.read(find)

    assert (written.name, written.value) == (found.name, found.value) == ("z", 7)


async def test_a_cancelled_caller_leaves_a_whole_write_or_none(db: Database) -> None:
    tasks = [asyncio.create_task(db.write(add_note, str(number))) for number in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    await db.write(add_note, "last")

    stored = await db.read(bodies)
    assert {str(number) for number in range(1, 40, 2)} <= stored
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes[::2])
    assert await db.read(value_of, "a") == len(stored)


async def test_subscribers_hear_what_was_stored_and_nothing_else_before_the_writer_does(db: Database) -> None:
    heard: list[object] = []

    def subscriber(changes: Sequence[object]) -> None:
        heard.extend(changes)

    async def write_and_look(body: str) -> bool:
        await db.write(add_note, body)
        return body in heard

    db.subscribe(subscriber)
    outcomes = await asyncio.gather(
        write_and_look("one"), db.write(add_and_fail, "two"), write_and_look("three"), return_exceptions=True
    )

    assert (outcomes[0], outcomes[2]) == (True, True)
    assert sorted(map(str, heard)) == ["one", "three"]


async def test_a_subscriber_that_fails_takes_nobody_along(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[object] = []

    def failing(changes: Sequence[object]) -> None:
        raise RuntimeError("not my day")

    db.subscribe(failing)
    db.subscribe(heard.extend)
    await db.write(add_note, "kept")

    assert heard == ["kept"]
    assert await db.read(bodies) == {"kept"}
    assert "not my day" in caplog.text


async def test_closing_finishes_what_was_asked_for_and_refuses_more(
    unmigrated_url: str, db: Database
) -> None:
    second = await open_database(unmigrated_url)
    writes = [asyncio.create_task(second.write(add_note, str(number))) for number in range(30)]
    await asyncio.sleep(0)
    await second.close()

    ids = await asyncio.gather(*writes)

    assert all(isinstance(one, UUID) for one in ids)
    assert len(await db.read(bodies)) == 30
    with pytest.raises(Unavailable):
        await second.write(add_note, "too late")
