"""Answers without an end: server-sent events, as a plain ASGI callable that costs little while it waits."""

import asyncio
from collections.abc import Awaitable, Callable

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
    """One reader's end of a stream: whoever has news puts bytes in.

    While nothing happens a stream is one suspended task and no more. Not for use from several threads.
    """

    __slots__ = ("_abort", "_backlog", "_beat", "_chunks", "_ended", "_loop", "_open", "_send", "_sending")

    def __init__(self, send: Send, abort: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._send = send
        self._abort = abort
        self._chunks: list[bytes] = []
        self._backlog = 0
        self._open = self._ended = False
        self._sending: asyncio.Task[None] | None = None
        self._beat: asyncio.TimerHandle | None = None

    def put(self, chunk: bytes) -> None:
        """Send `chunk` soon. A reader who lets more than the largest backlog wait is cut off."""
        if self._ended:
            return
        if self._backlog and self._backlog + len(chunk) > LARGEST_BACKLOG:
            self.cut()
            return
        self._chunks.append(chunk)
        self._backlog += len(chunk)
        self._go_on()

    def end(self) -> None:
        """End the answer after what was put in; a reader who does not take it is cut off."""
        if self._ended:
            return
        if self._backlog > sum(map(len, self._chunks)):
            # Some are under way, and sending waits for nothing but the reader.
            self.cut()
            return
        self._ended = True
        self._go_on()

    def cut(self) -> None:
        """End the connection at once, whatever waits."""
        self._ended = True
        self._chunks.clear()
        self._abort()

    async def until_gone(self, receive: Receive) -> None:
        """Send what is put in; return when the reader has left, or the answer has ended.

        The server says either with the same message (ASGI, HTTP: "disconnect").
        """
        self._open = True
        self._go_on()
        self._beat = self._loop.call_later(HEARTBEAT_SECONDS, self._keep_alive)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._ended = True
            self._chunks.clear()
            self._beat.cancel()
            if self._sending is not None:
                self._sending.cancel()

    def _go_on(self) -> None:
        if self._open and self._sending is None:
            self._sending = self._loop.create_task(self._send_all())

    async def _send_all(self) -> None:
        while self._chunks:
            chunk = b"".join(self._chunks)
            self._chunks.clear()
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            self._backlog -= len(chunk)
        if self._ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        self._sending = None

    def _keep_alive(self) -> None:
        self._beat = self._loop.call_later(HEARTBEAT_SECONDS, self._keep_alive)
        self.put(_HEARTBEAT)


Begin = Callable[[Outlet], Awaitable[Callable[[], None]]]
"""Connects an outlet with its news, or refuses; what is returned disconnects it."""


class EventStream(Response):
    """An answer of server-sent events, sent once."""

    def __init__(self, begin: Begin) -> None:
        # Response.__init__ makes headers for a body that is known.
        self.status_code = 200
        self.raw_headers = _HEADERS
        self.background = None
        self._begin = begin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        outlet = Outlet(send, scope.get("comments.abort", _nothing))
        leave = await self._begin(outlet)
        # What it holds is not needed while a stream waits for hours.
        del self._begin
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": list(_HEADERS)})
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
            else:
                await outlet.until_gone(receive)
        finally:
            leave()


def _nothing() -> None:
    """Stand in where the server offers no way to cut a connection: the answer ends, and that is all."""
