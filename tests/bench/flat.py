"""What the first page costs in small and in huge discussions: cached over HTTP, uncached in this process."""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from comments.clock import SystemClock
from comments.keys import Keyring
from comments.sites.actions import add_site
from comments.storage import Database, migrate_now, open_database
from comments.threads.addresses.page_keys import page_keys
from comments.threads.requests import RepliesQuery, ThreadQuery
from comments.threads.site_card import SiteCard, site_card
from comments.threads.views import thread as views_thread
from tests.bench.contestants import OURS, comments
from tests.bench.load import Client, Order
from tests.bench.requests import get, write_requests
from tests.bench.seeding import SECRET, SITE, page_url
from tests.bench.works import API, READS_AT_ONCE, STEP, thread
from tests.support.seeding import seed_thread

SMALL = 100
CALLS = 300


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of discussion, small and huge; both have the same kind of first page."""

    title: str
    page: str
    sizes: tuple[int, int]

    def parents(self, size: int) -> list[int | None]:
        if self.page == "top":
            return [None] * size
        if self.page == "one":
            return [None, *([0] * (size - 1))]
        return [None, *range(size - 1)]


@dataclass(frozen=True, slots=True)
class Flat:
    """What one question costs in the small and in the huge discussion."""

    title: str
    sizes: tuple[int, int]
    cached: tuple[float, float]
    """Answers a second over HTTP."""
    uncached: tuple[float, float]
    """Seconds for one answer: queries, tree and JSON."""


@dataclass(frozen=True, slots=True)
class Question:
    """One page of one shape: as a query in this process, and as a request."""

    title: str
    shape: Shape
    query: ThreadQuery | None
    more: tuple[tuple[str, str], ...] = ()


def shapes(huge: int) -> list[Shape]:
    """Return the three shapes; `huge` is the size of the greatest."""
    return [
        Shape("top-level comments", "top", (SMALL, huge)),
        Shape("one comment with replies", "one", (SMALL, huge // 10)),
        Shape("a chain of replies", "chain", (SMALL, huge // 100)),
    ]


def questions(of: Sequence[Shape]) -> list[Question]:
    top, one, chain = of
    orders = [
        Question(f"{top.title}, {sort}", top, ThreadQuery(sort=sort), (("sort", sort),))
        for sort in ("best", "newest", "oldest")
    ]
    return [
        *orders,
        Question(one.title, one, ThreadQuery()),
        Question("replies of that comment", one, None),
        Question(chain.title, chain, ThreadQuery()),
        Question("replies of its first comment", chain, None),
    ]


def seed_shapes(folder: Path, of: Sequence[Shape]) -> dict[tuple[str, int], UUID]:
    """Write all shapes, small and huge, and return the first comment of each."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'comments.db'}"
    migrate_now(url)
    return asyncio.run(_seed(url, of))


async def _seed(url: str, of: Sequence[Shape]) -> dict[tuple[str, int], UUID]:
    db = await open_database(url)
    first: dict[tuple[str, int], UUID] = {}
    try:
        site = await db.write(add_site, SITE, ["https://blog.example"], at=SystemClock().now())
        for shape in of:
            for size in shape.sizes:
                ids = await db.write(seed_thread, site.id, _url(shape, size), shape.parents(size))
                first[shape.page, size] = ids[0]
    finally:
        await db.close()
    return first


def measure_flat(
    folder: Path,
    asked: Sequence[Question],
    first: Mapping[tuple[str, int], UUID],
    client: Client,
    rounds: int,
) -> list[Flat]:
    """Return the costs of all questions, small beside huge."""
    uncached = asyncio.run(_uncached(folder, asked, first))
    with comments(folder, workers=1) as server:
        cached = [_cached(folder, server.port, one, first, client, rounds) for one in asked]
    return [
        Flat(one.title, one.shape.sizes, by_http, in_process)
        for one, by_http, in_process in zip(asked, cached, uncached, strict=True)
    ]


async def _uncached(
    folder: Path, asked: Sequence[Question], first: Mapping[tuple[str, int], UUID]
) -> list[tuple[float, float]]:
    db = await open_database(f"sqlite:///{folder / 'comments.db'}")
    try:
        site = await db.read(site_card, SITE)
        return [await _uncached_one(db, site, one, first) for one in asked]
    finally:
        await db.close()


async def _uncached_one(
    db: Database, site: SiteCard, one: Question, first: Mapping[tuple[str, int], UUID]
) -> tuple[float, float]:
    """Answer in turns for the small and the huge discussion, so that both meet the same machine."""
    taken: dict[int, list[float]] = {size: [] for size in one.shape.sizes}
    for _ in range(CALLS):
        for size, times in taken.items():
            began = time.perf_counter()
            await _answered(db, site, one, size, first)
            times.append(time.perf_counter() - began)
    small, huge = one.shape.sizes
    return statistics.median(taken[small]), statistics.median(taken[huge])


async def _answered(
    db: Database, site: SiteCard, one: Question, size: int, first: Mapping[tuple[str, int], UUID]
) -> bytes:
    keys = Keyring(SECRET)
    if one.query is not None:
        page = page_keys(_url(one.shape, size), None)
        shown, _ = await db.read(views_thread.thread_answer, keys, site, page, one.query)
        return msgspec.json.encode(shown)
    root = first[one.shape.page, size]
    replies, _ = await db.read(views_thread.replies_answer, keys, site, root, RepliesQuery())
    return msgspec.json.encode(replies)


def _cached(
    folder: Path,
    port: int,
    one: Question,
    first: Mapping[tuple[str, int], UUID],
    client: Client,
    rounds: int,
) -> tuple[float, float]:
    """Return the medians of runs of a second, small and huge in turns."""
    rates: dict[int, list[float]] = {size: [] for size in one.shape.sizes}
    files = {
        size: write_requests(folder / f"{OURS}-{size}.bin", [_request(one, size, first)]) for size in rates
    }
    for _ in range(rounds):
        for size, found in rates.items():
            found.append(client(Order(port, files[size], READS_AT_ONCE, 1.0)).rate)
    small, huge = one.shape.sizes
    return statistics.median(rates[small]), statistics.median(rates[huge])


def _request(one: Question, size: int, first: Mapping[tuple[str, int], UUID]) -> bytes:
    if one.query is None:
        return get(f"{API}/comments/{first[one.shape.page, size]}/replies", [STEP])
    return thread(f"{one.shape.page}-{size}", *one.more)


def _url(shape: Shape, size: int) -> str:
    return page_url(f"{shape.page}-{size}")
