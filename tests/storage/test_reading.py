"""Reads and scans: one snapshot, no writing; and how one process hears of another."""

import asyncio
import threading

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from comments.storage import Database, WritingWhileReading, open_database
from tests.storage.tables import Counter, add_note, bodies, value_of


def insert_row(session: Session) -> None:
    session.execute(insert(Counter).values(name="x", value=1))


def add_object(session: Session) -> None:
    session.add(Counter(name="x", value=1))


def change_object(session: Session) -> None:
    session.scalars(select(Counter)).first().value = 9  # type: ignore[union-attr]


def drop_table(session: Session) -> None:
    session.execute(text("DROP TABLE notes"))


@pytest.mark.parametrize("writing", [insert_row, add_object, change_object, drop_table])
@pytest.mark.parametrize("how", ["read", "scan"])
async def test_a_query_cannot_write(db: Database, how: str, writing: object) -> None:
    run = db.read if how == "read" else db.scan

    with pytest.raises(WritingWhileReading):
        await run(writing)  # type: ignore[arg-type]

    assert await db.read(value_of, "a") == 0
    assert await db.scan(bodies) == set()


async def test_a_query_sees_one_moment(unmigrated_url: str, db: Database) -> None:
    first_look, written = threading.Event(), threading.Event()

    def look_twice(session: Session) -> tuple[int, int]:
        before = value_of(session, "a")
        first_look.set()
        assert written.wait(10)
        return before, value_of(session, "a")

    looking = asyncio.create_task(db.scan(look_twice))
    await asyncio.to_thread(first_look.wait, 10)
    await db.write(add_note, "meanwhile")
    written.set()

    assert await looking == (0, 0)
    assert await db.read(value_of, "a") == 1


async def test_a_scan_is_not_on_the_event_loop(db: Database) -> None:
    assert await db.scan(lambda session: threading.current_thread()) is not threading.main_thread()


async def test_a_query_that_fails_leaves_the_next_one_alone(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await db.read(lambda session: 1 // 0)

    assert await db.read(value_of, "a") == 0


async def test_what_one_query_loaded_is_not_there_for_the_next(db: Database) -> None:
    def counter(session: Session) -> Counter:
        return session.get_one(Counter, "a")

    first = await db.read(counter)
    await db.write(change_object)

    assert (await db.read(counter)).value == 9
    assert first.value == 0


async def test_the_commit_of_another_process_is_noticed(unmigrated_url: str, db: Database) -> None:
    noticed = asyncio.Event()

    async def changed() -> None:
        noticed.set()

    other = await open_database(unmigrated_url)
    watching = asyncio.create_task(db.watch(changed, interval=0.01))
    await asyncio.sleep(0)
    await other.write(add_note, "from elsewhere")

    await asyncio.wait_for(noticed.wait(), 5)
    assert await db.read(bodies) == {"from elsewhere"}
    watching.cancel()
    await other.close()


async def test_a_look_that_fails_is_repeated(
    unmigrated_url: str, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[str] = []
    noticed = asyncio.Event()

    async def changed() -> None:
        looks.append("look")
        if len(looks) == 1:
            raise RuntimeError("not now")
        noticed.set()

    watching = asyncio.create_task(db.watch(changed, interval=0.01))
    await asyncio.sleep(0)
    await db.write(add_note, "something")

    await asyncio.wait_for(noticed.wait(), 5)
    watching.cancel()
    assert "not now" in caplog.text


async def test_nothing_is_noticed_while_nothing_happens(on_sqlite: Database) -> None:
    noticed = 0

    async def changed() -> None:
        nonlocal noticed
        noticed += 1

    watching = asyncio.create_task(on_sqlite.watch(changed, interval=0.001))
    for _ in range(20):
        await on_sqlite.read(value_of, "a")
        await asyncio.sleep(0.001)
    watching.cancel()

    assert noticed == 0


def noted_before(session: Session) -> bool:
    """Say whether this was asked in the same session before."""
    known: set[str] = session.info.setdefault("tests.noted", set())
    is_known = "asked" in known
    known.add("asked")
    session.execute(select(Counter)).all()
    return is_known


async def test_what_is_noted_in_a_session_ends_with_it(db: Database) -> None:
    for run in (db.read, db.scan, db.write):
        assert [await run(noted_before), await run(noted_before)] == [False, False]
