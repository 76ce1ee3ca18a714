"""A full disk ends SQLite's whole transaction, but not the other writes that share it, nor the service."""

import asyncio
import resource
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from comments.storage import Database, StorageFull
from comments.storage.sqlite import writer as sqlite_writer
from tests.storage.tables import add_note, bodies, value_of

MEGABYTE = "x" * 1_000_000


def leave_pages(session: Session, count: int) -> None:
    """Let the file grow by this many pages (of 4 kB) and no more, as a full disk would."""
    pages = session.execute(text("PRAGMA page_count")).scalar_one()
    session.execute(text(f"PRAGMA max_page_count = {pages + count}"))


def make_room(session: Session) -> None:
    session.execute(text("PRAGMA max_page_count = 1000000"))


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file of this process grow past `size` bytes: then it is the COMMIT that fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(autouse=True)
def batches_end_by_their_size_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes its time."""
    monkeypatch.setattr(sqlite_writer, "BATCH_SECONDS", 60.0)


async def together(db: Database, *texts: str) -> list[object]:
    """Write all in one commit: the writer is held up until all wait for their turn."""
    released = threading.Event()

    def hold(session: Session) -> None:
        assert released.wait(10)

    holding = asyncio.create_task(db.write(hold))
    writes = [asyncio.create_task(db.write(add_note, text)) for text in texts]
    # Each has to be in the queue before the writer looks for more.
    await asyncio.sleep(0.05)
    released.set()
    await holding
    return await asyncio.gather(*writes, return_exceptions=True)


async def test_writes_that_wait_share_one_commit(on_sqlite: Database) -> None:
    commits: list[Sequence[object]] = []
    on_sqlite.subscribe(commits.append)

    await together(on_sqlite, "one", "two", "three")

    assert commits == [["one", "two", "three"]]


async def test_one_write_on_a_full_disk_is_refused_and_the_service_reads_on(on_sqlite: Database) -> None:
    await on_sqlite.write(add_note, "before")
    await on_sqlite.write(leave_pages, 10)

    with pytest.raises(StorageFull) as refusal:
        await on_sqlite.write(add_note, MEGABYTE)

    assert (refusal.value.code, refusal.value.retry_after) == ("storage-full", 2)
    assert await on_sqlite.read(bodies) == {"before"}
    await on_sqlite.write(make_room)
    await on_sqlite.write(add_note, MEGABYTE)
    assert await on_sqlite.read(value_of, "a") == 2


async def test_a_full_disk_in_a_shared_commit_spares_the_neighbours(on_sqlite: Database) -> None:
    heard: list[object] = []
    on_sqlite.subscribe(heard.extend)
    await on_sqlite.write(leave_pages, 10)

    outcomes = await together(on_sqlite, "one", "two", MEGABYTE, "three", MEGABYTE, "four")

    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [StorageFull] * 2
    assert await on_sqlite.read(bodies) == {"one", "two", "three", "four"} == set(heard)
    assert await on_sqlite.read(value_of, "a") == 4


async def test_an_action_that_hides_the_error_does_not_write_outside_a_transaction(
    on_sqlite: Database,
) -> None:
    def add_whatever_comes(session: Session) -> None:
        try:
            add_note(session, MEGABYTE)
            session.flush()
        except Exception:
            session.rollback()
            add_note(session, "outside")

    await on_sqlite.write(leave_pages, 10)

    with pytest.raises(StorageFull):
        await on_sqlite.write(add_whatever_comes)

    assert await on_sqlite.read(bodies) == set()
    await on_sqlite.write(add_note, "next")
    assert await on_sqlite.read(bodies) == {"next"}


async def test_a_commit_that_fails_is_refused_to_those_who_cannot_be_stored_alone(
    on_sqlite: Database, tmp_path: Path
) -> None:
    wal = tmp_path / "comments.db-wal"

    with files_up_to(wal.stat().st_size + 200_000):
        outcomes = await together(on_sqlite, "one", MEGABYTE[:600_000], "two")
        assert await on_sqlite.read(bodies) == {"one", "two"}

    assert [isinstance(outcome, StorageFull) for outcome in outcomes] == [False, True, False]
    await on_sqlite.write(add_note, "three")
    assert await on_sqlite.read(value_of, "a") == 3
