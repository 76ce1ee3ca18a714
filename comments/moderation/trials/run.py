"""Trying other rules on what moderators have decided already: nothing is written."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comments.moderation.trials.outcomes import Trial, not_tried, tested
from comments.moderation.trials.queries import past_decisions
from comments.sites.models import Site
from comments.sites.queries import settings_of
from comments.sites.settings import SiteSettings, changed_settings, parsed_settings, words_of
from comments.storage import Database

AT_ONCE = 100
LAST = 1_000


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """Settings to be tried on the `last` decided comments, within so many seconds."""

    before: SiteSettings
    after: SiteSettings
    last: int = LAST
    most_named: int = 100
    seconds: float = float("inf")

    @property
    def not_tried(self) -> list[str]:
        return not_tried(self.before, self.after)


def attempt(site: Site, given: Mapping[str, Any], **limits: Any) -> TrialRequest:
    """Return what to try: a site's settings with changes that were given as JSON. Raises SettingRefused."""
    after = parsed_settings(changed_settings(site.settings, words_of(given)))
    return TrialRequest(settings_of(site), after, **limits)


async def tried(db: Database, site: Site, wanted: TrialRequest) -> Trial:
    """Judge the last comments that a person has decided about, under both lots of settings.

    What is kept does not grow with how many there are.
    """
    trial, place, ends = Trial(wanted.most_named), None, time.monotonic() + wanted.seconds
    while trial.tried < wanted.last:
        found = await db.scan(past_decisions, site.id, place, limit=AT_ONCE)
        some = found.comments[: wanted.last - trial.tried]
        for one in await asyncio.to_thread(tested, some, wanted.before, wanted.after):
            trial.add(one)
        if found.next is None:
            break
        place = found.next
        if time.monotonic() >= ends:
            trial.is_cut_short = True
            break
    return trial
