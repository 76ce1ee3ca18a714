"""Keeps a process true: hears its own commits, looks for those of others, and tells what changed."""

import asyncio
from collections.abc import Callable, Container, Hashable, Sequence
from datetime import timedelta
from uuid import UUID

from comments.sites.events import SiteChanged
from comments.sites.queries import site_versions
from comments.storage import looked
from comments.threads.events import ThreadChanged, ThreadOpened
from comments.threads.queries.find_threads import threads_changed_since
from comments.threads.site_cache import SiteCache
from comments.web.service import Service

LOOK_BACK = timedelta(seconds=10)
"""A commit may come this much later than the time that is written in it."""


class Invalidation:
    """Drops from the cache what has changed, and passes it on.

    `thread_changed` is called with site, thread and version, `sites_are` with the sites there are.
    """

    def __init__(
        self,
        svc: Service,
        site_cache: SiteCache,
        *,
        thread_changed: Callable[[UUID, UUID, int], None],
        sites_are: Callable[[Container[UUID]], None],
    ) -> None:
        self._svc = svc
        self._site_cache = site_cache
        self._thread_changed = thread_changed
        self._sites_are = sites_are
        self._seen: dict[Hashable, int] = {}
        self._looked_at = svc.clock.now()
        self._turn = asyncio.Lock()
        self._asked = asyncio.Event()
        svc.db.subscribe(self.heard)

    def heard(self, changes: Sequence[object]) -> None:
        """Take in what a commit announced, of this process or of another that tells of it."""
        for change in changes:
            if isinstance(change, ThreadChanged):
                self._svc.cache.drop(change.thread_id, change.version)
                self._thread_changed(change.site_id, change.thread_id, change.version)
            elif isinstance(change, ThreadOpened):
                self._opened(change.site_id)
                self._thread_changed(change.site_id, change.thread_id, 1)
            elif isinstance(change, SiteChanged):
                self._site_cache.forget()
                # A site that is gone has listeners, perhaps.
                self.look_soon()

    async def look(self) -> None:
        """Ask which threads and sites have changed since the last look, whoever changed them."""
        async with self._turn:
            await self._look()

    def look_soon(self) -> None:
        """Have `look` done at once, or after the one that is under way."""
        self._asked.set()

    async def _look(self) -> None:
        looked_at = self._svc.clock.now()
        rows = await self._svc.db.read(threads_changed_since, self._looked_at - LOOK_BACK)
        # Only now: a look that failed is made up for by the next one.
        self._looked_at = looked_at
        for row in rows:
            if self._seen.get(row.id) != row.version:
                self._svc.cache.drop(row.id, row.version)
                self._opened(row.site_id)
                self._thread_changed(row.site_id, row.id, row.version)
        self._seen = {row.id: row.version for row in rows}
        sites = await self._svc.db.read(site_versions)
        self._site_cache.compare(sites)
        self._sites_are(sites)

    async def watch(self, calm: Callable[[], bool]) -> None:
        """Look whenever another process may have committed, for as long as the service runs.

        While it is `calm` others tell of what they commit, and looks only find what was not told.
        """
        await asyncio.gather(self._svc.db.watch(self.look, calm=calm), self._look_when_asked())

    async def _look_when_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            await looked(self.look)

    def _opened(self, site_id: Hashable) -> None:
        """Drop what was kept for pages of this site that had no thread: one of them may have one now."""
        count = self._svc.openings.get(site_id, 0) + 1
        self._svc.openings[site_id] = count
        self._svc.cache.drop(site_id, count)
