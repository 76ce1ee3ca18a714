"""The sites' cards, remembered for a moment: a post must not read its site's settings each time."""

import time

from comments.storage import Database
from comments.threads.site_card import SiteCard, site_card

REMEMBERED_SECONDS = 0.5


class SiteBook:
    """Cards by name, at most half a second old."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._cards: dict[str, tuple[float, SiteCard]] = {}

    async def card(self, name: str) -> SiteCard:
        """Return the site's card. Raises SiteUnknown."""
        kept = self._cards.get(name)
        if kept is not None and time.monotonic() - kept[0] < REMEMBERED_SECONDS:
            return kept[1]
        self._cards.pop(name, None)
        card = await self._db.read(site_card, name)
        self._cards[name] = (time.monotonic(), card)
        return card

    def forget(self) -> None:
        """Forget all cards: a site has just been changed here."""
        self._cards.clear()
