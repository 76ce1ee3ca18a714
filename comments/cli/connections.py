"""What a connection may do to the process: how long a request may take to come, how large, how many at once.

uvicorn waits for ever for a request that comes byte by byte, and keeps heads of any size in memory.
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from comments.cli.lines import Line
from comments.config import Settings
from comments.web.edge import is_trusted, last_words
from comments.web.problems import unasked_response

LARGEST_HEAD = 32 * 1024
MOST_PIPELINED = 32
LEAST_BYTES_A_SECOND = 500
"""What a body must come with, on the whole, once `body_seconds` have passed."""

MOST_CONNECTIONS = 20_000
LEFT_FOR_OTHERS = 64
"""Files that the process needs besides: database, log, calls to the outside."""

LOOK_SECONDS = 1.0

_MALFORMED = last_words(unasked_response(400, "malformed-request", "This is no request of HTTP."))
_TOO_LARGE = last_words(unasked_response(431, "head-too-large", "The head of a request may have 32 kB."))
_TOO_SLOW = last_words(unasked_response(408, "request-too-slow", "The request did not come in time."))
_FULL = last_words(
    unasked_response(
        503, "connections-full", "Too many connections are open; try again in a few seconds.", retry_after=5
    )
)


AtDoor = Callable[[bytes, bytes, Sequence[tuple[bytes, bytes]]], tuple[bytes, bytes] | None]


@dataclass(slots=True)
class Connections:
    """The bounds of one process, and the connections that are in the middle of sending a request.

    `an_address` is what one address may have open at once; trusted proxies may have all.
    """

    head_seconds: float = 15.0
    body_seconds: float = 30.0
    most: int = MOST_CONNECTIONS
    an_address: int = MOST_CONNECTIONS
    trusts: Callable[[str], bool] = lambda _: False
    refused: int = 0
    too_slow: int = 0
    at_door: AtDoor = lambda method, target, headers: None
    """The answer to a request by its head alone, in two parts with room for headers between; or none."""
    sending: dict["Protocol", None] = field(default_factory=dict)
    of_address: Counter[str] = field(default_factory=Counter)

    def is_full(self, open_now: int, address: str) -> bool:
        """Say whether the connection that was just made is one too many."""
        return open_now > self.most or (
            self.of_address[address] > self.an_address and not self.trusts(address)
        )

    def leave(self, address: str) -> None:
        """Count a connection of this address less."""
        self.of_address[address] -= 1
        if not self.of_address[address]:
            del self.of_address[address]

    async def watch(self, every: float = LOOK_SECONDS) -> None:
        """Cut who sends too slowly, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(every)
            now = loop.time()
            for connection in list(self.sending):
                connection.cut_if_late(now)


