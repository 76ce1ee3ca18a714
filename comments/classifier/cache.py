"""What sites have learned, remembered: a post must not read thousands of counts each time."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from comments.classifier.events import Learned
from comments.classifier.queries import newer_counts
from comments.classifier.score import Model
from comments.storage import Database

LOOKED_AT_EVERY_SECONDS = 10.0
"""How old what another process has learned may be here; what this one learns is known at once."""

MOST_MODELS = 32
"""Each takes two megabytes; who was asked about longest ago is read again when needed."""


@dataclass(slots=True)
class _CachedModel:
    model: Model = field(default_factory=Model)
    looked_at: float = float("-inf")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class ModelCache:
    """The sites' models, each brought up to date by the counts that have changed since."""

    def __init__(self, db: Database) -> None:
        self._db = db
        # By the ids' numbers: each post comes by here, and to hash an id takes longer than all the rest.
        self._entries: OrderedDict[int, _CachedModel] = OrderedDict()
        db.subscribe(self._receive)

    async def model(self, site_id: UUID) -> Model | None:
        """Return what a site has learned, None as long as that is too little."""
        entry = self._entries.get(site_id.int)
        if entry is None:
            # Made only where it is needed: a model is two megabytes of zeros, and each post comes by here.
            entry = self._entries[site_id.int] = _CachedModel()
        self._entries.move_to_end(site_id.int)
        if len(self._entries) > MOST_MODELS:
            self._entries.popitem(last=False)
        if entry.turn.locked() or time.monotonic() - entry.looked_at >= LOOKED_AT_EVERY_SECONDS:
            await self._look(site_id, entry)
        return entry.model if entry.model.works else None

    async def _look(self, site_id: UUID, entry: _CachedModel) -> None:
        async with entry.turn:
            if time.monotonic() - entry.looked_at >= LOOKED_AT_EVERY_SECONDS:
                # Before it is asked: what is learned meanwhile may be in the answer or not.
                entry.looked_at = time.monotonic()
                await self._bring_up_to_date(site_id, entry.model)

    async def _bring_up_to_date(self, site_id: UUID, model: Model) -> None:
        learned, newer = await self._db.read(newer_counts, site_id, model.version)
        if learned is None:
            return
        for row in newer:
            model.put(row.bucket, row.good, row.bad)
        model.good, model.bad, model.version = learned.good, learned.bad, learned.version

    def _receive(self, changes: Sequence[object]) -> None:
        for change in changes:
            if isinstance(change, Learned) and change.site_id.int in self._entries:
                self._entries[change.site_id.int].looked_at = float("-inf")
