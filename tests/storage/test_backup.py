"""Copies of a file in use, and the way back."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from comments.storage import Database, StorageDamaged, StorageUnwritable
from comments.storage.backup import back_up, faults_of, restore
from tests.storage.tables import add_note, bodies, value_of


def notes_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as file:
        return {row[0] for row in file.execute("SELECT body FROM notes")}


async def test_a_copy_made_while_writing_goes_on_is_whole(on_sqlite: Database, tmp_path: Path) -> None:
    source, target = tmp_path / "comments.db", tmp_path / "copy.db"
    await on_sqlite.write(add_note, "before")
    writing = [
        asyncio.create_task(on_sqlite.write(add_note, f"{number} {'x' * 5000}")) for number in range(200)
    ]

    size = await asyncio.to_thread(back_up, source, target)
    await asyncio.gather(*writing)

    assert size == target.stat().st_size > 0
    assert "before" in notes_in(target) <= await on_sqlite.read(bodies)
    assert faults_of(target) == []


async def test_a_copy_is_one_private_file(on_sqlite: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    back_up(tmp_path / "comments.db", folder / "copy.db")

    assert os.listdir(folder) == ["copy.db"]  # noqa: PTH208
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


async def test_an_older_copy_stays_until_the_new_one_is_whole(on_sqlite: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("the older one")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 1000)

    with pytest.raises(StorageDamaged):
        back_up(broken, target)
    assert target.read_text() == "the older one"

    back_up(tmp_path / "comments.db", target)
    assert notes_in(target) == set()


async def test_a_copy_into_a_folder_that_is_not_there_is_refused(on_sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable, match="No such file or directory"):
        back_up(tmp_path / "comments.db", tmp_path / "nowhere" / "copy.db")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable):
        back_up(tmp_path / "comments.db", tmp_path / "copy.db")

    assert [*tmp_path.iterdir()] == []


async def test_what_was_restored_is_seen_by_a_service_that_runs(on_sqlite: Database, tmp_path: Path) -> None:
    live, copy = tmp_path / "comments.db", tmp_path / "copy.db"
    await on_sqlite.write(add_note, "kept")
    back_up(live, copy)
    await asyncio.gather(*(on_sqlite.write(add_note, f"{number} {'x' * 5000}") for number in range(100)))

    await asyncio.to_thread(restore, copy, live)

    assert await on_sqlite.read(bodies) == {"kept"}
    await on_sqlite.write(add_note, "after")
    assert await on_sqlite.scan(value_of, "a") == 2
    assert faults_of(live) == []


async def test_a_damaged_copy_is_not_restored(on_sqlite: Database, tmp_path: Path) -> None:
    live, copy = tmp_path / "comments.db", tmp_path / "copy.db"
    await on_sqlite.write(add_note, "x" * 100_000)
    back_up(live, copy)
    with copy.open("r+b") as file:
        file.seek(4096 * 8)
        file.write(b"\xff" * 4096 * 8)

    with pytest.raises(StorageDamaged, match="nothing was restored"):
        restore(copy, live)

    assert await on_sqlite.read(bodies) == {"x" * 100_000}


def test_references_to_missing_rows_are_faults(tmp_path: Path) -> None:
    path = tmp_path / "comments.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        file.execute("CREATE TABLE children (parent INTEGER REFERENCES parents)")
        file.execute("INSERT INTO children VALUES (7)")

    assert faults_of(path) == ["a row of children refers to a missing row of parents"]
