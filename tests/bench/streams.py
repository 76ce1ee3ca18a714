"""`python -m tests.bench.streams [COUNT …]`: what open streams cost, how soon all hear, and posts meanwhile.

Starts a service of its own on a SQLite file for each COUNT, opens so many streams of one page from this
process, posts a few comments there, then as many as it can: on another page, and on the one that is listened
to. It does the same before a stream is open and after all are closed: a post costs more as a database grows,
and the terms that searches need of the posts before are made meanwhile, with streams and without.
"""

import asyncio
import itertools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from comments.live.hub import SPACING_SECONDS
from tests.bench import contestants
from tests.bench.contestants import Contestant, ask
from tests.bench.load import Client, Order, fast_client
from tests.bench.processes import computed_seconds, memory_bytes
from tests.bench.requests import HOST, get, numbered, write_requests
from tests.bench.seeding import POSTS_PAGE, Answerable, Seeds, page_url, seed_comments
from tests.bench.works import API, our_posts

PAGE = "a"
PAGES = {PAGE: 100, POSTS_PAGE: 100}
ASK = get(f"{API}/stream", [("url", page_url(PAGE))], {"Accept": "text/event-stream"})
COUNTS = (1_000, 10_000)
AT_ONCE = 50
POSTS, POSTERS, POSTING_SECONDS = 5, 16, 3.0
PATIENCE_SECONDS = 60
FILES = 32_768
CLOSING_SECONDS = 2.0
"""For a service to let go of thousands of streams."""


@dataclass(frozen=True, slots=True)
class Streams:
    """What so many open streams of one page cost: bytes and seconds of each; posts a second."""

    count: int
    memory: float
    opening: float
    telling: float
    """Processor time to tell one stream of a comment."""
    half_told: float
    all_told: float
    """From when a comment is sent, by the clock."""
    alone: tuple[float, float]
    """Posts a second on another page and on that one, without streams: the mean of before and after."""
    meanwhile: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"{self.count:,} streams: {self.memory / 1_000:.1f} kB each, {self.opening * 1e6:,.0f} µs to "
            f"open; a comment reaches half of them in {self.half_told * 1e3:.0f} ms, all in "
            f"{self.all_told * 1e3:.0f} ms, for {self.telling * 1e6:.0f} µs each; posts a second: "
            f"{self.meanwhile[0]:.0f} elsewhere ({self.alone[0]:.0f} without streams), "
            f"{self.meanwhile[1]:.0f} there ({self.alone[1]:.0f})"
        )


@dataclass
class Readers(asyncio.Protocol):
    """All open streams together: how many have been told of what is awaited, and when."""

    count: int
    awaited: bytes = b"retry: "
    arrivals: list[float] = field(default_factory=list)
    all_told: asyncio.Event = field(default_factory=asyncio.Event)
    transports: list[asyncio.Transport] = field(default_factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        transport = cast(asyncio.Transport, transport)
        self.transports.append(transport)
        transport.write(ASK)

    def data_received(self, received: bytes) -> None:
        if self.awaited in received:
            self.arrivals.append(time.perf_counter())
            if len(self.arrivals) == self.count:
                self.all_told.set()

    async def told(self) -> list[float]:
        """Wait until all are told; return when each was. Raises TimeoutError and says how many were not."""
        try:
            await asyncio.wait_for(self.all_told.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            missing = self.count - len(self.arrivals)
            raise TimeoutError(f"{missing} of {self.count} streams were not told") from None
        self.all_told.clear()
        told, self.arrivals = self.arrivals, []
        return told


def measure_streams(folder: Path, count: int, client: Client) -> Streams:
    """Seed an installation, start it with one process, and measure it with so many streams."""
    import uvloop

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    # The service that is started inherits it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    folder.mkdir()
    answerable = seed_comments(folder / "data", Seeds(PAGES))
    with contestants.comments(folder / "data", 1) as ours:
        return uvloop.run(_measure(ours, folder, answerable, count, client))


async def _measure(
    ours: Contestant, folder: Path, answerable: Answerable, count: int, client: Client
) -> Streams:
    files = [
        write_requests(folder / f"{page}.bin", our_posts(answerable, Seeds(PAGES), page, known=True))
        for page in (POSTS_PAGE, PAGE)
    ]
    readers, posting = Readers(count), Posting(ours, files, client)
    # What is imported for the first post is no part of any.
    await asyncio.to_thread(_post, ours, answerable, 80_000_000)
    before = await posting.rates()
    memory, computed = memory_bytes(ours.process), computed_seconds(ours.process)
    await _open(ours, readers)
    opening = (computed_seconds(ours.process) - computed) / count
    memory_each = (memory_bytes(ours.process) - memory) / count
    half, last, telling = await _told(ours, readers, answerable)
    # What is told from now on is not counted any more.
    readers.awaited = b"\0"
    meanwhile = await posting.rates()
    for transport in readers.transports:
        transport.close()
    await asyncio.sleep(CLOSING_SECONDS)
    after = await posting.rates()
    alone = statistics.mean((before[0], after[0])), statistics.mean((before[1], after[1]))
    return Streams(count, memory_each, opening, telling, half, last, alone, meanwhile)


@dataclass
class Posting:
    """Posts as fast as it can, on another page and on that one."""

    ours: Contestant
    files: Sequence[Path]
    client: Client
    turns: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def rates(self) -> tuple[float, float]:
        elsewhere, there = [await asyncio.to_thread(self._rate, file) for file in self.files]
        return elsewhere, there

    def _rate(self, file: Path) -> float:
        order = Order(self.ours.port, file, POSTERS, POSTING_SECONDS, next(self.turns) * 1_000_000)
        return self.client(order).rate


async def _open(ours: Contestant, readers: Readers) -> None:
    loop = asyncio.get_running_loop()
    for begin in range(0, readers.count, AT_ONCE):
        opening = range(begin, min(begin + AT_ONCE, readers.count))
        await asyncio.gather(*(loop.create_connection(lambda: readers, HOST, ours.port) for _ in opening))
    await readers.told()


async def _told(ours: Contestant, readers: Readers, answerable: Answerable) -> tuple[float, float, float]:
    """Post some comments; return after how long half and all heard of one, and what telling each took."""
    half, last, cpu = [], [], []
    for number in range(90_000_000, 90_000_000 + POSTS):
        # An event comes at once only if the last one was told a moment ago.
        await asyncio.sleep(2 * SPACING_SECONDS)
        readers.awaited, computed = b"%08d" % number, computed_seconds(ours.process)
        asked = time.perf_counter()
        await asyncio.to_thread(_post, ours, answerable, number)
        told = [arrival - asked for arrival in await readers.told()]
        half.append(statistics.median(told))
        last.append(max(told))
        cpu.append((computed_seconds(ours.process) - computed) / readers.count)
    return statistics.median(half), statistics.median(last), statistics.median(cpu)


def _post(ours: Contestant, answerable: Answerable, number: int) -> None:
    """Post one comment on that page, with this number in it."""
    posts = our_posts(answerable, Seeds(PAGES), PAGE, known=True)
    answer = ask(ours.port, numbered(posts[number % len(posts)], number))
    if answer.status != 201:
        raise RuntimeError(f"a post is answered {answer.status}: {answer.body[:300]!r}")


def main() -> None:
    _, client = fast_client()
    for count in map(int, sys.argv[1:] or COUNTS):
        # A service for each: what has been taken once is not given back to the system.
        with tempfile.TemporaryDirectory() as folder:
            print(measure_streams(Path(folder) / "streams", count, client))


if __name__ == "__main__":
    main()
