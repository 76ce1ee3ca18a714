"""Tells other processes what this one has committed, and hears what they have."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from comments.broadcast.channels import BroadcastChannel
from comments.broadcast.messages import MOST_CHANGES, messages, new_name, read
from comments.errors import Unavailable
from comments.storage import BROADCAST_KINDS, Database

SPACING_SECONDS = 0.02
"""Between two messages: what is committed meanwhile is told together."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0

logger = logging.getLogger(__name__)


class Peers:
    """The other processes of this service, on whatever hosts.

    No promise rests on a message: a change that was not sent is found by `Invalidation.look`, a little
    later. Without a channel nothing is sent, and `calm` stays false.
    """

    def __init__(self, db: Database, channels: Sequence[BroadcastChannel]) -> None:
        self._db = db
        self._channels = channels
        self._name = new_name()
        self._unsent: dict[object, None] = {}
        self._something = asyncio.Event()
        self._listens = False
        self._up: set[str] = set()
        self._look: Callable[[], None] = lambda: None
        if channels:
            db.subscribe(self._committed, others=False)

    def calm(self) -> bool:
        """Say whether every commit of another process is received, so that looking is a safety net only."""
        return bool(self._channels) and self.channels_down == 0

    @property
    def channels_down(self) -> int:
        """Return how many channels should work, and do not just now."""
        return len(self._channels) - len(self._up)

    async def run(self, look: Callable[[], None] = lambda: None) -> None:
        """Send and receive for ever; `look` has somebody find what may have been missed."""
        if not self._channels:
            return
        self._look, self._listens = look, True
        await asyncio.gather(self._tell_on(), *(self._hear(channel) for channel in self._channels))

    async def tell(self) -> bool:
        """Tell what has not been told yet; return False if nobody can be reached."""
        self._something.clear()
        changes, self._unsent = self._unsent, {}
        is_told = False
        try:
            for message in messages(self._name, list(changes)):
                if not await self._send(message):
                    return False
            is_told = True
            return True
        finally:
            if not is_told:
                self._unsent = changes | self._unsent

    async def close(self) -> None:
        """Tell what has not been told, if that is possible, and let go of the lines."""
        self._listens = False
        await self.tell()
        for channel in self._channels:
            await channel.close()

    def say(self, change: object) -> None:
        """Have something told that is in no commit; it is lost if nobody can be reached."""
        self._committed([change])

    def _committed(self, changes: Sequence[object]) -> None:
        for change in changes:
            # One more than is told one by one means "look for yourselves", and that says it all.
            if type(change).__name__ in BROADCAST_KINDS and len(self._unsent) <= MOST_CHANGES:
                self._unsent[change] = None
        if self._unsent:
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
        for channel in self._channels:
            # Who listens knows without waiting for a time-out that a line is lost.
            if self._listens and channel.name not in self._up:
                continue
            try:
                await channel.send(message)
            except Unavailable as failed:
                logger.debug("others are not told by %s: %s", channel.name, failed)
            else:
                return True
        return False

    async def _hear(self, channel: BroadcastChannel) -> None:
        """Listen on one line, and again when it was lost; only the first of several failures is logged."""
        pause, complained = FIRST_PAUSE, False

        def connected() -> None:
            nonlocal pause, complained
            if complained:
                logger.warning("other processes are heard by %s again", channel.name)
            pause, complained = FIRST_PAUSE, False
            self._up.add(channel.name)
            # Whatever was said before now was said to nobody.
            self._look()

        while True:
            try:
                await channel.listen(connected, self._receive)
            except Unavailable as lost:
                if not complained:
                    logger.warning("other processes are not heard by %s: %s", channel.name, lost)
                complained = True
            except Exception:
                logger.exception("other processes are not heard by %s", channel.name)
            finally:
                self._up.discard(channel.name)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _receive(self, text: str) -> None:
        sender, changes, look = read(text)
        if sender == self._name:
            return
        self._db.receive(changes)
        if look:
            self._look()
