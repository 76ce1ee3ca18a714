"""`python -m tests.bench.overload`: twenty times the posts that can be taken, and 10,000 idle connections.

Each on a service of its own with one process on a SQLite file, beside readers who ask at fixed times.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.bench import contestants
from tests.bench.contestants import Contestant
from tests.bench.load import Client, Order, fast_client
from tests.bench.processes import MemoryWatch, memory_bytes
from tests.bench.requests import HOST, write_requests
from tests.bench.seeding import POSTS_PAGE, Seeds, seed_comments
from tests.bench.tail import read_at_fixed_times
from tests.bench.works import WRITES_AT_ONCE, our_posts, thread

TIMES = 20
"""What is sent, by what can be taken."""

NORMAL = 0.5
"""What is sent afterwards, by what can be taken."""

POSTING_SECONDS, BUSY_SECONDS = 2.0, 5.0
PAGES = {"a": 100, POSTS_PAGE: 100}
IDLE = 10_000
AT_ONCE = 50
FILES = 32_768
PATIENCE_SECONDS = 40.0

Waited = tuple[float, float]
"""Seconds that 50 and 99 of 100 took at most."""


@dataclass(frozen=True, slots=True)
class Flooded:
    """What came of a flood of posts on one page, and of readers meanwhile; rates are a second."""

    reads: Waited
    posts: Waited
    """Those that were acknowledged."""
    sent: float
    acknowledged: float
    refused: float
    """The share of all posts that was answered with 503."""
    untold: int
    """Those of them without Retry-After."""
    failed: int
    """Posts with any other answer, or none."""
    recovered: float
    """Seconds from the flood's end until no post was refused, at half of what can be taken."""

    def __str__(self) -> str:
        return (
            f"of {self.sent:.0f} a second {self.acknowledged:.0f} are acknowledged, {self.refused:.0%} get "
            f"503 ({self.untold} without Retry-After, {self.failed} others), within "
            f"{_in_ms(self.posts)}; reads {_in_ms(self.reads)}; taken again after {self.recovered:.2f} s"
        )


@dataclass(frozen=True, slots=True)
class Overload:
    """What came of readers of a page alone, beside all posts that can be taken there, and beside floods."""

    alone: Waited
    sustainable: float
    busy: Waited
    """Reads beside so many posts."""
    there: Flooded
    elsewhere: Flooded
    memory: tuple[int, int, int]
    """Bytes before the floods, at most, and afterwards."""

    @property
    def growth(self) -> int:
        return self.memory[1] - self.memory[0]

    def __str__(self) -> str:
        before, most, after = (size / 1e6 for size in self.memory)
        return (
            f"reads {_in_ms(self.alone)} alone; {self.sustainable:.0f} posts a second can be taken, reads "
            f"then {_in_ms(self.busy)}\ntwenty times as many there: {self.there}\n"
            f"and elsewhere: {self.elsewhere}\n"
            f"{before:.0f} MB before, {most:.0f} at most, {after:.0f} after"
        )


def _in_ms(waited: Waited) -> str:
    return " | ".join(f"{seconds * 1e3:.1f} ms" for seconds in waited)


def measure_overload(folder: Path, client: Client) -> Overload:
    """Find what one process can take beside readers, then send many times that, on their page and another."""
    folder.mkdir()
    answerable = seed_comments(folder / "data", Seeds(PAGES))
    reads = write_requests(folder / "reads.bin", [thread("a")])
    there, elsewhere = (
        write_requests(folder / f"{page}.bin", our_posts(answerable, Seeds(PAGES), page, known=True))
        for page in PAGES
    )
    with contestants.comments(folder / "data", 1) as ours:
        alone = read_at_fixed_times(ours.port, reads, 0)
        with ThreadPoolExecutor() as pool:
            order = Order(ours.port, there, WRITES_AT_ONCE, BUSY_SECONDS, 1)
            posting = pool.submit(client, order)
            busy = read_at_fixed_times(ours.port, reads, 1)
            sustainable = posting.result().rate
        before = memory_bytes(ours.process)
        with MemoryWatch(ours.process) as watch:
            on_that_page = _flooded(ours, reads, there, sustainable, 2)
            on_another = _flooded(ours, reads, elsewhere, sustainable, 3)
        after = memory_bytes(ours.process)
    return Overload(
        alone, sustainable, busy, on_that_page, on_another, (before, max(watch.most.resident, before), after)
    )


