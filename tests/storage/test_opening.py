"""What is said of a database that cannot be used: which one, why, and what to do."""

import os
import pwd
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from comments.errors import Unavailable
from comments.storage import (
    Database,
    StorageBusy,
    StorageDamaged,
    StorageUnreachable,
    StorageUnwritable,
    open_database,
)
from comments.storage.sqlite import connections as sqlite_connections
from comments.storage.sqlite import writer as sqlite_writer
from tests.storage.tables import add_note, bodies, make_tables


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////nowhere/at/all/comments.db", "/nowhere/at/all/comments.db cannot be opened for writing"),
        ("mysql://user:secret@host/name", "begins with 'mysql'"),
        ("what is this", "cannot be read"),
    ],
)
async def test_an_address_that_leads_nowhere(url: str, words: str) -> None:
    with pytest.raises(Unavailable, match=words) as refusal:
        await open_database(url)

    assert "secret" not in refusal.value.detail


@pytest.mark.parametrize("content", [b"not a database at all" * 300, b"SQLite format 3\x00" + b"\xff" * 5000])
async def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "comments.db"
    path.write_bytes(content)

    with pytest.raises(StorageDamaged, match="restore a backup") as refusal:
        await open_database(f"sqlite:///{path}")

    assert str(path) in refusal.value.detail
    assert path.read_bytes() == content


async def test_a_database_that_is_damaged_inside(
    on_sqlite: Database, sqlite_url: str, tmp_path: Path
) -> None:
    await on_sqlite.write(add_note, "x" * 100_000)
    await on_sqlite.close()
    with (tmp_path / "comments.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 12)

    damaged = await open_database(sqlite_url)
    for run in (damaged.read, damaged.scan, damaged.write):
        with pytest.raises(StorageDamaged) as refusal:
            await run(bodies)
        assert str(tmp_path) not in refusal.value.detail
    await damaged.close()


async def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable, match="check that it is yours"):
        await open_database(f"sqlite:///{tmp_path}")


async def test_a_file_of_somebody_else(tmp_path: Path) -> None:
    path = tmp_path / "comments.db"
    path.touch(mode=0o444)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)

    with without_roots_rights(), pytest.raises(StorageUnwritable) as refusal:
        await open_database(f"sqlite:///{path}")

    assert refusal.value.detail.startswith(f"{path} cannot be opened for writing")


@contextmanager
def without_roots_rights() -> Iterator[None]:
    """Be nobody for a while: root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_file_that_another_program_holds(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_connections, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(tmp_path / "comments.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StorageBusy, match="another program"):
            await open_database(sqlite_url)


async def test_writes_that_wait_too_long_are_refused_together(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writer, "BUSY_SECONDS", 0.05)
    database = await open_database(sqlite_url)
    await database.write(make_tables)
    with closing(sqlite3.connect(tmp_path / "comments.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StorageBusy) as refusal:
            await database.write(add_note, "in vain")

        assert refusal.value.code == "storage-busy"
        assert await database.read(bodies) == set()
        other.execute("ROLLBACK")
    await database.write(add_note, "in time")
    assert await database.read(bodies) == {"in time"}
    await database.close()


async def test_an_old_sqlite_is_refused(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_connections, "OLDEST_SQLITE", (99, 0, 0))

    with pytest.raises(StorageUnwritable, match="too old"):
        await open_database(sqlite_url)


async def test_the_file_is_readable_by_its_owner_only(on_sqlite: Database, tmp_path: Path) -> None:
    await on_sqlite.write(add_note, "private")

    for name in ("comments.db", "comments.db-wal", "comments.db-shm"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


async def test_every_connection_keeps_the_promises(on_sqlite: Database) -> None:
    def promises(session: object) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [session.execute(text(f"PRAGMA {name}")).scalar_one() for name in names]  # type: ignore[attr-defined]

    for run in (on_sqlite.read, on_sqlite.scan, on_sqlite.write):
        assert await run(promises) == ["wal", 2, 1]


async def test_a_name_with_signs_of_its_own_is_just_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "50% of what? #1 ü"
    folder.mkdir()

    database = await open_database(f"sqlite:///{folder / 'comments.db'}")
    await database.write(make_tables)
    await database.close()

    assert (folder / "comments.db").stat().st_size > 0


async def test_a_text_that_no_database_server_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(StorageUnreachable, match=r"pip install 'psycopg\[binary,pool\]'"):
        await open_database("postgresql://localhost/comments")
