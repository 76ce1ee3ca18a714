"""Answers without an end: server-sent events (WHATWG HTML, 9.2), as an ordinary ASGI response."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

LARGEST_BACKLOG = 64 * 1024
"""Bytes that wait for a slow reader; with more the stream is ended, unless it is one chunk alone."""

TAKE_SECONDS = 30.0
"""How long a reader may take nothing of what was sent, before the stream is ended."""

_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    # nginx would else keep events back until a buffer is full.
    (b"x-accel-buffering", b"no"),
]


class EventQueue:
    """What is still to be sent to one reader: whoever has news puts it in. For the event loop alone."""

    __slots__ = ("_ended", "_sending", "_waiting", "_wake")

    def __init__(self) -> None:
        self._waiting = b""
        self._ended = False
        self._wake: asyncio.Future[None] | None = None
        self._sending: asyncio.Timeout | None = None

    def put(self, chunk: bytes) -> None:
        """Add `chunk`. A reader who lets more than the largest backlog wait is cut off."""
        if self._ended:
            return
        is_slow = self._sending is not None
        if is_slow and self._waiting and len(self._waiting) + len(chunk) > LARGEST_BACKLOG:
            self.end()
            return
        # Nearly always nothing waits, and thousands of readers share the same bytes.
        self._waiting = self._waiting + chunk if self._waiting else chunk
        self._notify()

    def end(self) -> None:
        """End the stream after what was put in; a reader who takes nothing is cut off."""
        self._ended = True
        self._notify()
        if self._sending is not None:
            self._sending.reschedule(asyncio.get_running_loop().time())

    async def take(self) -> bytes:
        """Wait for news and return all of it; nothing once the stream has ended."""
        if not self._waiting and not self._ended:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        taken, self._waiting = self._waiting, b""
        return taken

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Raise TimeoutError inside if the reader takes nothing for too long, or is cut off."""
        async with asyncio.timeout(TAKE_SECONDS) as self._sending:
            yield
        self._sending = None

    def _notify(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


Subscribe = Callable[[EventQueue], Awaitable[Callable[[], None]]]
"""Connects a queue with its news, or refuses; what is returned disconnects it."""

_STREAM = "comments.event_stream"


class EventStream(Response):
    """An answer of server-sent events, which lasts until either side ends it: `EventStreams` sends them."""

    def __init__(self, subscribe: Subscribe) -> None:
        # Response.__init__ makes headers for a body that is known.
        self.status_code = 200
        self.raw_headers = _HEADERS
        self.background = None
        self._subscribe = subscribe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        queue = EventQueue()
        unsubscribe = await self._subscribe(queue)
        scope[_STREAM] = queue, unsubscribe
        await send({"type": "http.response.start", "status": self.status_code, "headers": _HEADERS})


class EventStreams:
    """Sends the events of a stream once its request has passed all other layers.

    It stands outermost: an open stream then holds none of what its request needed on the way, which would be
    half of its memory.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except BaseException:
            _, unsubscribe = scope.pop(_STREAM, (None, lambda: None))
            unsubscribe()
            raise
        if _STREAM in scope:
            await _send_events(scope, receive, send)


async def _send_events(scope: Scope, receive: Receive, send: Send) -> None:
    queue, unsubscribe = scope.pop(_STREAM)
    watching = asyncio.create_task(_end_with_reader(receive, queue))
    try:
        if scope["method"] != "HEAD":
            await _pass_on(queue, send)
        await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        # The server cuts the connection of an answer that has no end.
        return
    finally:
        watching.cancel()
        unsubscribe()


async def _pass_on(queue: EventQueue, send: Send) -> None:
    while chunk := await queue.take():
        async with queue.sending():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _end_with_reader(receive: Receive, queue: EventQueue) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    queue.end()
