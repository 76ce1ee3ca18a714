"""Statements that go to PostgreSQL several at once: in their order, to the commit, and with its failures."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import uvloop
from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from comments.storage import Database, SpelledOut, StorageUnreachable, insert_together, rows_of_each
from tests.storage.tables import Counter, Note, bodies, make_tables, value_of

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


def test_an_answer_that_breaks_off_with_a_reset_is_a_lost_connection(postgres_url: str) -> None:
    """As `comments serve` runs it: uvloop tells once of a reset, though a piece of an answer is there too."""
    parts = urlsplit(postgres_url)

    async def main() -> list[object]:
        breaks = asyncio.Event()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.setblocking(False)
            relaying = asyncio.create_task(relay(listening, (parts.hostname or "", parts.port or 0), breaks))
            netloc = f"{parts.username}:{parts.password}@127.0.0.1:{listening.getsockname()[1]}"
            database = await Database.open(parts._replace(netloc=netloc).geturl(), pool_size=1)
            await database.write(make_tables)
            breaks.set()
            refused = await asyncio.gather(
                database.read(_VALUE.rows, {"counter": "a"}), return_exceptions=True
            )
            breaks.clear()
            found: list[object] = [*refused, await database.read(value_of, "a")]
            await database.close()
            relaying.cancel()
            await asyncio.wait([relaying])
            return found

    broken, last = uvloop.run(main())

    assert (type(broken), last) == (StorageUnreachable, 0)


async def relay(listening: socket.socket, server: tuple[str, int], breaks: asyncio.Event) -> None:
    """Pass on what both sides say; where it `breaks`, ten bytes of an answer and a reset come together."""
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as relays:
        while True:
            client, _ = await loop.sock_accept(listening)
            behind = socket.create_connection(server)
            for one in (client, behind):
                one.setblocking(False)
            asked = relays.create_task(pass_on(client, behind))
            relays.create_task(answer(behind, client, asked, breaks))


async def pass_on(source: socket.socket, sink: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while said := await loop.sock_recv(source, 65_536):
        await loop.sock_sendall(sink, said)
    sink.shutdown(socket.SHUT_WR)


async def answer(
    server: socket.socket, client: socket.socket, asked: asyncio.Task[None], breaks: asyncio.Event
) -> None:
    loop = asyncio.get_running_loop()
    with server, client:
        while said := await loop.sock_recv(server, 65_536):
            if breaks.is_set():
                # While uvloop waits for what it says, a socket is not closed.
                asked.cancel()
                await asyncio.wait([asked])
                client.send(said[:10])
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            await loop.sock_sendall(client, said)
