"""What is seldom done to a large database: its sizes, a new index, forgetting, moving and removing a site."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from comments.background import maintenance, retention
from comments.clock import FixedClock
from comments.exporters.files import export_to_file
from comments.importers.pipeline.run import ImportOrder, run_import
from comments.keys import Keyring
from comments.sites.actions import remove_site
from comments.storage import open_database
from tests.bench.desk_rows import BEGAN, DAYS, SITE_ID
from tests.bench.scaling_filling import Say, Server
from tests.bench.scaling_rows import SECOND_NAME, SECOND_SITE_ID, Measures
from tests.bench.seeding import SECRET

NOW = BEGAN + timedelta(days=DAYS, hours=1)
BATCHES = 40
"""So many batches of what is to be forgotten are measured."""
NEW_INDEX = "CREATE INDEX CONCURRENTLY bench_new ON comments (site_id, author_kind, created_at, id)"
SIZES = """
SELECT coalesce(table_of.relname, class.relname), class.relname, class.relkind = 'i',
    pg_relation_size(class.oid) + coalesce(pg_relation_size(nullif(class.reltoastrelid, 0)), 0),
    coalesce(table_of.reltuples, class.reltuples)
FROM pg_class class LEFT JOIN pg_index ON indexrelid = class.oid
LEFT JOIN pg_class table_of ON table_of.oid = indrelid
WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'i')
    AND class.relname NOT LIKE 'bench%' AND coalesce(table_of.relname, '') NOT LIKE 'bench%'
"""


@dataclass(frozen=True, slots=True)
class Size:
    """What a table, or one index of it, has on the disk; `rows` are those of the table, about."""

    table: str
    name: str
    is_index: bool
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done once: to how many rows, in how many seconds, the longest transaction of it."""

    title: str
    rows: int
    seconds: float
    longest: float | None = None
    remark: str = ""


def sizes(url: str) -> list[Size]:
    """Return what everything has on the disk, the greatest first."""
    with psycopg.connect(url) as connection:
        found = [
            Size(table, name, is_index, size, int(rows))
            for table, name, is_index, size, rows in connection.execute(SIZES)
        ]
    return sorted(found, key=lambda one: -one.size)


def measure(
    server: Server, url: str, elsewhere: str, measures: Measures, folder: Path, say: Say
) -> Iterator[Done]:
    """Do all of it, on the database at `url`; the second site moves to the empty one at `elsewhere`."""
    say("VACUUM")
    yield _vacuum(url, "`VACUUM ANALYZE comments`, few changes")
    say("a new index beside a writer")
    yield _new_index(url)
    say("forgetting")
    yield from asyncio.run(_forget(url))
    say("moving a site")
    yield from asyncio.run(_move(url, elsewhere, folder))
    say("VACUUM")
    yield _vacuum(url, "`VACUUM ANALYZE comments` after that")
    say("pg_dump")
    yield _dump(server, url, folder, measures)


def _vacuum(url: str, title: str) -> Done:
    with psycopg.connect(url, autocommit=True) as connection:
        began = time.monotonic()
        connection.execute("VACUUM ANALYZE comments")
        took = time.monotonic() - began
        (rows,) = connection.execute(
            "SELECT reltuples FROM pg_class WHERE relname = 'comments'"
        ).fetchone() or (0,)
    return Done(title, int(rows), took)


