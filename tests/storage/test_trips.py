"""Statements that go to PostgreSQL several at once: in their order, to the commit, and with its failures."""

from contextlib import suppress
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from comments.storage import Database, SpelledOut, StorageUnreachable, insert_together, rows_of_each
from tests.storage.tables import Counter, Note, bodies, value_of

pytestmark = [pytest.mark.postgresql, pytest.mark.anyio]

_COUNTERS, _NOTES = cast(Table, Counter.__table__), cast(Table, Note.__table__)
_ADD = SpelledOut(
    update(_COUNTERS)
    .where(_COUNTERS.c.name == bindparam("counter"))
    .values(value=_COUNTERS.c.value + bindparam("added"))
)
_VALUE = SpelledOut(select(Counter.value).where(Counter.name == bindparam("counter")))
_BODY = SpelledOut(select(Note.body).where(Note.id == bindparam("note_id")))
ONE_MORE = {"counter": "a", "added": 1}
END_ALL_OTHERS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def note(session: Session, body: str, note_id: UUID) -> None:
    insert_together(session, [(_NOTES, [{"id": note_id, "body": body, "at": None}])])


async def test_each_statement_sees_what_those_before_it_have_done(on_postgres: Database) -> None:
    def seen(session: Session) -> list[int]:
        _ADD.run(session, ONE_MORE)
        ((first,),), ((second,),) = rows_of_each(
            session, (_VALUE, {"counter": "a"}), (_VALUE, {"counter": "b"})
        )
        _ADD.run(session, ONE_MORE)
        return [first, second, value_of(session, "a")]

    assert await on_postgres.write(seen) == [1, 0, 2]
    assert await on_postgres.read(value_of, "a") == 2


async def test_what_fails_with_the_commit_leaves_nothing_and_runs_again_where_that_may_help(
    on_postgres: Database,
) -> None:
    taken, runs = uuid4(), 0
    await on_postgres.write(note, "first", taken)

    def count_and_note(session: Session, ids: list[UUID]) -> None:
        nonlocal runs
        note(session, "second", ids[min(runs, len(ids) - 1)])
        runs += 1
        _ADD.run(session, ONE_MORE)

    await on_postgres.write(count_and_note, [taken, uuid4()])
    assert (runs, await on_postgres.read(value_of, "a")) == (2, 1)

    with pytest.raises(IntegrityError):
        await on_postgres.write(count_and_note, [taken])
    assert await on_postgres.read(value_of, "a") == 1


async def test_what_cannot_be_sent_is_refused_and_leaves_nothing(on_postgres: Database) -> None:
    def count_and_note(session: Session) -> None:
        _ADD.run(session, ONE_MORE)
        note(session, "no text has this: \x00", uuid4())

    with pytest.raises(DataError):
        await on_postgres.write(count_and_note)

    assert await on_postgres.read(value_of, "a") == 0


async def test_what_waits_is_forgotten_with_a_write_that_fails(on_postgres: Database) -> None:
    def count_and_fail(session: Session) -> None:
        _ADD.run(session, ONE_MORE)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await on_postgres.write(count_and_fail)
    await on_postgres.write(lambda session: _VALUE.rows(session, {"counter": "a"}))

    assert await on_postgres.read(value_of, "a") == 0


async def test_a_failure_that_is_passed_over_is_no_commit(on_postgres: Database) -> None:
    taken = uuid4()
    await on_postgres.write(note, "first", taken)

    def pass_over(session: Session) -> None:
        _ADD.run(session, ONE_MORE)
        note(session, "second", taken)
        with suppress(IntegrityError):
            _VALUE.rows(session, {"counter": "a"})

    with pytest.raises(DBAPIError, match="nothing was stored"):
        await on_postgres.write(pass_over)

    await on_postgres.write(_ADD.run, ONE_MORE)
    assert await on_postgres.read(value_of, "a") == 1


async def test_a_connection_lost_when_all_goes_with_the_commit_is_not_tried_again(
    on_postgres: Database, postgres_url: str
) -> None:
    other = await Database.open(postgres_url)
    await on_postgres.write(
        lambda session: session.execute(
            text("""
            CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION hang_up()
        """)
        )
    )
    runs = []

    def add(session: Session) -> None:
        runs.append("run")
        note(session, "lost", uuid4())

    with pytest.raises(StorageUnreachable, match="may have been stored"):
        await on_postgres.write(add)

    assert runs == ["run"]
    assert await other.read(bodies) == set()
    await other.close()


async def test_lost_connections_are_not_noticed(on_postgres: Database, postgres_url: str) -> None:
    other = await Database.open(postgres_url)
    assert await on_postgres.write(_VALUE.rows, {"counter": "a"}) == [(0,)]

    await other.write(lambda session: session.execute(text(END_ALL_OTHERS)))

    assert await on_postgres.write(_VALUE.rows, {"counter": "a"}) == [(0,)]
    await other.close()


async def test_more_goes_there_and_back_than_a_socket_holds(on_postgres: Database) -> None:
    note_id, body = uuid4(), "long " * 2_000_000

    await on_postgres.write(note, body, note_id)

    assert await on_postgres.read(_BODY.rows, {"note_id": note_id}) == [(body,)]


async def test_a_plan_that_was_kept_ends_with_what_it_was_made_for(
    on_postgres: Database, postgres_url: str
) -> None:
    narrow = await Database.open(postgres_url, pool_size=1)

    def kept(session: Session) -> int:
        return int(session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one())

    for _ in range(3):
        assert await narrow.read(_VALUE.rows, {"counter": "a"}) == [(0,)]
    assert await narrow.read(kept) > 0

    await on_postgres.write(
        lambda session: session.execute(text("ALTER TABLE counters ALTER value TYPE bigint"))
    )

    assert await narrow.read(_VALUE.rows, {"counter": "a"}) == [(0,)]
    await narrow.close()
