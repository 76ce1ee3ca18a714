"""What bounds us on SQLite: the same statements without anything around them, in one process."""

import asyncio
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import brotli
import msgspec
from sqlalchemy import Engine, event

from comments.clock import FixedClock, SystemClock
from comments.keys import Keyring
from comments.storage import Database, migrate_now
from comments.storage.sqlite_connections import connect
from comments.storage.sqlite_writer import BATCH_SECONDS, BATCH_WRITES
from comments.text import render_post
from comments.threads import reading
from comments.threads.page_keys import page_keys
from comments.threads.queries import finding, paging
from comments.threads.queries.paging import Sort
from comments.threads.requests import ThreadQuery
from comments.threads.site_card import site_card
from tests.bench.seeding import DIFFERENT_TEXTS, SECRET, SITE, page_url
from tests.bench.writing import texts
from tests.support.site import Guest, running_site

CALLS = 300
POSTING_SECONDS = 3.0

Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Floors:
    """Of a first view that nothing is kept of, seconds of processor time; of a post, seconds by the clock."""

    bare_queries: float
    queries: float
    """With row objects."""
    answer: float
    """With the tree and the shapes that are public."""
    packed: float
    """JSON and compression alone."""
    statements_of_a_post: int
    post_rate: float
    render: float
    writing: float
    committing: float


def measure_floors(folder: Path, seeded: Path, page: str, *, calls: int = CALLS) -> Floors:
    """Measure reads of a page on a copy of the seeded folder, and posts on a site of its own."""
    folder.mkdir(parents=True)
    shutil.copytree(seeded, folder / "read")
    reads = asyncio.run(_reads(folder / "read" / "comments.db", page, calls))
    migrate_now(f"sqlite:///{folder / 'posts.db'}")
    statements = asyncio.run(_statements_of_a_post(folder / "posts.db", folder))
    return Floors(*reads, len(statements), *_posts(folder / "posts.db", statements))


async def _reads(file: Path, page: str, calls: int) -> tuple[float, float, float, float]:
    db = await Database.open(f"sqlite:///{file}")
    keys, query, wanted = Keyring(SECRET), ThreadQuery(), page_keys(page_url(page), None)
    try:
        site = await db.read(site_card, SITE)

        def rows(session: Any) -> None:
            thread = finding.thread_by_keys(session, site.id, wanted)
            if thread is None:
                raise RuntimeError(f"{page} was not seeded")
            paging.comment_page(
                session, thread.id, paging.Window(cast(Sort, site.settings.sort), query.limit)
            )

        with _heard() as heard:
            await db.read(rows)
        taken: dict[str, list[float]] = {name: [] for name in ("bare", "rows", "answer", "packed")}
        with closing(connect(file, writes=False)) as bare:
            for _ in range(calls):
                with _timed(taken["bare"]):
                    bare.execute("BEGIN")
                    for statement, values in heard:
                        bare.execute(statement, values).fetchall()
                    bare.execute("ROLLBACK")
                with _timed(taken["rows"]):
                    await db.read(rows)
                with _timed(taken["answer"]):
                    answer, _ = await db.read(reading.thread_answer, keys, site, wanted, query)
                with _timed(taken["packed"]):
                    brotli.compress(msgspec.json.encode(answer), quality=5)
    finally:
        await db.close()
    found = [statistics.median(times) for times in taken.values()]
    return found[0], found[1], found[2], found[3]


async def _statements_of_a_post(file: Path, folder: Path) -> list[Statement]:
    """Return what a reader's post runs, whose comments have been approved before."""
    async with running_site(f"sqlite:///{file}", FixedClock(SystemClock().now()), folder) as site:
        reader = Guest()
        await site.approved("Here before", guest=reader)
        with _heard() as heard:
            await site.posted("Here again", guest=reader)
        return list(heard)


def _posts(file: Path, statements: list[Statement]) -> tuple[float, float, float, float]:
    """Post for some seconds, commits shared as ours; return the rate, and what of a post took how long."""
    own_id = next(values[0] for statement, values in statements if "INTO comments" in statement)
    sources = [text.source for text in texts(DIFFERENT_TEXTS)]
    rendering: list[float] = []
    writing: list[float] = []
    committing: list[float] = []
    clock = time.perf_counter
    with closing(connect(file, writes=True)) as connection:
        began = clock()
        numbers = count()
        while clock() - began < POSTING_SECONDS:
            batch_began, posts = clock(), 0
            connection.execute("BEGIN IMMEDIATE")
            while posts < BATCH_WRITES and clock() - batch_began < BATCH_SECONDS:
                with _timed(rendering, clock):
                    render_post(sources[next(numbers) % len(sources)])
                with _timed(writing, clock):
                    _run(connection, statements, own_id)
                posts += 1
            with _timed(committing, clock):
                connection.execute("COMMIT")
        posts, seconds = len(writing), clock() - began
    return posts / seconds, sum(rendering) / posts, sum(writing) / posts, sum(committing) / posts


def _run(connection: sqlite3.Connection, statements: list[Statement], own_id: str) -> None:
    new_id = uuid4().hex
    for statement, values in statements:
        renewed = tuple(new_id if value == own_id else value for value in values)
        connection.execute(statement, renewed).fetchall()


@contextmanager
def _heard() -> Iterator[list[Statement]]:
    """Note every statement that SQLAlchemy runs meanwhile."""
    found: list[Statement] = []

    def hear(_: Any, __: Any, statement: str, values: Any, ___: Any, many: bool) -> None:
        found.extend((statement, tuple(one)) for one in (values if many else [values]))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


@contextmanager
def _timed(times: list[float], clock: Callable[[], float] = time.process_time) -> Iterator[None]:
    began = clock()
    yield
    times.append(clock() - began)
