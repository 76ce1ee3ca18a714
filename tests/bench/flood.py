"""Posts at fixed times, more than can be taken: `python -m tests.bench.flood PORT FILE FLOOD NORMAL FIRST`.

Says `begun`, floods at the rate FLOOD until its input ends, goes on for a while at the rate NORMAL, and
prints what came of both. It sends when a post is due, whatever the server does, and opens as many
connections for that as are waiting for their answers.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import cast

from tests.bench.requests import HOST, numbered, read_requests

MOST_CONNECTIONS = 4_000
MOST_SECONDS, NORMAL_SECONDS = 15.0, 2.0
LOOK_SECONDS = 0.002
ANSWER_SECONDS = 15.0


@dataclass
class Phase:
    """What came of the posts that were due in one stretch of time, which began then."""

    begun: float
    lasted: float = 0.0
    due: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    untold: int = 0
    """Refused without being told when to come again."""
    lost: int = 0
    """Without an answer, or never sent for want of a connection."""
    took: list[float] = field(default_factory=list)
    """Seconds from when a post was due until it was acknowledged."""
    last_refused: float = 0.0
    """When the last one that was refused had been due, from the beginning."""

    def answered(self, head: bytes, due: float) -> None:
        status = int(head.split(None, 2)[1])
        self.statuses[status] += 1
        if status == 201:
            self.took.append(time.perf_counter() - due)
            return
        self.last_refused = max(self.last_refused, due - self.begun)
        self.untold += b"\r\nretry-after: " not in head.lower()

    def told(self) -> dict[str, object]:
        ordered = sorted(self.took) or [0.0]
        return {
            "seconds": self.lasted,
            "due": self.due,
            "acknowledged": self.statuses[201],
            "refused": self.statuses[503],
            "other": self.due - self.statuses[201] - self.statuses[503],
            "untold": self.untold,
            "last_refused": self.last_refused,
            "half": ordered[len(ordered) // 2],
            "most": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
        }


class Way(asyncio.Protocol):
    """A connection: free, or waiting for the answer to one post."""

    def __init__(self, free: list["Way"]) -> None:
        self._free = free
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._waits_for: tuple[Phase, float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def send(self, request: bytes, phase: Phase, due: float) -> None:
        self._waits_for = phase, due
        if self._transport is None or self._transport.is_closing():
            self.connection_lost(None)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = bytes(self._received).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if not end or len(body) < length or self._waits_for is None:
            return
        self._received.clear()
        phase, due = self._waits_for
        self._waits_for = None
        phase.answered(head, due)
        self._free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits_for is not None:
            self._waits_for[0].lost += 1
            self._waits_for = None

    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def waits(self) -> bool:
        return self._waits_for is not None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Flood:
    """All connections, and what is sent on them."""

    def __init__(self, port: int, requests: list[bytes], first: int) -> None:
        self._port = port
        self._requests = requests
        self._numbers = count(first)
        self._free: list[Way] = []
        self._ways: list[Way] = []
        self._opening: set[asyncio.Task[None]] = set()

    async def send(self, rate: float, seconds: float, ended: asyncio.Event) -> Phase:
        """Send at this rate for so many seconds, or until it is to end."""
        phase = Phase(time.perf_counter())
        while not ended.is_set() and (passed := time.perf_counter() - phase.begun) < seconds:
            while phase.due < passed * rate:
                self._send_one(phase, phase.begun + phase.due / rate)
                phase.due += 1
            await asyncio.sleep(LOOK_SECONDS)
        phase.lasted = time.perf_counter() - phase.begun
        return phase

    async def finish(self) -> None:
        """Wait for the answers that are under way, within bounds, and close everything."""
        until = time.perf_counter() + ANSWER_SECONDS
        # Connections and answers, some of which never come.
        while time.perf_counter() < until and self._is_waiting():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        for way in self._ways:
            way.close()

    def _is_waiting(self) -> bool:
        return bool(self._opening) or any(way.waits() for way in self._ways)

    def _send_one(self, phase: Phase, due: float) -> None:
        number = next(self._numbers)
        request = numbered(self._requests[number % len(self._requests)], number)
        while self._free:
            way = self._free.pop()
            if way.is_open():
                way.send(request, phase, due)
                return
            self._ways.remove(way)
        if len(self._ways) == MOST_CONNECTIONS:
            phase.lost += 1
            return
        way = Way(self._free)
        self._ways.append(way)
        opening = asyncio.create_task(self._open(way, request, phase, due))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    async def _open(self, way: Way, request: bytes, phase: Phase, due: float) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: way, HOST, self._port)
        except OSError:
            self._ways.remove(way)
            phase.lost += 1
        else:
            way.send(request, phase, due)


async def flooded(port: int, file: Path, flood: float, normal: float, first: int) -> list[Phase]:
    """Flood until the input ends, then send for a while at the normal rate."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    client = Flood(port, read_requests(file), first)
    print("begun", flush=True)
    phases = [await client.send(flood, MOST_SECONDS, ended)]
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    phases.append(await client.send(normal, NORMAL_SECONDS, asyncio.Event()))
    await client.finish()
    return phases


def main() -> None:
    """Send, and print what came of both."""
    import uvloop

    port, file, flood, normal, first = sys.argv[1:]
    phases = uvloop.run(flooded(int(port), Path(file), float(flood), float(normal), int(first)))
    print(json.dumps([phase.told() for phase in phases]))


if __name__ == "__main__":
    main()
