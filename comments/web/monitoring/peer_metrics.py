"""How the processes of one `comments serve` ask each other what they have counted: they share one port."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

PATIENCE_SECONDS = 1.0
PART_BYTES = 65_536


class PeerMetrics:
    """One for all processes, made before they are started: each inherits the ways to all others.

    A question is a socket to answer on, which is closed after the answer. The way to a process outlives it,
    so that the one that takes its place hears on it too. No file and no port is needed.
    """

    def __init__(self, count: int) -> None:
        self._ways = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(count)]
        for end in (end for way in self._ways for end in way):
            end.setblocking(False)
        self._answering: set[asyncio.Task[None]] = set()
        self._listening: list[Callable[[], object]] = []

    def listen(self, number: int, tell: Callable[[], bytes]) -> None:
        """Be process `number`, and answer with what `tell` returns, until the event loop ends or `close`."""
        _, asked = self._ways[number]
        loop = asyncio.get_running_loop()
        loop.add_reader(asked, self._hear, asked, tell)
        self._listening.append(partial(loop.remove_reader, asked))

    async def ask(self) -> dict[int, bytes]:
        """Return what each process tells, by its number; of one that is away or stuck, nothing."""
        answers = await asyncio.gather(*(_asked(asker) for asker, _ in self._ways))
        return {number: answer for number, answer in enumerate(answers) if answer}

    def close(self) -> None:
        """Listen no more, and give back the ways; called before the event loop ends, if it is heard there."""
        # First: a loop that goes on would take the next connections of these numbers for watched already.
        for leave in self._listening:
            leave()
        for end in (end for way in self._ways for end in way):
            end.close()

    def _hear(self, asked: socket.socket, tell: Callable[[], bytes]) -> None:
        _, descriptors, _, _ = socket.recv_fds(asked, 1, 1)
        # None arrive where this process may not open any more.
        for descriptor in descriptors:
            answering = asyncio.create_task(_answer(socket.socket(fileno=descriptor), tell()))
            self._answering.add(answering)
            answering.add_done_callback(self._answering.discard)


async def _answer(asker: socket.socket, answer: bytes) -> None:
    with asker, suppress(OSError):
        asker.setblocking(False)
        await asyncio.get_running_loop().sock_sendall(asker, answer)


async def _asked(way: socket.socket) -> bytes:
    mine, theirs = socket.socketpair()
    with mine:
        mine.setblocking(False)
        with theirs:
            try:
                socket.send_fds(way, [b"?"], [theirs.fileno()])
            except OSError:
                # It has heard none of the last questions.
                return b""
        answer = bytearray()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while part := await asyncio.get_running_loop().sock_recv(mine, PART_BYTES):
                    answer += part
        except (TimeoutError, OSError):
            return b""
        return bytes(answer)
