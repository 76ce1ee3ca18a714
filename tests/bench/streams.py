"""`python -m tests.bench.streams [COUNT …]`: what open streams cost, how soon all hear, and posts meanwhile.

Starts a service of its own on a SQLite file for each COUNT, opens so many streams of one page from this
process, posts a few comments there, then as many as it can: on another page, and on the one that is listened
to, beside what it could before a stream was open.
"""

import asyncio
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

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
    posts_before: float
    posts_elsewhere: float
    posts_there: float

    def __str__(self) -> str:
        return (
            f"{self.count:,} streams: {self.memory / 1_000:.1f} kB each, {self.opening * 1e6:,.0f} µs to "
            f"open; a comment reaches half of them in {self.half_told * 1e3:.0f} ms, all in "
            f"{self.all_told * 1e3:.0f} ms, for {self.telling * 1e6:.0f} µs each; posts a second: "
            f"{self.posts_before:.0f} before, {self.posts_elsewhere:.0f} elsewhere, "
            f"{self.posts_there:.0f} there"
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
        assert isinstance(transport, asyncio.Transport)
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
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    # The service that is started inherits it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    folder.mkdir()
    answerable = seed_comments(folder / "data", Seeds(PAGES))
    with contestants.comments(folder / "data", 1) as ours:
        return asyncio.run(_measure(ours, folder, answerable, count, client))


async def _measure(
    ours: Contestant, folder: Path, answerable: Answerable, count: int, client: Client
) -> Streams:
    elsewhere, there = (
        write_requests(folder / f"{page}.bin", our_posts(answerable, Seeds(PAGES), page, known=True))
        for page in (POSTS_PAGE, PAGE)
    )
    before = await _posted(ours, elsewhere, client, 1)
    readers = Readers(count)
    memory, computed = memory_bytes(ours.process), computed_seconds(ours.process)
    await _open(ours, readers)
    opening = (computed_seconds(ours.process) - computed) / count
    memory_each = (memory_bytes(ours.process) - memory) / count
    half, last, telling = await _told(ours, readers, answerable)
    # What is told from now on is not counted any more.
    readers.awaited = b"\0"
    posts_elsewhere = await _posted(ours, elsewhere, client, 2)
    posts_there = await _posted(ours, there, client, 3)
    for transport in readers.transports:
        transport.close()
    return Streams(count, memory_each, opening, telling, half, last, before, posts_elsewhere, posts_there)


async def _open(ours: Contestant, readers: Readers) -> None:
    loop = asyncio.get_running_loop()
    for begin in range(0, readers.count, AT_ONCE):
        opening = range(begin, min(begin + AT_ONCE, readers.count))
        await asyncio.gather(*(loop.create_connection(lambda: readers, HOST, ours.port) for _ in opening))
    await readers.told()


async def _told(ours: Contestant, readers: Readers, answerable: Answerable) -> tuple[float, float, float]:
    """Post some comments; return after how long half and all heard of one, and what telling each took."""
    half, last, cpu = [], [], []
    posts = our_posts(answerable, Seeds(PAGES), PAGE, known=True)[:POSTS]
    for number, post in enumerate(posts, 90_000_000):
        # An event comes at once only if the last one was told a moment ago.
        await asyncio.sleep(2 * SPACING_SECONDS)
        readers.awaited, computed = b"%08d" % number, computed_seconds(ours.process)
        asked = time.perf_counter()
        answer = await asyncio.to_thread(ask, ours.port, numbered(post, number))
        if answer.status != 201:
            raise RuntimeError(f"a post is answered {answer.status}: {answer.body[:300]!r}")
        told = [arrival - asked for arrival in await readers.told()]
        half.append(statistics.median(told))
        last.append(max(told))
        cpu.append((computed_seconds(ours.process) - computed) / readers.count)
    return statistics.median(half), statistics.median(last), statistics.median(cpu)


async def _posted(ours: Contestant, file: Path, client: Client, turn: int) -> float:
    order = Order(ours.port, file, POSTERS, POSTING_SECONDS, turn * 1_000_000)
    return (await asyncio.to_thread(client, order)).rate


def main() -> None:
    _, client = fast_client()
    for count in map(int, sys.argv[1:] or COUNTS):
        # A service for each: what has been taken once is not given back to the system.
        with tempfile.TemporaryDirectory() as folder:
            print(measure_streams(Path(folder) / "streams", count, client))


if __name__ == "__main__":
    main()