def _flooded(ours: Contestant, reads: Path, posts: Path, sustainable: float, number: int) -> Flooded:
    """Read while others post too much."""
    numbers = [ours.port, posts, TIMES * sustainable, NORMAL * sustainable, number * 10_000_000]
    command = [sys.executable, "-m", "tests.bench.flood", *map(str, numbers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        client.stdout.readline()
        waited = read_at_fixed_times(ours.port, reads, number)
        told, _ = client.communicate(timeout=PATIENCE_SECONDS)
    flood, normal = json.loads(told)
    return Flooded(
        waited,
        (flood["half"], flood["most"]),
        flood["due"] / flood["seconds"],
        flood["acknowledged"] / flood["seconds"],
        flood["refused"] / flood["due"],
        flood["untold"] + normal["untold"],
        flood["other"] + normal["other"],
        normal["last_refused"],
    )


@dataclass(frozen=True, slots=True)
class Idle:
    """What connections cost on which nothing is sent: bytes of each; posts a second and reads meanwhile."""

    count: int
    memory: float
    posts_before: float
    posts_meanwhile: float
    alone: Waited
    meanwhile: Waited

    def __str__(self) -> str:
        return (
            f"{self.count:,} idle connections: {self.memory / 1e3:.1f} kB each; posts a second: "
            f"{self.posts_before:.0f} before, {self.posts_meanwhile:.0f} meanwhile; reads "
            f"{_in_ms(self.alone)} alone, {_in_ms(self.meanwhile)} meanwhile"
        )


class Silent(asyncio.Protocol):
    """All idle connections together: how many are open."""

    def __init__(self) -> None:
        self.open = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.open += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.open -= 1


def measure_idle(folder: Path, count: int, client: Client) -> Idle:
    """Connect so many times to a service of one process and send nothing, while others read and post."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    # The service that is started inherits it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    folder.mkdir()
    answerable = seed_comments(folder / "data", Seeds(PAGES))
    reads = write_requests(folder / "reads.bin", [thread("a")])
    posts = write_requests(folder / "posts.bin", our_posts(answerable, Seeds(PAGES), POSTS_PAGE, known=True))
    with contestants.comments(folder / "data", 1) as ours:
        return asyncio.run(_idle(ours, count, reads, posts, client))


async def _idle(ours: Contestant, count: int, reads: Path, posts: Path, client: Client) -> Idle:
    def posted(turn: int) -> float:
        return client(Order(ours.port, posts, WRITES_AT_ONCE, POSTING_SECONDS, turn * 1_000_000)).rate

    posts_before = await asyncio.to_thread(posted, 1)
    alone = await asyncio.to_thread(read_at_fixed_times, ours.port, reads, 1)
    loop, silent = asyncio.get_running_loop(), Silent()
    memory = memory_bytes(ours.process)
    for begin in range(0, count, AT_ONCE):
        opening = range(begin, min(begin + AT_ONCE, count))
        await asyncio.gather(*(loop.create_connection(lambda: silent, HOST, ours.port) for _ in opening))
    memory_each = (memory_bytes(ours.process) - memory) / count
    meanwhile = await asyncio.to_thread(read_at_fixed_times, ours.port, reads, 2)
    posts_meanwhile = await asyncio.to_thread(posted, 2)
    if silent.open < count:
        raise RuntimeError(f"{count - silent.open} of {count} connections were closed too soon to measure")
    return Idle(count, memory_each, posts_before, posts_meanwhile, alone, meanwhile)


def main() -> None:
    _, client = fast_client()
    with tempfile.TemporaryDirectory() as folder:
        print(measure_overload(Path(folder) / "overload", client))
        print(measure_idle(Path(folder) / "idle", IDLE, client))


if __name__ == "__main__":
    main()
