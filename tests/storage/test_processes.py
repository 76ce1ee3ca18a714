"""Several processes on one database, and processes that are killed."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from comments.storage import Database, open_database
from tests.storage.tables import add_note, bodies, increment_by_reading, value_of

ROOT = Path(__file__).parents[2]


def writing_process(url: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.storage.writing_process", url, name]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed_after(process: subprocess.Popen[str], count: int) -> set[str]:
    """Kill the process after `count` acknowledged writes; return all it acknowledged."""
    with process:
        assert process.stdout is not None
        acknowledged = [*islice(process.stdout, count)]
        process.kill()
        acknowledged += process.stdout
    return {line.strip() for line in acknowledged if line.endswith("\n")}


@pytest.mark.slow
async def test_nothing_acknowledged_is_missing_after_kill_9(unmigrated_url: str, db: Database) -> None:
    acknowledged: set[str] = set()

    for round_ in range(3):
        process = writing_process(unmigrated_url, f"round {round_}")
        acknowledged |= await asyncio.to_thread(killed_after, process, 200 + 77 * round_)
        stored = await db.read(bodies)
        assert acknowledged <= stored
        assert await db.read(value_of, "a") == len(stored)

    assert len(acknowledged) > 800
    if db.dialect == "sqlite":
        with closing(sqlite3.connect(unmigrated_url.removeprefix("sqlite:///"))) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.slow
async def test_two_processes_write_side_by_side(unmigrated_url: str, db: Database) -> None:
    other = writing_process(unmigrated_url, "other")
    assert other.stdout is not None
    await asyncio.to_thread(other.stdout.readline)

    for number in range(100):
        await db.write(add_note, f"mine {number}")

    theirs = await asyncio.to_thread(killed_after, other, 1)
    stored = await db.read(bodies)
    assert {f"mine {number}" for number in range(100)} | theirs <= stored
    assert await db.read(value_of, "a") == len(stored)


async def test_two_open_databases_lose_no_update_to_each_other(unmigrated_url: str, db: Database) -> None:
    other = await open_database(unmigrated_url)

    async def forty_times(database: Database) -> None:
        for _ in range(40):
            await database.write(increment_by_reading, "b")

    await asyncio.gather(*(forty_times(database) for database in (db, other) * 2))

    assert await db.read(value_of, "b") == await other.read(value_of, "b") == 160
    await other.close()
