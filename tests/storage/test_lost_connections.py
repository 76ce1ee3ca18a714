"""Connections to PostgreSQL that are lost, and statements that fail, in the middle of a write."""

import asyncio
import socket
import struct
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import uvloop
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from comments.storage import Database, StorageUnreachable, open_database
from tests.storage.tables import Counter, Note, bodies, make_tables, value_of

pytestmark = [pytest.mark.postgresql, pytest.mark.anyio]

END_ALL_OTHERS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def note(session: Session, body: str, note_id: UUID) -> None:
    session.execute(insert(Note), [{"id": note_id, "body": body, "at": None}])


async def test_a_failure_that_is_passed_over_is_no_commit(on_postgres: Database) -> None:
    taken = uuid4()
    await on_postgres.write(note, "first", taken)

    def pass_over(session: Session) -> None:
        session.execute(update(Counter).values(value=1))
        with suppress(IntegrityError):
            note(session, "second", taken)

    with pytest.raises(RuntimeError, match="nothing was stored"):
        await on_postgres.write(pass_over)

    assert await on_postgres.read(value_of, "a") == 0
    await on_postgres.write(note, "third", uuid4())
    assert await on_postgres.read(bodies) == {"first", "third"}


async def test_a_connection_lost_when_all_goes_with_the_commit_is_not_tried_again(
    on_postgres: Database, postgres_url: str
) -> None:
    other = await open_database(postgres_url)
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
    other = await open_database(postgres_url)
    assert await on_postgres.write(value_of, "a") == 0

    await other.write(lambda session: session.execute(text(END_ALL_OTHERS)))

    assert await on_postgres.write(value_of, "a") == 0
    await other.close()


async def test_more_goes_there_and_back_than_a_socket_holds(on_postgres: Database) -> None:
    note_id, body = uuid4(), "long " * 2_000_000

    await on_postgres.write(note, body, note_id)

    assert await on_postgres.read(bodies) == {body}


def test_an_answer_that_breaks_off_with_a_reset_is_a_lost_connection(postgres_url: str) -> None:
    """As `comments serve` runs it: uvloop tells once of a reset, though a piece of an answer is there too."""
    parts = urlsplit(postgres_url)

    async def main() -> list[object]:
        breaks = asyncio.Event()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.setblocking(False)
            relaying = asyncio.create_task(relay(listening, (parts.hostname or "", parts.port or 0), breaks))
            netloc = f"{parts.username}:{parts.password}@127.0.0.1:{listening.getsockname()[1]}"
            database = await open_database(parts._replace(netloc=netloc).geturl(), pool_size=1)
            await database.write(make_tables)
            breaks.set()
            refused = await asyncio.gather(database.read(value_of, "a"), return_exceptions=True)
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
