"""A load client of our own: `python -m tests.bench.client PORT FILE FIRST_NUMBER CONNECTIONS SECONDS`.

For machines without wrk, and for contestants that need seconds for one answer: it waits for the answers that
are under way when the time is up, and counts the time up to the last of them.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tests.bench.requests import HOST, NUMBER, numbered, read_requests

WAITS_SECONDS = 120


@dataclass(slots=True)
class Session:
    """One run: what is sent, until when, and what came back."""

    requests: list[bytes]
    number: int
    until: float
    port: int
    open: int
    finished: asyncio.Event
    sent: int = 0
    answers: int = 0
    received: int = 0
    refused: int = 0
    lost: int = 0
    last: float = 0.0

    def next_request(self) -> bytes | None:
        """Return what to send now; None when the time is up."""
        if time.perf_counter() >= self.until:
            return None
        request = self.requests[self.sent % len(self.requests)]
        self.sent += 1
        if NUMBER.encode() in request:
            self.number += 1
            return numbered(request, self.number)
        return request

    def closed(self) -> None:
        self.open -= 1
        if not self.open:
            self.finished.set()


class Connection(asyncio.Protocol):
    """Sends one request after another and reads answers that have a length; opens anew when it is closed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._received = bytearray()
        self._waits = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._received.clear()
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = bytes(self._received).partition(b"\r\n\r\n")
        if not end:
            return
        lines = head.lower().split(b"\r\n")
        status = int(lines[0].split()[1])
        fields = dict(line.split(b": ", 1) for line in lines[1:])
        length = 0 if status in {204, 304} else int(fields[b"content-length"])
        if len(body) < length:
            return
        self._waits = False
        self._count(status, len(self._received))
        self._received.clear()
        assert self._transport is not None
        if fields.get(b"connection") == b"close":
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits:
            self._session.lost += 1
        if time.perf_counter() < self._session.until:
            asyncio.get_running_loop().create_task(self.connect())
        else:
            self._session.closed()

    async def connect(self) -> None:
        self._waits = False
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, HOST, self._session.port)
        except OSError:
            self._session.lost += 1
            self._session.closed()

    def _send(self) -> None:
        assert self._transport is not None
        request = self._session.next_request()
        if request is None:
            self._transport.close()
            return
        self._waits = True
        self._transport.write(request)

    def _count(self, status: int, size: int) -> None:
        session = self._session
        session.answers += 1
        session.received += size
        session.refused += status >= 400
        session.last = time.perf_counter()


async def run(port: int, requests: list[bytes], first: int, connections: int, seconds: float) -> Session:
    """Send requests for so many seconds and wait for the answers to those under way."""
    start = time.perf_counter()
    session = Session(requests, first, start + seconds, port, connections, asyncio.Event(), last=start)
    await asyncio.gather(*(Connection(session).connect() for _ in range(connections)))
    async with asyncio.timeout(seconds + WAITS_SECONDS):
        await session.finished.wait()
    session.last -= start
    return session


def main() -> None:
    """Run and print what wrk's script prints."""
    import uvloop

    port, file, first, connections, seconds = sys.argv[1:]
    running = run(int(port), read_requests(Path(file)), int(first), int(connections), float(seconds))
    done = uvloop.run(running)
    counted = {"answers": done.answers, "bytes": done.received, "refused": done.refused, "lost": done.lost}
    print(json.dumps({"seconds": done.last, **counted}))


if __name__ == "__main__":
    main()
