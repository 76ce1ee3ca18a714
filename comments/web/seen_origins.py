"""Which pages' origins have asked lately, noted in memory: bounded, and without a write for any request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

AGAIN_AFTER = timedelta(minutes=1)
MOST_OF_SITE = 20
MOST = 2_000
LONGEST_ORIGIN = 300


@dataclass(frozen=True, slots=True)
class OriginSighting:
    """A page of a site was there at this time; `url` is as the page said it."""

    site: str
    origin: str
    url: str
    at: datetime


class SeenOrigins:
    """What has asked since it was last taken. An origin is noted once a minute."""

    def __init__(self) -> None:
        self._last: dict[str, dict[str, datetime]] = {}
        self._waiting: dict[tuple[str, str], OriginSighting] = {}

    def note(self, site: str, origin: str, url: Callable[[], str], at: datetime) -> None:
        """Note that a page of this origin asked for a site that there is; what is too much is left out."""
        known = self._last.setdefault(site, {})
        last = known.get(origin)
        if last is not None and at - last < AGAIN_AFTER:
            return
        is_too_much = last is None and (len(known) >= MOST_OF_SITE or len(self._waiting) >= MOST)
        if is_too_much or len(origin) > LONGEST_ORIGIN:
            return
        known[origin] = at
        self._waiting[site, origin] = OriginSighting(site, origin, url(), at)

    def take(self) -> list[OriginSighting]:
        """Return what was noted, and forget it; the next day's other origins have room then too."""
        taken = list(self._waiting.values())
        self._waiting.clear()
        oldest = max((one.at for one in taken), default=None)
        if oldest is not None:
            for known in self._last.values():
                for origin in [name for name, at in known.items() if oldest - at > AGAIN_AFTER]:
                    del known[origin]
        return taken
