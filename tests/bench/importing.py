"""How fast an export of Disqus comes in on both databases, and in how much memory."""

import asyncio
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from comments.background.maintenance import make_searchable
from comments.storage import open_database
from comments.storage.sqlite.connections import begin_writing
from tests.bench.contestants import ROOT
from tests.bench.processes import Memory, MemoryWatch, Watch, started
from tests.bench.seeding import SECRET, SITE
from tests.support.databases import postgresql_server
from tests.support.disqus_export import write_disqus_export

Say = Callable[[str], None]
LOOK_SECONDS = 0.05
MOST_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Run:
    """One run in processes of its own, start and all; `computed` is without a database server."""

    seconds: float
    computed: float
    memory: Memory
    """At most, all processes together."""
    terms_seconds: float = 0.0
    """Until moderators' search finds everything by its words, afterwards."""
    longest_wait: float = 0.0
    """Of another process for SQLite's lock, tried every 50 ms: what somebody who posts waits more."""


@dataclass(slots=True)
class Imported:
    """The import of one generated export, by database."""

    posts: int
    runs: dict[str, Run] = field(default_factory=dict)


def measure_import(folder: Path, posts: int, say: Say) -> Imported:
    """Generate an export of so many posts and import it into an empty installation of each database."""
    folder.mkdir(parents=True)
    export = folder / "disqus.xml"
    write_disqus_export(export, posts)
    imported = Imported(posts)
    with postgresql_server(folder) as server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE imported")
        for database, url in (
            ("SQLite", f"sqlite:///{folder / 'comments.db'}"),
            ("PostgreSQL", f"{server}/imported"),
        ):
            say(f"import: {database}")
            imported.runs[database] = _import(folder, export, url, posts)
    return imported


def _import(folder: Path, export: Path, url: str, posts: int) -> Run:
    environment = {
        "COMMENTS_DATA_DIR": str(folder),
        "COMMENTS_SECRET_KEY": SECRET,
        "COMMENTS_DATABASE_URL": url,
    }
    comments = [sys.executable, "-m", "comments"]
    add_site = ["site", "add", SITE, "--origin", "https://blog.example"]
    with started([*comments, *add_site], folder / "site.log", environment, ROOT) as process:
        _check(process.wait(MOST_SECONDS), folder / "site.log")
    bring_in = [*comments, "import", "disqus", str(export), "--site", SITE, "--json"]
    log = folder / f"import-{url.partition(':')[0]}.log"
    with LockWatch(url) as lock:
        run = _run(bring_in, log, environment, lambda said: int(json.loads(said)["read"]), posts)
    began = time.perf_counter()
    asyncio.run(fill_terms(url))
    terms_seconds = time.perf_counter() - began
    return Run(run.seconds, run.computed, run.memory, terms_seconds, lock.longest)


def _run(
    command: list[str], log: Path, environment: Mapping[str, str], read: Callable[[str], int], posts: int
) -> Run:
    began, before = time.perf_counter(), _computed()
    with started(command, log, environment, ROOT) as process, MemoryWatch(process.pid) as watch:
        _check(process.wait(MOST_SECONDS), log)
    seconds, computed = time.perf_counter() - began, _computed() - before
    if (found := read(log.read_text().splitlines()[-1])) != posts:
        raise RuntimeError(f"{found} of {posts} posts were read")
    return Run(seconds, computed, watch.most)


async def fill_terms(url: str) -> None:
    """Do what upkeep does with new comments, so that nothing is left for it to do."""
    db = await open_database(url)
    try:
        await make_searchable(db)
    finally:
        await db.close()


class LockWatch(Watch):
    """Asks for SQLite's lock again and again, as a process does in which somebody posts."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
        self.longest = 0.0

    def _watch(self) -> None:
        if self._path is None:
            return
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=0)) as connection:
            while not self._done.wait(LOOK_SECONDS):
                began = time.perf_counter()
                begin_writing(connection, wait_seconds=MOST_SECONDS)
                self.longest = max(self.longest, time.perf_counter() - began)
                connection.execute("ROLLBACK")


def _computed() -> float:
    """Return the processor time of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _check(code: int, log: Path) -> None:
    if code:
        raise RuntimeError(f"comments ended with {code}:\n{log.read_text()[-2_000:]}")