def most_connections() -> int:
    """Return how many connections the system's limit of open files leaves room for."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, files - max(LEFT_FOR_OTHERS, files // 16)))


def bounds_of(settings: Settings) -> Connections:
    """Return the bounds of a process: one address may have a quarter, unless limits are off."""
    most = most_connections()
    return Connections(
        most=most,
        an_address=most // 4 if settings.rate_limits else most,
        trusts=lambda address: is_trusted(address, settings.trusted_proxies),
    )


class Protocol(HttpToolsProtocol):
    """uvicorn's, within bounds; it leaves a connection to an answer that has no end."""

    bounds: ClassVar[Connections]

    is_coming = False
    """Whether a request has begun to come, and not come whole."""
    _in_head = False
    _head_bytes = 0
    _body_bytes = 0
    _since = 0.0
    _is_answered = False
    """Whether the request that comes was answered at the door: the rest of it is passed over."""
    _is_told_to_end = False
    _is_counted = False

    @classmethod
    def within(cls, bounds: Connections) -> "type[Protocol]":
        """Return the protocol of a server that has these bounds."""
        return type("BoundedProtocol", (cls,), {"bounds": bounds})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        bounds = self.bounds
        bounds.of_address[self._address] += 1
        self._is_counted = True
        if bounds.is_full(len(self.connections), self._address):
            bounds.refused += 1
            self._refuse(_FULL)
            return
        self._begin_to_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        bounds = self.bounds
        bounds.sending.pop(self, None)
        if self._is_counted:
            self._is_counted = False
            bounds.leave(self._address)
        super().connection_lost(exc)
        self._let_go()

    def leave_to(self, gone: Callable[[], None]) -> Line | None:
        """Leave the connection to the answer whose head was sent; `gone` is called once it has ended.

        None if it has ended already, or if other requests that came on it wait for their answers.
        """
        if self.cycle.disconnected or self.pipeline:
            return None
        # The task of this request ends, and uvicorn would complain that the answer has not.
        self.cycle.disconnected = True
        self.flow.resume_reading()
        self.bounds.sending.pop(self, None)
        line = Line(self.transport, partial(_left, self.connections, self.bounds, self._address, gone))
        self.connections.discard(self)
        self.connections.add(line)  # type: ignore[arg-type]
        self.transport.set_protocol(line)
        self.parser = None  # type: ignore[assignment]
        self._let_go()
        return line

    def answer_whole(self, scope: Any, head: bytes, body: bytes) -> bool:
        """Send all of an answer, between whose parts there is room for headers, to the request of this scope.

        uvicorn looks at each header, and writes in two pieces, which takes longer than all of this. False if
        nothing was sent: who asked has gone, others wait on the connection, or it does not take more.
        """
        cycle = self.cycle
        if cycle.scope is not scope or cycle.disconnected or cycle.response_started or self.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        self._write_whole(head, body, ends=not cycle.keep_alive)
        cycle.message_event.set()
        cycle.on_response()
        return True

    def _write_whole(self, head: bytes, body: bytes, *, ends: bool) -> None:
        lines = [head, *(b"%b: %b\r\n" % header for header in self.server_state.default_headers)]
        if ends:
            lines.append(b"connection: close\r\n")
        self.transport.write(b"".join((*lines, body)))
        if ends:
            self.transport.close()

    def _let_go(self) -> None:
        """Break the circle of what holds one another, or it would stay until garbage is looked for."""
        if self.scope is not None:
            cast(dict[str, Any], self.scope).pop("comments.connection", None)

    def data_received(self, data: bytes) -> None:
        if len(data) <= LARGEST_HEAD:
            self._take(data)
        else:
            for start in range(0, len(data), LARGEST_HEAD):
                if self.transport.is_closing():
                    return
                self._take(data[start : start + LARGEST_HEAD])
        if self.is_coming or self._has_nothing_to_do():
            if self not in self.bounds.sending:
                self._begin_to_wait()
        elif self in self.bounds.sending:
            del self.bounds.sending[self]

    def _take(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        if self._in_head and was_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(_TOO_LARGE)
        elif len(self.pipeline) > MOST_PIPELINED:
            self.transport.abort()

    def _has_nothing_to_do(self) -> bool:
        """Say whether nothing is under way, though something came: empty lines before a request."""
        cycle = self._latest
        return self.timeout_keep_alive_task is None and (cycle is None or cycle.response_complete)

    def _begin_to_wait(self) -> None:
        self._since = self.loop.time()
        self.bounds.sending[self] = None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["comments.connection"] = self
        self.is_coming = self._in_head = True
        self._head_bytes = self._body_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._answer_at_door():
            return
        super().on_headers_complete()
        if self._is_told_to_end:
            self.cycle.keep_alive = False
        if self in self.bounds.sending:
            self._since = self.loop.time()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if not self._is_answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self.is_coming = False
        if self._is_answered:
            self._is_answered = False
            self.on_response_complete()
        else:
            super().on_message_complete()

    def _answer_at_door(self) -> bool:
        """Answer by the head alone, unless others wait for their answers, or these are not taken."""
        latest = self._latest
        if (latest is not None and not latest.response_complete) or self.flow.write_paused:
            return False
        if self.parser.should_upgrade():
            return False
        answer = self.bounds.at_door(self.parser.get_method(), self.url, self.headers)
        if answer is None:
            return False
        self._is_answered = True
        keeps = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        self._write_whole(*answer, ends=self._is_told_to_end or not keeps)
        return True

    def cut_if_late(self, now: float) -> None:
        """End the connection if the head, or the body, of its request takes too long."""
        in_body = self.is_coming and not self._in_head
        if in_body and self.flow.read_paused:
            # We are slow, not they.
            self._since = now
        allowed = self.bounds.head_seconds
        if in_body:
            allowed = self.bounds.body_seconds + self._body_bytes / LEAST_BYTES_A_SECOND
        if now - self._since > allowed:
            self.bounds.too_slow += 1
            self._refuse(_TOO_SLOW)

    def shutdown(self) -> None:
        """Called by the server while it stops, several times: a request that is on its way is answered.

        An idle connection is closed at the second call: what the system has of it already is read until then.
        """
        if self._is_told_to_end and not self.is_coming:
            super().shutdown()
        elif self._latest is not None:
            self._latest.keep_alive = False
        self._is_told_to_end = True

    def send_400_response(self, msg: str) -> None:
        self._refuse(_MALFORMED)

    def _refuse(self, answer: bytes) -> None:
        """Answer, if nothing has been answered yet, and close."""
        self.bounds.sending.pop(self, None)
        if self.transport.is_closing():
            return
        cycle = self._latest
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(answer)
        self.transport.close()

    @property
    def _latest(self) -> RequestResponseCycle | None:
        """The request that came last; None before the first one, though uvicorn's type denies it."""
        return self.cycle

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""


def _left(
    connections: set[Any], bounds: Connections, address: str, gone: Callable[[], None], line: Line
) -> None:
    connections.discard(line)
    bounds.leave(address)
    gone()
