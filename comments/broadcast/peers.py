"""Tells other processes what this one has committed, and hears what they have."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from comments.broadcast.channels import Line
from comments.broadcast.messages import MOST_TOLD, messages, new_name, read
from comments.errors import Unavailable
from comments.storage import TOLD, Database

SPACING_SECONDS = 0.02
"""Between two messages: what is committed meanwhile is told together."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0

logger = logging.getLogger(__name__)


class Siblings:
    """The other processes of this service, on whatever hosts.

    Nothing rests on a message: what is not told is found by `Freshness.look`, a little later. With no lines
    nobody is told, and `calm` stays false.
    """

    def __init__(self, db: Database, lines: Sequence[Line]) -> None:
        self._db = db
        self._lines = lines
        self._name = new_name()
        self._untold: dict[object, None] = {}
        self._something = asyncio.Event()
        self._listens = False
        self._up: set[str] = set()
        self._look: Callable[[], None] = lambda: None
        if lines:
            db.subscribe(self._committed, others=False)

    def calm(self) -> bool:
        """Say whether whatever others commit is told here, so that looking for it is a safety net only."""
        return bool(self._lines) and self.lines_down == 0

    @property
    def lines_down(self) -> int:
        """Return how many lines there should be, and are not just now."""
        return len(self._lines) - len(self._up)

    async def run(self, look: Callable[[], None] = lambda: None) -> None:
        """Tell and hear for ever; `look` has somebody find what may have been missed."""
        if not self._lines:
            return
        self._look, self._listens = look, True
        await asyncio.gather(self._tell_on(), *(self._hear(line) for line in self._lines))

    async def tell(self) -> bool:
        """Tell what has not been told yet; return False if nobody can be reached."""
        self._something.clear()
        changes, self._untold = self._untold, {}
        is_told = False
        try:
            for message in messages(self._name, list(changes)):
                if not await self._send(message):
                    return False
            is_told = True
            return True
        finally:
            if not is_told:
                self._untold = changes | self._untold

    async def close(self) -> None:
        """Tell what has not been told, if that is possible, and let go of the lines."""
        self._listens = False
        await self.tell()
        for line in self._lines:
            await line.close()

    def say(self, change: object) -> None:
        """Have something told that is in no commit; it is lost if nobody can be reached."""
        self._committed([change])

    def _committed(self, changes: Sequence[object]) -> None:
        for change in changes:
            # One more than is told one by one means "look for yourselves", and that says it all.
            if type(change).__name__ in TOLD and len(self._untold) <= MOST_TOLD:
                self._untold[change] = None
        if self._untold:
            self._something.set()

    async def _tell_on(self) -> None:
        while True:
            await self._something.wait()
            is_told = False
            try:
                is_told = await self.tell()
            except Exception:
                logger.exception("other processes are not told of a change")
            await asyncio.sleep(SPACING_SECONDS if is_told else FIRST_PAUSE)
            if not is_told:
                self._something.set()

    async def _send(self, message: str) -> bool:
        for line in self._lines:
            # Who listens knows without waiting for a time-out that a line is lost.
            if self._listens and line.name not in self._up:
                continue
            try:
                await line.send(message)
            except Unavailable as failed:
                logger.debug("others are not told by %s: %s", line.name, failed)
            else:
                return True
        return False

    async def _hear(self, line: Line) -> None:
        """Listen on one line, and again when it was lost; only the first of several failures is logged."""
        pause, complained = FIRST_PAUSE, False

        def connected() -> None:
            nonlocal pause, complained
            if complained:
                logger.warning("other processes are heard by %s again", line.name)
            pause, complained = FIRST_PAUSE, False
            self._up.add(line.name)
            # Whatever was said before now was said to nobody.
            self._look()

        while True:
            try:
                await line.listen(connected, self._heard)
            except Unavailable as lost:
                if not complained:
                    logger.warning("other processes are not heard by %s: %s", line.name, lost)
                complained = True
            except Exception:
                logger.exception("other processes are not heard by %s", line.name)
            finally:
                self._up.discard(line.name)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _heard(self, text: str) -> None:
        sender, changes, look = read(text)
        if sender == self._name:
            return
        self._db.heard(changes)
        if look:
            self._look()
