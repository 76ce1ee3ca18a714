"""Readers who listen: streams of server-sent events, on the application itself and over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.types import Message

from tests.support.site import SiteUnderTest

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Event:
    """What a browser makes of one block of lines; `data` is empty where only the id was set."""

    id: str
    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def events_in(lines: Iterable[str]) -> Iterator[Event]:
    """Yield the events of a stream, heartbeats left out."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif not line and "id" in fields:
            yield Event(fields["id"], fields.get("event", ""), json.loads(fields.get("data", "{}")))
            fields = {}


class Reader:
    """One open stream, and the server's end of its connection.

    `status` and `headers` are there once it is open; `is_over` is set when the server is through with it.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_over = asyncio.Event()
        self.is_cut = False
        self._opened = asyncio.Event()
        self._reads = True
        self._waiting = 0
        self._gone: Callable[[], None] | None = None
        self._text = ""
        self._arrived = asyncio.Event()

    async def event(self) -> Event:
        """Return the next event, waiting for it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                begun, end, rest = self._text.partition("\n\n")
                if end:
                    self._text = rest
                    for found in events_in([*begun.split("\n"), ""]):
                        return found
                    continue
                self._arrived.clear()
                await self._arrived.wait()

    async def heartbeat(self) -> str:
        """Return the next bytes as they are, waiting for them."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self._text:
                self._arrived.clear()
                await self._arrived.wait()
            text, self._text = self._text, ""
            return text

    def stop_reading(self) -> None:
        """Take nothing more, as a reader does whose connection has stalled."""
        self._reads = False

    def leave(self) -> None:
        if self._gone is not None:
            # A server hears of it a little later, too.
            asyncio.get_running_loop().call_soon(self._leave, self._gone)
            self._gone = None

    def _leave(self, gone: Callable[[], None]) -> None:
        gone()
        self.is_over.set()

    async def opened(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._opened.wait()

    async def over(self) -> None:
        """Wait until the service has ended the answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.is_over.wait()

    async def receive(self) -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        self._take(message["body"])
        self._opened.set()
        self.is_over.set()

    def leave_to(self, gone: Callable[[], None]) -> "Reader":
        self._gone = gone
        self._opened.set()
        return self

    def waiting(self) -> int:
        return self._waiting

    def write(self, body: bytes) -> None:
        if self._reads:
            self._take(body)
        else:
            self._waiting += len(body)

    def end(self) -> None:
        self.leave()

    def cut(self) -> None:
        self.is_cut = True
        self.leave()

    def _take(self, body: bytes) -> None:
        self._text += body.decode()
        self._arrived.set()


@asynccontextmanager
async def listening(
    site: SiteUnderTest,
    *urls: str,
    address: str = "198.51.100.9",
    method: str = "GET",
    name: str = "",
    identifier: str = "",
    **headers: str,
) -> AsyncIterator[Reader]:
    """Listen to pages of the site; `since` belongs to the query, other keywords are headers."""
    query = [("url", url) for url in urls] + ([("identifier", identifier)] if identifier else [])
    if "since" in headers:
        query.append(("since", headers.pop("since")))
    reader = Reader()
    given = {"x-forwarded-for": address, **{key.replace("_", "-"): value for key, value in headers.items()}}
    path = f"/api/v1/sites/{name or site.name}/stream"
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query).encode(),
        "headers": [(key.encode(), value.encode()) for key, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "comments.connection": reader,
    }
    await site.app(scope, reader.receive, reader.send)
    await reader.opened()
    try:
        yield reader
    finally:
        reader.leave()
        await reader.over()
