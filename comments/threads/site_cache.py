"""The sites' cards, remembered for a moment: a post must not read its site's settings each time."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from comments.clock import Clock
from comments.storage import Database
from comments.threads.site_card import SiteCard, site_card

REMEMBERED_SECONDS = 0.5


class SiteCache:
    """Cards by name, at most half a second old. Calls `changed` when a site is other than it was."""

    def __init__(
        self, db: Database, clock: Clock, changed: Callable[[], None], *, sends_mail: bool = False
    ) -> None:
        self._db = db
        self._clock = clock
        self._changed = changed
        self._sends_mail = sends_mail
        self._cards: dict[str, tuple[float, SiteCard]] = {}
        self._asked: dict[str, asyncio.Task[SiteCard]] = {}

    async def card(self, name: str) -> SiteCard:
        """Return the site's card as of now. Raises SiteUnknown."""
        card = await self._remembered(name)
        days = card.settings.close_after_days
        return replace(card, closed_before=self._clock.now() - timedelta(days=days)) if days else card

    def compare(self, versions: Mapping[UUID, int]) -> None:
        """Take in what versions all sites have now: those that are gone or changed are forgotten."""
        if any(versions.get(card.id) != card.version for _, card in self._cards.values()):
            self.forget()

    def forget(self) -> None:
        """Forget all cards, and whatever was made from them."""
        self._cards.clear()
        self._asked.clear()
        self._changed()

    async def _remembered(self, name: str) -> SiteCard:
        kept = self._cards.get(name)
        if kept is not None and time.monotonic() - kept[0] < REMEMBERED_SECONDS:
            return kept[1]
        asked = self._asked.get(name)
        if asked is None:
            # One asks for all who need it by then: else a busy site asks for every request that waits.
            asked = self._asked[name] = asyncio.create_task(self._read(name))
        return await asyncio.shield(asked)

    async def _read(self, name: str) -> SiteCard:
        me = asyncio.current_task()
        try:
            card = replace(await self._db.read(site_card, name), sends_mail=self._sends_mail)
        finally:
            # Forgotten while it was read, it may be older than what made that so.
            is_current = self._asked.get(name) is me
            if is_current:
                del self._asked[name]
        kept = self._cards.get(name)
        if kept is not None and (kept[1].id, kept[1].version) != (card.id, card.version):
            self.forget()
        if is_current:
            self._cards[name] = (time.monotonic(), card)
        return card
