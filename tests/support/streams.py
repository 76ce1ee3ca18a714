"""Readers who listen: streams of server-sent events, on the application itself and over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
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
    """One open stream, as a server sees it: what it sends, and that the reader may leave or take nothing.

    `status` and `headers` are there once it is open; `is_over` is set when the application has ended it.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_over = asyncio.Event()
        self._is_whole = False
        self._opened = asyncio.Event()
        self._takes = asyncio.Event()
        self._takes.set()
        self._left = asyncio.Event()
        self._has_asked = False
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
        self._takes.clear()

    def leave(self) -> None:
        self._left.set()

    @property
    def is_cut(self) -> bool:
        """Whether the application ended it before the end of the answer."""
        return self.is_over.is_set() and not self._is_whole

    async def opened(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._opened.wait()

    async def over(self) -> None:
        """Wait until the service has ended the answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.is_over.wait()

    async def receive(self) -> Message:
        if not self._has_asked:
            self._has_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self._opened.set()
            return
        await self._takes.wait()
        self._text += message["body"].decode()
        self._arrived.set()
        if not message.get("more_body"):
            self._is_whole = True

    async def serve(self, site: SiteUnderTest, scope: dict[str, Any]) -> None:
        try:
            await site.app(scope, self.receive, self.send)
        finally:
            self._opened.set()
            self.is_over.set()


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
    }
    serving = asyncio.create_task(reader.serve(site, scope))
    await reader.opened()
    try:
        yield reader
    finally:
        reader.leave()
        await reader.over()
        await serving
