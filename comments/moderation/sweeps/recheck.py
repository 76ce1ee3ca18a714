"""Running the rules anew over a queue, some comments at a time; whoever stops it can begin again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from comments.classifier.cache import ModelCache
from comments.clock import Clock
from comments.keys import Keyring
from comments.moderation.decisions.requests import Deed
from comments.moderation.queue.index_ranges import Position
from comments.moderation.sweeps.recheck_actions import (
    RecheckedComment,
    RecheckVerdict,
    carry_out,
    judged_anew,
    reread,
)
from comments.moderation.sweeps.recheck_queries import comments_of_queue
from comments.sites.models import Site
from comments.storage import Database

AT_ONCE = 50
DEEDS: tuple[Deed, ...] = ("rules_spam", "rules_approve")


@dataclass(slots=True)
class RecheckCounts:
    """What became of a queue so far: by what the rules say today, what they may do, and what they did.

    `left` are comments of which the rules say something else, and which are people’s to decide.
    """

    checked: int = 0
    wanted: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    left: int = 0


@dataclass(frozen=True, slots=True)
class Recheck:
    """Which queue is checked, and whether anything is done about it: only about what waits, ever."""

    db: Database
    keys: Keyring
    clock: Clock
    site: Site
    queue: str = "pending"
    applies: bool = False

    async def run(self, counts: RecheckCounts) -> AsyncIterator[RecheckVerdict]:
        """Yield the comments that would not lie where they do, and count everything in `counts`.

        Two at once do everything once: each comment is decided only as it was read.
        """
        model = await ModelCache(self.db).model(self.site.id)
        place: Position | None = None
        while rows := await self.db.scan(comments_of_queue, self.site.id, self.queue, place, limit=AT_ONCE):
            place = (rows[-1].created_at, rows[-1].id)
            some = await asyncio.to_thread(reread, rows, model)
            anew = await self.db.scan(judged_anew, self.site, some, at=self.clock.now())
            counts.checked += len(anew)
            for one in anew:
                if one.state != self.queue:
                    counts.left += one.deed is None
                    counts.wanted[one.deed or ""] += 1
                    yield one
            if self.applies:
                await self._apply(anew, counts)

    async def _apply(self, anew: list[RecheckVerdict], counts: RecheckCounts) -> None:
        for deed in DEEDS:
            some: list[RecheckedComment] = [one.read for one in anew if one.deed == deed]
            if some:
                counts.done[deed] += await self.db.write(
                    carry_out, self.keys, self.site, deed, some, at=self.clock.now()
                )
