"""What bounds us on SQLite: the same statements without anything around them, in one process."""

import asyncio
import shutil
import sqlite3
import statistics
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
from sqlalchemy import Engine, event

from comments.clock import FixedClock, SystemClock
from comments.keys import Keyring
from comments.sites.actions import set_settings
from comments.storage import Database, migrate_now
from comments.storage.sqlite_connections import connect
from comments.storage.sqlite_writer import BATCH_SECONDS, BATCH_WRITES
from comments.text import render_post
from comments.threads.addresses.page_keys import page_keys
from comments.threads.queries import comment_page, find_threads
from comments.threads.queries.comment_page import Sort
from comments.threads.requests import ThreadQuery
from comments.threads.site_card import site_card
from comments.threads.views import thread as views_thread
from comments.web.answers import compress
from tests.bench import contestants
from tests.bench.contestants import OURS, ROOT
from tests.bench.measuring import Bench, Figures, Who
from tests.bench.posting_bound import Posted, Statement
from tests.bench.processes import started
from tests.bench.requests import NUMBER, get
from tests.bench.seeding import SECRET, SITE, Seeds, distinct, page_url
from tests.bench.works import WRITES_AT_ONCE, Work
from tests.support.ports import free_port
from tests.support.site import Guest, running_site

CALLS = 300
POSTS, POSTING_ROUNDS = 600, 3
WRITER = "comments-writer"
RECORDED, BEFORE = "posts.msgpack", "before.db"

BOUND = "what bounds posts, behind a bare route"


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
    post_computes: float
    """Processor time of it: without waiting for the disk."""
    render: float
    writing: float
    committing: float


def measure_floors(folder: Path, seeded: Path, page: str, *, calls: int = CALLS) -> Floors:
    """Measure reads of a page on a copy of the seeded folder, and posts on a site of its own."""
    folder.mkdir(parents=True)
    shutil.copytree(seeded, folder / "read")
    reads = asyncio.run(_reads(folder / "read" / "comments.db", page, calls))
    migrate_now(f"sqlite:///{folder / 'posts.db'}")
    posts = asyncio.run(_readers_posts(folder / "posts.db", folder / BEFORE, folder))
    (folder / RECORDED).write_bytes(msgspec.msgpack.encode(posts))
    return Floors(*reads, max(len(one.statements) for one in posts), *_posts(folder / BEFORE, posts))


async def _reads(file: Path, page: str, calls: int) -> tuple[float, float, float, float]:
    db = await Database.open(f"sqlite:///{file}")
    keys, query, wanted = Keyring(SECRET), ThreadQuery(), page_keys(page_url(page), None)
    try:
        site = await db.read(site_card, SITE)

        def rows(session: Any) -> None:
            thread = find_threads.thread_by_keys(session, site.id, wanted)
            if thread is None:
                raise RuntimeError(f"{page} was not seeded")
            comment_page.comment_page(
                session, thread.id, comment_page.Window(cast(Sort, site.settings.sort), query.limit)
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
                    answer, _ = await db.read(views_thread.thread_answer, keys, site, wanted, query)
                with _timed(taken["packed"]):
                    compress(msgspec.json.encode(answer), "br")
    finally:
        await db.close()
    found = [statistics.median(times) for times in taken.values()]
    return found[0], found[1], found[2], found[3]


async def _readers_posts(file: Path, before: Path, folder: Path) -> list[Posted]:
    """Return posts of a reader whose comments have been approved, three of five of them replies.

    `before` becomes a copy of the database as it is before them. No two are alike: else each would find all
    before it, as a flood of one text does.
    """
    seeds, posts = Seeds({}), []
    async with running_site(f"sqlite:///{file}", FixedClock(SystemClock().now()), folder) as site:
        await site.service.db.write(set_settings, site.name, {"links_before_hold": "2"})
        reader = Guest()
        parent = await site.approved("Here before", guest=reader)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(before)) as copy:
            source.backup(copy)
        for number in range(POSTS):
            text = distinct(seeds, number).replace(NUMBER, f"{number:08}")
            key = f"measured-measured-{number:08}"
            above = None if number % 5 < 2 else parent["id"]
            with _heard(in_thread=WRITER) as heard:
                comment = await site.posted(text, guest=reader, parent_id=above, idempotency_key=key)
            if comment["state"] != "approved":
                raise RuntimeError(f"a reader's post is {comment['state']}: {text}")
            posts.append(Posted(text, heard))
    return posts


def measure_posts(floors: Path, ours: Path, posts: list[bytes], bench: Bench) -> dict[Who, Figures]:
    """Post to ours in the folder, and by the same client to a bare route that only does what bounds posts.

    `floors` is the folder that `measure_floors` has been given.
    """
    (floors / "requests").mkdir()
    port, log = free_port(), floors / "bound.log"
    command = [sys.executable, "-m", "tests.bench.posting_bound", str(port)]
    command += [str(floors / name) for name in (RECORDED, BEFORE)]
    with contestants.comments(ours, 1) as one, started(command, log, {}, ROOT) as process:
        both = [one, contestants.answering(BOUND, 1, port, process, get("/ready"), log)]
        own = Bench(both, bench.client, bench.seconds, bench.rounds, floors, bench.say, failed=bench.failed)
        asked = {OURS: posts, BOUND: posts}
        return own.measure(Work("posts, and what bounds them behind a bare route", asked, WRITES_AT_ONCE))


def _posts(before: Path, posts: Sequence[Posted]) -> tuple[float, float, float, float, float]:
    """Post them all some times, commits shared as ours.

    Returns the rate, processor time of a post, and by the clock what of a post took how long.
    """
    computed = time.process_time()
    taken: dict[str, list[float]] = {name: [] for name in ("all", "render", "write", "commit")}
    for number in range(POSTING_ROUNDS):
        file = before.with_name(f"again-{number}.db")
        shutil.copy(before, file)
        with closing(connect(file, writes=True)) as connection, _timed(taken["all"], time.perf_counter):
            _post_all(connection, deque(posts), taken)
    count = len(posts) * POSTING_ROUNDS
    computed = time.process_time() - computed
    seconds, *parts = (sum(times) for times in taken.values())
    return count / seconds, computed / count, parts[0] / count, parts[1] / count, parts[2] / count


def _post_all(
    connection: sqlite3.Connection, waiting: deque[Posted], taken: Mapping[str, list[float]]
) -> None:
    clock = time.perf_counter
    while waiting:
        began, posted = clock(), 0
        connection.execute("BEGIN IMMEDIATE")
        while waiting and posted < BATCH_WRITES and clock() - began < BATCH_SECONDS:
            one, posted = waiting.popleft(), posted + 1
            with _timed(taken["render"], clock):
                render_post(one.text)
            with _timed(taken["write"], clock):
                for statement, values in one.statements:
                    connection.execute(statement, values).fetchall()
        with _timed(taken["commit"], clock):
            connection.execute("COMMIT")


@contextmanager
def _heard(*, in_thread: str = "") -> Iterator[list[Statement]]:
    """Note every statement that SQLAlchemy runs meanwhile, or those of one thread."""
    found: list[Statement] = []

    def hear(_: Any, __: Any, statement: str, values: Any, ___: Any, many: bool) -> None:
        if in_thread in {"", threading.current_thread().name}:
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
