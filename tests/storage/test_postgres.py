"""What only PostgreSQL does: refuse and be asked again, lock rows, end connections."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from comments.storage import (
    Database,
    StorageBusy,
    StorageFull,
    StorageUnreachable,
    StorageUnwritable,
    open_database,
)
from comments.storage.postgres import errors as postgres_errors
from tests.storage.tables import Counter, add_note, bodies, end_connections_at_commit, value_of

pytestmark = pytest.mark.postgresql


def failing_at_first(times: int, statement: str) -> Callable[[Session, str], int]:
    """Return an action that adds a note, and at its first runs fails by `statement`; it returns the runs."""
    runs = 0

    def action(session: Session, body: str) -> int:
        nonlocal runs
        runs += 1
        add_note(session, body)
        session.flush()
        if runs <= times:
            session.execute(text(statement))
        return runs

    return action


def raising(state: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"


END_MY_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize(
    ("statement", "times"),
    [(raising("40001"), 3), (raising("40P01"), 3), (raising("23505"), 2), (END_MY_CONNECTION, 1)],
)
async def test_a_write_runs_again_after_what_may_pass(
    on_postgres: Database, statement: str, times: int
) -> None:
    heard: list[object] = []
    on_postgres.subscribe(heard.extend)

    assert await on_postgres.write(failing_at_first(times, statement), "kept") == times + 1

    assert await on_postgres.read(value_of, "a") == 1
    assert heard == ["kept"]


async def test_it_does_not_run_for_ever_and_says_why(
    on_postgres: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StorageBusy):
        await on_postgres.write(failing_at_first(4, raising("40001")), "never")
    with pytest.raises(IntegrityError):
        await on_postgres.write(failing_at_first(3, raising("23505")), "never")
    with pytest.raises(StorageUnreachable):
        await on_postgres.write(failing_at_first(2, END_MY_CONNECTION), "never")

    assert "does not answer: AdminShutdown: terminating connection" in caplog.text
    assert await on_postgres.read(bodies) == set()


async def test_a_connection_lost_at_the_commit_is_not_tried_again(on_postgres: Database) -> None:
    """Nobody knows then whether it was stored, and a second run could store it twice."""

    await on_postgres.write(end_connections_at_commit)
    runs: list[str] = []

    def add(session: Session) -> None:
        runs.append("run")
        add_note(session, "lost")

    with pytest.raises(StorageUnreachable, match="may have been stored"):
        await on_postgres.write(add)

    assert runs == ["run"]


@pytest.mark.parametrize(
    ("state", "refusal"),
    [("53100", StorageFull), ("25006", StorageUnwritable), ("57P03", StorageUnreachable)],
)
async def test_what_the_server_cannot_do_now_is_told_in_our_words(
    on_postgres: Database, state: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await on_postgres.write(failing_at_first(1, raising(state)), "in vain")

    assert await on_postgres.read(bodies) == set()


async def test_each_database_says_why_it_does_not_answer_and_not_to_each_who_asks(
    on_postgres: Database,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(postgres_errors, "SILENT_SECONDS", 60)
    another = await open_database(postgres_url)
    for database in (on_postgres, on_postgres, another, another):
        with pytest.raises(StorageUnreachable):
            await database.write(failing_at_first(1, raising("57P03")), "in vain")
    await another.close()

    assert caplog.text.count("PostgreSQL does not answer") == 2


async def test_writers_that_create_the_same_row_all_find_it(on_postgres: Database) -> None:
    def find_or_create(session: Session, value: int) -> int:
        counter = session.scalars(select(Counter).where(Counter.name == "new")).one_or_none()
        if counter is None:
            session.execute(text("SELECT pg_sleep(0.02)"))
            counter = Counter(name="new", value=value)
            session.add(counter)
        return counter.value

    found = await asyncio.gather(*(on_postgres.write(find_or_create, value) for value in range(20)))

    assert len(set(found)) == 1


async def test_a_deadlock_ends_with_both_written(on_postgres: Database) -> None:
    def increment_both(session: Session, first: str, second: str) -> None:
        session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        for name in (first, second):
            session.execute(update(Counter).where(Counter.name == name).values(value=Counter.value + 1))
            session.execute(text("SELECT pg_sleep(0.1)"))

    await asyncio.gather(
        on_postgres.write(increment_both, "a", "b"), on_postgres.write(increment_both, "b", "a")
    )

    assert await on_postgres.read(value_of, "a") == await on_postgres.read(value_of, "b") == 2


async def test_a_lock_held_too_long_is_reported_as_busy(on_postgres: Database) -> None:
    def lock(session: Session, timeout: str, hold: float) -> None:
        session.execute(text(f"SET LOCAL lock_timeout = '{timeout}'"))
        session.execute(select(Counter).where(Counter.name == "a").with_for_update())
        session.execute(text("SELECT pg_sleep(:hold)"), {"hold": hold})

    holding = asyncio.create_task(on_postgres.write(lock, "5s", 0.5))
    await asyncio.sleep(0.1)

    with pytest.raises(StorageBusy):
        await on_postgres.write(lock, "20ms", 0)

    await holding


@pytest.mark.parametrize("how", ["read", "scan"])
async def test_a_query_that_takes_too_long_is_ended(on_postgres: Database, how: str) -> None:
    def sleep(session: Session) -> None:
        session.execute(text("SET LOCAL statement_timeout = '20ms'"))
        session.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(StorageBusy):
        await (on_postgres.read if how == "read" else on_postgres.scan)(sleep)


async def test_reads_end_after_five_seconds_scans_after_two_minutes_and_none_is_compiled(
    on_postgres: Database,
) -> None:
    def limits(session: Session) -> tuple[str, str]:
        shown = [session.execute(text(f"SHOW {name}")).scalar_one() for name in ("statement_timeout", "jit")]
        return shown[0], shown[1]

    assert await on_postgres.read(limits) == ("5s", "off")
    assert await on_postgres.scan(limits) == ("2min", "off")


@pytest.mark.parametrize("how", ["read", "scan", "write"])
async def test_connections_that_the_server_has_closed_are_not_noticed(
    on_postgres: Database, postgres_url: str, how: str
) -> None:
    other = await open_database(postgres_url)
    run = getattr(on_postgres, how)
    await asyncio.gather(*(run(value_of, "a") for _ in range(5)))
    end_the_others = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    await other.write(lambda session: session.execute(text(end_the_others)))

    assert await asyncio.gather(*(run(value_of, "a") for _ in range(5))) == [0] * 5
    await other.close()


async def test_more_writers_than_connections_wait_for_their_turn(
    postgres_url: str, on_postgres: Database
) -> None:
    narrow = await open_database(postgres_url, pool_size=2)

    await asyncio.gather(*(narrow.write(add_note, str(number)) for number in range(50)))

    assert len(await on_postgres.read(bodies)) == 50
    await narrow.close()


async def test_a_server_that_is_not_there_is_named_without_the_password(postgres_url: str) -> None:
    nowhere = f"postgresql://somebody:{uuid4().hex}@127.0.0.1:9/nothing"

    with pytest.raises(StorageUnreachable, match="Connection refused") as refusal:
        await open_database(nowhere)

    assert nowhere.split(":")[2].split("@")[0] not in str(refusal.value)


async def test_a_database_that_is_not_there_is_named(postgres_url: str) -> None:
    with pytest.raises(StorageUnreachable, match="does not exist"):
        await open_database(f"{postgres_url}_missing")
