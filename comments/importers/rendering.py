"""Sanitising in processes beside this one: most of an import's work, and none of it needs the database."""

import asyncio
import os
import signal
import struct
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import msgspec

import comments
from comments.errors import Unavailable
from comments.importers.collecting import collecting_seldom
from comments.text import RENDERER_VERSION, render
from comments.text.rendering import Format

LENGTH = struct.Struct(">I")
MODULE = "comments.importers.rendering"
AHEAD = 3
"""Orders beyond one for each process: of what was shown while the file was read some are empty."""


class Text(NamedTuple):
    """What is to be shown. `html` is there if it has been rendered before, by `renderer`."""

    source: str
    format: Format
    html: str | None = None
    renderer: int = 0


class Shown(NamedTuple):
    html: str
    renderer: int


class HelperStopped(Unavailable):
    """A process that sanitises has ended by itself; what was written stays, the import can be run again."""

    code = "import-helper-stopped"


def show(text: Text) -> Shown:
    """Render a source; sanitise once more what is said to be rendered: a file may say anything."""
    if text.html is None or text.renderer > RENDERER_VERSION:
        rendered = render(text.source, format=text.format)
        return Shown(rendered.html, rendered.renderer)
    from comments.text.sanitise import sanitise

    return Shown(sanitise(text.html, classes=text.format == "markdown").html, text.renderer)


class Crew:
    """Shows texts with `helpers` processes of its own, or in this one if there are none."""

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

    async def show(self, texts: Sequence[Text]) -> list[Shown]:
        """Return what each text is shown as. Raises HelperStopped."""
        if not self.helpers or not texts:
            return [show(text) for text in texts]
        helper = await self._idle.get()
        try:
            return await helper.show(texts)
        finally:
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
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment))

    async def show(self, texts: Sequence[Text]) -> list[Shown]:
        order = msgspec.msgpack.encode(texts)
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the helper was started without pipes")
        try:
            stdin.writelines((LENGTH.pack(len(order)), order))
            await stdin.drain()
            (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
            return msgspec.msgpack.decode(await stdout.readexactly(length), type=list[Shown])
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise HelperStopped(
                "A helper process ended by itself. Run the import again: it goes on from here."
            ) from error

    async def end(self) -> None:
        # It may be in the middle of an answer that nobody reads any more, and would wait for ever.
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


def work(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders until there are no more."""
    decoder = msgspec.msgpack.Decoder(list[Text])
    while len(head := orders.read(LENGTH.size)) == LENGTH.size:
        texts = decoder.decode(orders.read(LENGTH.unpack(head)[0]))
        answer = msgspec.msgpack.encode([show(text) for text in texts])
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    # Ctrl+C reaches the whole group; whoever gave the orders ends its helpers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with collecting_seldom():
        work(sys.stdin.buffer, sys.stdout.buffer)
