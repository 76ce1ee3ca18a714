"""Answers without an end: server-sent events, on a connection that the answer has for itself."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

LARGEST_BACKLOG = 64 * 1024
"""Bytes that wait for a slow reader; at more the connection is cut, unless it is one chunk alone."""

_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    # nginx would else keep events back until a buffer is full.
    (b"x-accel-buffering", b"no"),
]


class Line(Protocol):
    """A connection from the head of its answer on, as the server leaves it to a stream."""

    def waiting(self) -> int:
        """Return how many bytes the reader's side has not taken yet."""

    def write(self, body: bytes) -> None: ...

    def end(self) -> None:
        """End the answer, and the connection, after what was written."""

    def cut(self) -> None:
        """End the connection at once, whatever waits."""


class Connection(Protocol):
    """What a server puts into the scope as `comments.connection`."""

    def leave_to(self, gone: Callable[[], None]) -> Line | None:
        """Leave the connection to the answer whose head was sent; `gone` is called once it has ended.

        None if it has ended already, or if other requests that came on it wait for their answers.
        """


class Outlet:
    """One reader's end of a stream: whoever has news puts bytes in, and they are written on the spot.

    A stream that waits is this, the server's end of the connection, and no task. For the event loop alone.
    """

    __slots__ = ("_early", "_is_ended", "_line")

    def __init__(self) -> None:
        self._line: Line | None = None
        self._early = b""
        self._is_ended = False

    def put(self, chunk: bytes) -> None:
        """Send `chunk`. A reader who lets more than the largest backlog wait is cut off."""
        line = self._line
        if line is None:
            self._early += chunk
            return
        waiting = line.waiting()
        if waiting and waiting + len(chunk) > LARGEST_BACKLOG:
            line.cut()
        else:
            line.write(chunk)

    def end(self) -> None:
        """End the answer; a reader who has not taken what was put in is cut off."""
        self._is_ended = True
        if self._line is None:
            return
        if self._line.waiting():
            self._line.cut()
        else:
            self._line.end()

    def open(self, line: Line) -> None:
        """Send what was put in before the head of the answer, and from now on everything at once."""
        self._line, early, self._early = line, self._early, b""
        if early:
            line.write(early)
        if self._is_ended:
            self.end()


Begin = Callable[[Outlet], Awaitable[Callable[[], None]]]
"""Connects an outlet with its news, or refuses; what is returned disconnects it."""


class EventStream(Response):
    """An answer of server-sent events, sent once. The request is over once the stream has begun."""

    def __init__(self, begin: Begin) -> None:
        # Response.__init__ makes headers for a body that is known.
        self.status_code = 200
        self.raw_headers = _HEADERS
        self.background = None
        self._begin = begin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        outlet = Outlet()
        leave = await self._begin(outlet)
        line: Line | None = None
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": list(_HEADERS)})
            connection: Connection | None = scope.get("comments.connection")
            if connection is not None and scope["method"] != "HEAD":
                line = connection.leave_to(leave)
        finally:
            if line is None:
                leave()
        if line is None:
            await send({"type": "http.response.body", "body": b""})
        else:
            outlet.open(line)
