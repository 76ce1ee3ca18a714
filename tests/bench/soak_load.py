"""The load of a soak: readers, writers and open streams, paced, and what they were told."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx2 as httpx

from tests.bench.requests import BROWSER, HOST
from tests.bench.seeding import SITE, Answerable, page_url, reader

API = f"/api/v1/sites/{SITE}"
PAGES = 60
"""How many pages are written on, beside those that were seeded."""
AT_ONCE = 64
WARMING_AT_ONCE = 16
STREAMS = 50
STREAM_SECONDS = (2.0, 30.0)
AWAY_SECONDS = 0.5
"""How long a client waits before it tries a service again that did not answer."""


@dataclass(slots=True)
class Told:
    """What came back: how many answers of each kind, and which comments were acknowledged."""

    answers: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    away: int = 0
    """Requests that had no answer: the service, or the process they had reached, had ended."""
    acknowledged: list[str] = field(default_factory=list)
    events: int = 0


class Load:
    """Asks the service that answers on `port`, which may change, until the block ends."""

    def __init__(self, answerable: Answerable, texts: Sequence[str], *, seed: int = 1) -> None:
        self.port = 0
        self.told = Told()
        self._answerable = answerable
        self._texts = texts
        self._luck = random.Random(seed)
        self._number = 0
        self._etags: dict[str, str] = {}
        self._pages = [*answerable.by_page, *(f"soaked-{number}" for number in range(PAGES))]

    async def warm(self, reads: int) -> None:
        """Ask so often for what fits no kept answer that caches are full."""
        limits = httpx.Limits(max_connections=WARMING_AT_ONCE)
        async with httpx.AsyncClient(headers=BROWSER, limits=limits, timeout=30) as client:

            async def ask(count: int) -> None:
                for _ in range(count):
                    await self._done("read uncached", self._read_uncached, client)

            await asyncio.gather(*(ask(reads // WARMING_AT_ONCE) for _ in range(WARMING_AT_ONCE)))

    async def run(self, rates: dict[str, float]) -> None:
        """Do each kind of work so many times a second, for as long as the task is not cancelled."""
        works: dict[str, Callable[[httpx.AsyncClient], Awaitable[None]]] = {
            "read": self._read,
            "read again": self._read_again,
            "read uncached": self._read_uncached,
            "count": self._count,
            "post": self._post,
        }
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with (
            httpx.AsyncClient(headers=BROWSER, limits=limits, timeout=30) as client,
            asyncio.TaskGroup() as group,
        ):
            for name, rate in rates.items():
                group.create_task(self._paced(name, works[name], rate, client))
            for _ in range(STREAMS):
                group.create_task(self._stream())

    async def _paced(
        self,
        name: str,
        work: Callable[[httpx.AsyncClient], Awaitable[None]],
        rate: float,
        client: httpx.AsyncClient,
    ) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        running: set[asyncio.Task[None]] = set()
        while True:
            due = max(due + 1 / rate, loop.time() - 1)
            await asyncio.sleep(due - loop.time())
            # A service that is away is not asked more and more: the rest is left out.
            if len(running) < AT_ONCE:
                task = asyncio.create_task(self._done(name, work, client))
                running.add(task)
                task.add_done_callback(running.discard)

    async def _done(
        self, name: str, work: Callable[[httpx.AsyncClient], Awaitable[None]], client: httpx.AsyncClient
    ) -> None:
        try:
            await work(client)
        except httpx.HTTPError:
            self.told.away += 1
            await asyncio.sleep(AWAY_SECONDS)
        else:
            self.told.answers[name] += 1

    async def _get(
        self, client: httpx.AsyncClient, path: str, query: Sequence[tuple[str, str]], etag: str = ""
    ) -> httpx.Response:
        headers = {"If-None-Match": etag} if etag else {}
        answer = await client.get(self._address(path), params=tuple(query), headers=headers)
        self.told.statuses[answer.status_code] += 1
        return answer

    async def _read(self, client: httpx.AsyncClient) -> None:
        page = self._page()
        answer = await self._get(client, "/thread", [("url", page_url(page)), ("limit", "25")])
        self._etags[page] = answer.headers.get("etag", "")

    async def _read_again(self, client: httpx.AsyncClient) -> None:
        page = self._page()
        asked = [("url", page_url(page)), ("limit", "25")]
        await self._get(client, "/thread", asked, self._etags.get(page, ""))

    async def _read_uncached(self, client: httpx.AsyncClient) -> None:
        address = f"{page_url(self._page())}?utm_source={self._next()}"
        await self._get(client, "/thread", [("url", address), ("limit", "25")])

    async def _count(self, client: httpx.AsyncClient) -> None:
        await self._get(client, "/counts", [("url", page_url(self._page())) for _ in range(3)])

    async def _post(self, client: httpx.AsyncClient) -> None:
        page, number = self._page(), self._next()
        tokens = self._answerable.tokens
        answered = self._answerable.by_page.get(page)
        body = {
            "page": {"url": page_url(page), "title": "Soaked"},
            "parent_id": str(self._luck.choice(answered)) if answered and number % 5 > 1 else None,
            "body": f"{number} {self._luck.choice(self._texts)}",
            "author": {"name": reader(number)},
        }
        headers = {"Idempotency-Key": f"soaked-soaked-soaked-{number:08}"}
        # Three in four are known, and public at once; the others wait for a moderator.
        if number % 4:
            headers["Authorization"] = f"Bearer {tokens[number % len(tokens)]}"
        answer = await client.post(self._address("/comments"), json=body, headers=headers)
        self.told.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            self.told.acknowledged.append(json.loads(answer.content)["comment"]["id"])

    async def _stream(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._luck.uniform(*STREAM_SECONDS)):
                    await self._listen()
            except TimeoutError:
                pass
            except OSError:
                self.told.away += 1
            await asyncio.sleep(AWAY_SECONDS)

    async def _listen(self) -> None:
        came, goes = await asyncio.open_connection(HOST, self.port)
        try:
            target = f"{API}/stream?url={page_url(self._page())}"
            goes.write(f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n\r\n".encode())
            while line := await came.readline():
                self.told.events += line.startswith(b"event:")
        finally:
            goes.close()

    def _address(self, path: str) -> str:
        return f"http://{HOST}:{self.port}{API}{path}"

    def _page(self) -> str:
        # A few pages are read and written most.
        return self._pages[int(len(self._pages) * self._luck.random() ** 2)]

    def _next(self) -> int:
        self._number += 1
        return self._number
