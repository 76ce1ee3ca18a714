"""`python -m tests.bench.streams [COUNT …]`: what an open stream costs, and how soon one change reaches all.

Starts a service of its own on a SQLite file, opens COUNT streams of one page from this machine, posts a few
comments, and prints one line for each COUNT.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

from comments.live.hub import SPACING_SECONDS
from tests.bench.processes import computed_seconds, memory_bytes
from tests.support.live import Installation, LiveService

ORIGIN = "https://blog.example"
URL = f"{ORIGIN}/a"
API = "/api/v1/sites/blog"
ASK = f"GET {API}/stream?url={URL} HTTP/1.1\r\nHost: blog\r\nAccept: text/event-stream\r\n\r\n".encode()
COUNTS = (1_000, 5_000)
AT_ONCE = 50
POSTS = 5
PATIENCE_SECONDS = 60


@dataclass
class Readers(asyncio.Protocol):
    """All open streams together: how many have been told of the newest comment, and when."""

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
        """Wait until all are told; return when each was."""
        await asyncio.wait_for(self.all_told.wait(), PATIENCE_SECONDS)
        self.all_told.clear()
        told, self.arrivals = self.arrivals, []
        return told


async def measure(service: LiveService, headers: dict[str, str], count: int) -> str:
    address, process = urlsplit(service.base_url), service.process.pid
    loop, readers = asyncio.get_running_loop(), Readers(count)
    before, computed = memory_bytes(process), computed_seconds(process)
    for begin in range(0, count, AT_ONCE):
        await asyncio.gather(
            *(
                loop.create_connection(lambda: readers, address.hostname or "", address.port or 0)
                for _ in range(begin, min(begin + AT_ONCE, count))
            )
        )
    await readers.told()
    opening = computed_seconds(process) - computed
    memory = (memory_bytes(process) - before) / count
    last, middle, cpu = [], [], []
    async with httpx.AsyncClient(base_url=service.base_url, headers=headers) as client:
        for number in range(POSTS):
            # An event comes at once only if the last one was told a moment ago.
            await asyncio.sleep(2 * SPACING_SECONDS)
            # The same text within a minute would be the same comment.
            text = f"Number {number}, {time.time_ns()}"
            readers.awaited, computed = text.encode(), computed_seconds(process)
            asked = time.perf_counter()
            answer = await client.post(f"{API}/comments", json={"page": {"url": URL}, "body": text})
            assert answer.status_code == 201, answer.text
            told = [arrival - asked for arrival in await readers.told()]
            last.append(max(told))
            middle.append(statistics.median(told))
            cpu.append(computed_seconds(process) - computed)
    for transport in readers.transports:
        transport.close()
    return (
        f"{count:,} streams: {memory / 1_000:.1f} kB each, {opening / count * 1e6:,.0f} µs to open; a comment"
        f" reaches half of them in {statistics.median(middle) * 1e3:.0f} ms, all in"
        f" {statistics.median(last) * 1e3:.0f} ms, for {statistics.median(cpu) / count * 1e6:.0f} µs each"
    )


def moderator_of(installation: Installation) -> dict[str, str]:
    installation.run("site", "add", "blog", "--origin", ORIGIN)
    installation.run("moderator", "add", "mia@blog.example", "--site", "blog")
    printed = installation.run("moderator", "token", "mia@blog.example", "--site", "blog")
    token = next(word for word in printed.split() if word.startswith("m_"))
    return {"authorization": f"Bearer {token}"}


def main(counts: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder) / "data", settings={"COMMENTS_RATE_LIMITS": "off"})
        headers = moderator_of(installation)
        for count in map(int, counts or COUNTS):
            # A service for each: what has been taken once is not given back to the system.
            with installation.serving() as service:
                asyncio.run(measure(service, headers, 10))
                print(asyncio.run(measure(service, headers, count)))


if __name__ == "__main__":
    main(sys.argv[1:])
