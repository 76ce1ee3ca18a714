"""What is left of a connection whose answer has no end: bytes go out until one side ends it."""

import asyncio
from collections.abc import Callable
from functools import lru_cache

_LAST_CHUNK = b"0\r\n\r\n"


class Line(asyncio.Protocol):
    """Takes the place of uvicorn's protocol, its parser and its request: a waiting reader costs little.

    Whatever else the reader sends is passed over: there is no answer behind this one.
    """

    __slots__ = ("_gone", "transport")

    def __init__(self, transport: asyncio.Transport, gone: "Callable[[Line], None]") -> None:
        self.transport = transport
        self._gone = gone

    def waiting(self) -> int:
        """Return how many bytes the system has not taken yet."""
        return self.transport.get_write_buffer_size()

    def write(self, body: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(_chunk(body))

    def end(self) -> None:
        """End the answer well, and the connection after it."""
        if not self.transport.is_closing():
            self.transport.write(_LAST_CHUNK)
            self.transport.close()

    def cut(self) -> None:
        """End the connection at once, whatever waits."""
        self.transport.abort()

    def shutdown(self) -> None:
        """Called by the server while it stops."""
        self.end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone(self)


@lru_cache(maxsize=4)
def _chunk(body: bytes) -> bytes:
    """Return a piece of an answer of unknown length (RFC 9112, 7.1); thousands get the same bytes."""
    return b"%x\r\n%b\r\n" % (len(body), body)
