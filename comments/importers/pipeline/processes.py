"""Processes beside this one that read a file and sanitise what is in it: none of it needs the database."""

import asyncio
import os
import signal
import struct
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

import msgspec

import comments
from comments.errors import CommentsError, Unavailable
from comments.importers.errors import FileBroken, ImportRefused
from comments.importers.pipeline.garbage_collection import collecting_seldom
from comments.importers.pipeline.read_file import FilePart, ReadOrder, stretches
from comments.importers.pipeline.sanitise import ImportText, RenderedImport, show
from comments.importers.pipeline.source_file import Moved

LENGTH = struct.Struct(">I")
MODULE = "comments.importers.pipeline.processes"
AHEAD = 3
"""Orders beyond one for each process: of what was shown while the file was read some are empty."""

BUFFER_BYTES = 1024 * 1024
"""What a helper may have answered before this process looks at it; about one stretch of a file."""

TOLD_EVERY_BYTES = 1024 * 1024

REFUSALS: dict[str, type[CommentsError]] = {one.code: one for one in (FileBroken, ImportRefused)}
"""What reading a file raises, by the code it has on its way here."""


class RenderOrder(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """An order: say what these are shown as."""

    texts: list[ImportText]


class RenderReply(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The answer, in order."""

    shown: list[RenderedImport]


class ReadProgress(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """How many bytes of a file have been read, and how many it has."""

    done: int
    total: int


class ReadRefusal(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Why a file cannot be read on."""

    code: str
    detail: str


class ReadFinished(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The file has been read to its end."""


Order = RenderOrder | ReadOrder
OfAFile = FilePart | ReadProgress | ReadRefusal | ReadFinished
T = TypeVar("T")

ORDERS = msgspec.msgpack.Decoder[Order](Order)
THE_SHOWN = msgspec.msgpack.Decoder(RenderReply)
OF_A_FILE = msgspec.msgpack.Decoder[OfAFile](OfAFile)


class HelperStopped(Unavailable):
    """A process beside this one has ended by itself; what was written stays, the import can be run again."""

    code = "import-helper-stopped"


class HelperPool:
    """Reads and shows with `helpers` processes of its own, or in this one if there are none."""

    def __init__(self, helpers: int) -> None:
        self.helpers = helpers
        self.ahead = helpers + AHEAD if helpers else 0
        """How many orders to give before waiting for the first answer, so that nobody is idle."""
        self._idle: asyncio.Queue[_Helper] = asyncio.Queue()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for _ in range(self.helpers):
            helper = await _Helper.started()
            self._stack.push_async_callback(helper.end)
            self._idle.put_nowait(helper)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def show(self, texts: Sequence[ImportText]) -> list[RenderedImport]:
        """Return what each text is shown as. Raises HelperStopped."""
        if not self.helpers or not texts:
            return [show(text) for text in texts]
        helper = await self._idle.get()
        try:
            return await helper.show(texts)
        finally:
            self._idle.put_nowait(helper)

    async def read(self, reading: ReadOrder, moved: Moved) -> AsyncGenerator[FilePart, None]:
        """Yield what a file holds. Raises FileBroken, ImportRefused, HelperStopped, and what `moved` raises.

        Whoever does not go on to the end must not ask for anything else.
        """
        if not self.helpers:
            found = stretches(reading, moved)
            while (stretch := await asyncio.to_thread(next, found, None)) is not None:
                yield stretch
            return
        helper = await self._idle.get()
        async for stretch in helper.read(reading, moved):
            yield stretch
        self._idle.put_nowait(helper)


class _Helper:
    """One process; it ends when its input does, so also when this one is killed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def started(cls) -> "_Helper":
        pipe = asyncio.subprocess.PIPE
        # The code that runs here, and never what happens to lie in the folder the import was started in.
        environment = {**os.environ, "PYTHONPATH": str(Path(comments.__file__).parents[1])}
        command = (sys.executable, "-P", "-m", MODULE)
        return cls(
            await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, env=environment, limit=BUFFER_BYTES
            )
        )

    async def show(self, texts: Sequence[ImportText]) -> list[RenderedImport]:
        await self._ask(RenderOrder(list(texts)))
        return (await self._answer(THE_SHOWN)).shown

    async def read(self, reading: ReadOrder, moved: Moved) -> AsyncGenerator[FilePart, None]:
        await self._ask(reading)
        while True:
            match await self._answer(OF_A_FILE):
                case FilePart() as stretch:
                    yield stretch
                case ReadProgress(done, total):
                    moved(done, total)
                case ReadRefusal(code, detail):
                    raise REFUSALS[code](detail)
                case ReadFinished():
                    return

    async def _ask(self, order: Order) -> None:
        encoded = msgspec.msgpack.encode(order)
        stdin = self._process.stdin
        if stdin is None:
            raise RuntimeError("the helper was started without pipes")
        try:
            stdin.writelines((LENGTH.pack(len(encoded)), encoded))
            await stdin.drain()
        except ConnectionError as error:
            raise _stopped() from error

    async def _answer(self, of: msgspec.msgpack.Decoder[T]) -> T:
        stdout = self._process.stdout
        if stdout is None:
            raise RuntimeError("the helper was started without pipes")
        try:
            (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
            return of.decode(await stdout.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _stopped() from error

    async def end(self) -> None:
        # It may be in the middle of an answer that nobody reads any more, and would wait for ever.
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


def _stopped() -> HelperStopped:
    return HelperStopped("A helper process ended by itself. Run the import again: it goes on from here.")


def work(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders until there are no more."""

    def say(answer: RenderReply | OfAFile) -> None:
        encoded = msgspec.msgpack.encode(answer)
        answers.write(LENGTH.pack(len(encoded)) + encoded)
        answers.flush()

    while len(head := orders.read(LENGTH.size)) == LENGTH.size:
        order = ORDERS.decode(orders.read(LENGTH.unpack(head)[0]))
        if isinstance(order, RenderOrder):
            say(RenderReply([show(text) for text in order.texts]))
        else:
            _read_aloud(order, say)


def _read_aloud(reading: ReadOrder, say: Callable[[OfAFile], None]) -> None:
    reported = 0

    def moved(done: int, total: int) -> None:
        nonlocal reported
        if done - reported >= TOLD_EVERY_BYTES or done == total:
            reported = done
            say(ReadProgress(done, total))

    try:
        for stretch in stretches(reading, moved):
            say(stretch)
    except tuple(REFUSALS.values()) as error:
        say(ReadRefusal(error.code, error.detail))
    else:
        say(ReadFinished())


if __name__ == "__main__":
    # Ctrl+C reaches the whole group; whoever gave the orders ends its helpers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with collecting_seldom():
        work(sys.stdin.buffer, sys.stdout.buffer)