def _new_index(url: str) -> Done:
    """Make an index while somebody changes comments one after another, each change a transaction."""
    change = "UPDATE comments SET report_count = report_count WHERE id = %s"
    with psycopg.connect(url, autocommit=True) as writing:
        ids = [row[0] for row in writing.execute("SELECT id FROM comments ORDER BY id DESC LIMIT 2000")]
        before = _slowest(writing, change, ids[:200], lambda: False)[1]
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys, psycopg\n"
                "with psycopg.connect(sys.argv[1], autocommit=True) as c: c.execute(sys.argv[2])",
                url,
                NEW_INDEX,
            ]
        )
        began = time.monotonic()
        written, longest = _slowest(writing, change, ids, lambda: process.poll() is not None)
        took = time.monotonic() - began
        if process.wait() != 0:
            raise RuntimeError("the index was not made")
        (size, rows) = writing.execute(
            "SELECT pg_relation_size('bench_new'), reltuples FROM pg_class WHERE relname = 'comments'"
        ).fetchone() or (0, 0)
        writing.execute("DROP INDEX bench_new")
    remark = (
        f"{size / 2**20:,.0f} MB; {written:,} writes meanwhile, "
        f"the longest of 200 before took {before * 1e3:.0f} ms"
    )
    return Done("a new index of comments, CONCURRENTLY beside a writer", int(rows), took, longest, remark)


def _slowest(
    writing: psycopg.Connection[tuple[object, ...]], change: str, ids: list[UUID], over: Callable[[], bool]
) -> tuple[int, float]:
    written, longest = 0, 0.0
    while not over() and (written < len(ids) or len(ids) > 200):
        began = time.monotonic()
        writing.execute(change, [ids[written % len(ids)]])
        longest, written = max(longest, time.monotonic() - began), written + 1
        # A writer that takes all that it can get would be the machine's load, and not its measure.
        time.sleep(0.005)
    return written, longest


async def _forget(url: str) -> list[Done]:
    db = await open_database(url)
    try:
        return [
            await _batches(
                "forgetting the addresses of comments",
                BATCHES,
                500,
                lambda: db.write(retention.forget_addresses, SITE_ID, NOW),
            ),
            await _batches(
                "forgetting prints of texts",
                BATCHES,
                500,
                lambda: db.write(maintenance.forget_text_prints, NOW + timedelta(days=30)),
            ),
        ]
    finally:
        await db.close()


async def _move(url: str, elsewhere: str, folder: Path) -> list[Done]:
    """Take the second site along to another database, and remove it here."""
    db, target, file = await open_database(url), await open_database(elsewhere), folder / "second.jsonl.gz"
    clock, keys = FixedClock(NOW), Keyring(SECRET)
    try:
        count = await db.scan(maintenance.comments_on, SECOND_SITE_ID)
        if count == 0:  # a database that was kept, and has done this before
            return []
        began = time.monotonic()
        await export_to_file(db, SECOND_NAME, file)
        exported = time.monotonic()
        await run_import(target, ImportOrder(file, "moved", "comments"), keys=keys, clock=clock)
        imported = time.monotonic()
        removed = await _batches(
            "removing it", None, 500, lambda: db.write(maintenance.erase_some_of_site, SECOND_SITE_ID)
        )
        emptied = time.monotonic()
        await db.write(remove_site, SECOND_NAME)
        took = time.monotonic() - emptied
        size = f"{file.stat().st_size / 2**20:,.0f} MB packed"
        return [
            Done("exporting a site", count, exported - began, None, size),
            Done("importing it elsewhere", count, imported - exported),
            Done("removing its comments", count, removed.seconds, removed.longest),
            Done("removing the site with all that hangs on it", 1, took, took),
        ]
    finally:
        await db.close()
        await target.close()
        file.unlink(missing_ok=True)


async def _batches(title: str, most: int | None, rows: int, write: Callable[[], object]) -> Done:
    began = last = time.monotonic()
    longest, number = 0.0, 0
    while (most is None or number < most) and await write():  # type: ignore[misc]
        number += 1
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return Done(title, number * rows, time.monotonic() - began, longest, f"{number} transactions")


def _dump(server: Server, url: str, folder: Path, measures: Measures) -> Done:
    file = folder / "bench.dump"
    began = time.monotonic()
    subprocess.run(
        [server.programs / "pg_dump", "--format=custom", "--compress=none", f"--file={file}", url], check=True
    )
    took, size = time.monotonic() - began, file.stat().st_size
    file.unlink()
    return Done("`pg_dump`, not compressed", measures.comments, took, None, f"{size / 2**20:,.0f} MB")
