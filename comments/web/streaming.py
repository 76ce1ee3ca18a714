"""Answers without an end: server-sent events, as a plain ASGI callable that costs little while it waits."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

LARGEST_BACKLOG = 64 * 1024
"""Bytes that wait for a slow reader; at more the connection is cut, unless it is one chunk alone."""

HEARTBEAT_SECONDS = 20.0
"""Shorter than what proxies wait for a silent server, which is often 60 seconds."""

_HEARTBEAT = b":\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    # nginx would else keep events back until a buffer is full.
    (b"x-accel-buffering", b"no"),
]


class Outlet:
    """One reader's end of a stream. Bytes are put in by whoever has news; the request's own task sends them.

    Not for use from several threads.
    """

    __slots__ = ("_abort", "_backlog", "_beat", "_chunks", "_ended", "_is_sending", "_loop", "_wake")

    def __init__(self, abort: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._abort = abort
        self._chunks: list[bytes] = []
        self._backlog = 0
        self._ended = self._is_sending = False
        self._wake: asyncio.Future[None] | None = None
        self._beat: asyncio.TimerHandle | None = None

    def put(self, chunk: bytes) -> None:
        """Send `chunk` soon. A reader that lets more than the largest backlog wait is cut off."""
        if self._ended:
            return
        if self._backlog and self._backlog + len(chunk) > LARGEST_BACKLOG:
            self.cut()
            return
        self._chunks.append(chunk)
        self._backlog += len(chunk)
        self._rouse()

    def end(self) -> None:
        """End the answer after what was put in; a reader who does not take it is cut off."""
        if self._is_sending:
            # Sending waits for nothing but the reader.
            self.cut()
        self._ended = True
        self._rouse()

    def cut(self) -> None:
        """End the connection at once, whatever waits."""
        self._chunks.clear()
        self._ended = True
        self._abort()
        self._rouse()

    async def run(self, receive: Receive, send: Send) -> None:
        """Send what is put in until the reader leaves or the outlet is ended."""
        watching = self._loop.create_task(self._until_gone(receive))
        self._beat = self._loop.call_later(HEARTBEAT_SECONDS, self._keep_alive)
        try:
            while not self._ended or self._chunks:
                if self._chunks:
                    chunk = b"".join(self._chunks)
                    self._chunks.clear()
                    self._is_sending = True
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    self._is_sending = False
                    self._backlog -= len(chunk)
                else:
                    self._wake = self._loop.create_future()
                    await self._wake
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._ended = True
            self._beat.cancel()
            watching.cancel()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._chunks.clear()
        self._ended = True
        self._rouse()

    def _keep_alive(self) -> None:
        self._beat = self._loop.call_later(HEARTBEAT_SECONDS, self._keep_alive)
        self.put(_HEARTBEAT)

    def _rouse(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


Source = Callable[[Outlet], AbstractAsyncContextManager[None]]


class EventStream(Response):
    """An answer of server-sent events. Entering `source` with the outlet begins it, and may still refuse."""

    def __init__(self, source: Source, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        # Response.__init__ makes headers for a body that is known.
        self.status_code = 200
        self.raw_headers = [*_HEADERS, *headers]
        self.background = None
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        outlet = Outlet(scope.get("comments.abort", _nothing))
        async with self._source(outlet):
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": list(self.raw_headers)}
            )
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
            else:
                await outlet.run(receive, send)


def _nothing() -> None:
    """Stand in where the server offers no way to cut a connection: the answer ends, and that is all."""
