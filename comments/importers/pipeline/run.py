"""An import from the file to the report: read all, plan, and only then write, in short commits."""

import asyncio
import json
import os
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from comments.clock import Clock
from comments.importers.formats import native_people
from comments.importers.formats.registry import AUTO, find_format
from comments.importers.pipeline.batches import in_batches
from comments.importers.pipeline.build_drafts import BATCH_COMMENTS, DraftBuilder, PlannedComment
from comments.importers.pipeline.drafts import Batch, WrittenBatch
from comments.importers.pipeline.garbage_collection import collecting_seldom, taking_short_turns
from comments.importers.pipeline.plan import Plan, Target, has_comments_of, make_plan
from comments.importers.pipeline.processes import HelperPool
from comments.importers.pipeline.read_file import HELD_ROWS, ReadOrder, micros, unpacked
from comments.importers.pipeline.report import ImportReport, report_of
from comments.importers.pipeline.sanitise import RenderedImport
from comments.importers.pipeline.source_file import ImportFile
from comments.importers.pipeline.spool import Spool
from comments.importers.pipeline.write_rows import WrittenMeanwhile, open_pages, settle_versions, write_batch
from comments.keys import Keyring
from comments.sites.actions import add_site
from comments.sites.errors import SiteUnknown
from comments.sites.queries import origins_of, site_by_name
from comments.storage import Database, being_filled, writes_alone

ADDRESSES_KEPT_FOR = timedelta(days=30)
FEW_BYTES = 1_000_000
"""A file of as many has no more texts than are shown faster in this process than others are started."""

PACKED_TIMES = 5
"""How much larger than a packed file is what is in it, about."""

MOST_HELPERS = 4
TRIES = 3

Progress = Callable[[str, int, int], None]
"""Hears which step it is (`reading`, `writing`), how much of it is done, and how much it is in all."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import, and where to.

    `shift` moves every time of our own export. `helpers` None means as many as the machine is good for.
    `with_team` makes whoever moderates in our own export a moderator here; without it, only those of the
    site's team that it names are known. A file of more than `most_bytes`, unpacked, is refused.
    """

    path: Path
    site: str
    format: str = AUTO
    dry_run: bool = False
    shift: timedelta = timedelta()
    helpers: int | None = None
    with_team: bool = True
    most_bytes: int | None = None


async def run_import(
    db: Database, order: ImportOrder, *, keys: Keyring, clock: Clock, progress: Progress | None = None
) -> ImportReport:
    """Import a file and return the report; a dry run returns the same report and changes nothing.

    Raises FileBroken, FormatUnknown, ImportRefused, SiteUnknown: nothing has been written then. An import
    that is interrupted later is continued by running it again.
    """
    with collecting_seldom(), taking_short_turns():
        return await _Run(db, order, keys, clock, progress or _silent).report()


def _silent(step: str, done: int, total: int) -> None:
    pass


class _Run:
    def __init__(
        self, db: Database, order: ImportOrder, keys: Keyring, clock: Clock, progress: Progress
    ) -> None:
        self._db = db
        self._order = order
        self._keys = keys
        self._clock = clock
        self._progress = progress
        self._file = ImportFile(order.path, most_bytes=order.most_bytes)
        self._format = find_format(order.format, self._file.head())
        self._spool = Spool(keys.address_key)
        self._looks = False

    async def report(self) -> ImportReport:
        try:
            if self._format.system is not None:
                # Before the file is read: that takes minutes, and a wrong name is a matter of a moment.
                await self._db.read(site_by_name, self._order.site)
            shows = self._format.system is not None and await self._db.read(self._is_first)
            async with HelperPool(self._helpers()) as pool:
                await self._read(pool, shows=shows)
                target = await self._db.read(self._target)
                plan = await self._db.scan(make_plan, self._spool, target)
                imported = None if self._order.dry_run else await self._write(plan, target, pool)
            return report_of(plan, read=self._spool.read, format_name=self._format.name, imported=imported)
        finally:
            self._spool.close()

    def _target(self, session: Session) -> Target:
        """Return where the comments go. A site that our own export will make has an id of nobody yet."""
        of_export = [json.loads(site.exact["origins"]) for site in self._spool.sites]
        try:
            site = site_by_name(session, self._order.site)
        except SiteUnknown:
            if not of_export:
                raise
            site_id, origins = uuid4(), of_export[0]
        else:
            site_id, origins = site.id, list(origins_of(site))
            if of_export and native_people.is_unused(session, site.id):
                origins = native_people.merged_origins(origins, of_export[0])
        return Target(site_id, self._order.site, origins, self._format.system, self._clock.now())

    async def _read(self, pool: HelperPool, *, shows: bool) -> None:
        """Read the whole file; if it `shows`, what the pool has time for is shown meanwhile."""
        showing: dict[asyncio.Task[list[RenderedImport]], int] = {}
        try:
            async with aclosing(pool.read(self._reading(), partial(self._progress, "reading"))) as reading:
                async for stretch in reading:
                    kept = await asyncio.to_thread(self._spool.keep, stretch)
                    await self._keep_shown(showing, [one for one in showing if one.done()])
                    # One more than there are processes besides the one that reads, so that none waits.
                    if shows and len(showing) < pool.helpers > 1:
                        showing[asyncio.create_task(pool.show(kept.texts()))] = kept.first
            await asyncio.to_thread(self._spool.be_complete)
            await self._keep_shown(showing, list(showing))
        finally:
            for task in showing:
                task.cancel()

    async def _keep_shown(
        self,
        showing: dict[asyncio.Task[list[RenderedImport]], int],
        some: Sequence[asyncio.Task[list[RenderedImport]]],
    ) -> None:
        for one in some:
            shown = await one
            await asyncio.to_thread(self._spool.note_shown, showing.pop(one), shown)

    def _is_first(self, session: Session) -> bool:
        """Whether nothing of this system is on the site: else much of the file may be here already."""
        return not has_comments_of(session, self._target(session))

    def _reading(self) -> ReadOrder:
        """Addresses are kept as keyed hashes, and for 30 days only: older ones are not taken in at all."""
        return ReadOrder(
            path=str(self._order.path),
            importer=self._format.records.__module__,
            shift=self._order.shift,
            most_bytes=self._order.most_bytes,
            addresses_since=micros(self._clock.now() - ADDRESSES_KEPT_FOR),
            rows_at_once=HELD_ROWS,
        )

    async def _write(self, plan: Plan, target: Target, pool: HelperPool) -> int:
        account_ids: dict[str, UUID] = {}
        if self._spool.sites:
            target, account_ids = await self._db.write(self._prepare_site, target)
        others_wait = await self._db.read(writes_alone)
        drafting = DraftBuilder(self._spool, target, account_ids, others_wait=others_wait)
        if self._spool.sites:
            await self._write_authors(target, account_ids)
        async with being_filled(self._db):
            imported = await self._write_comments(plan, drafting, pool)
        if self._spool.sites:
            await self._finish_threads(target, drafting)
        return imported

    def _prepare_site(self, session: Session, target: Target) -> tuple[Target, dict[str, UUID]]:
        """Make the site of an export if there is none, and give it what the export says of it."""
        exact = self._spool.sites[0].exact
        try:
            site = site_by_name(session, self._order.site)
        except SiteUnknown:
            site = add_site(session, self._order.site, target.origins, at=self._clock.now())
            # The rows that follow refer to it.
            session.flush()
        native_people.adopt_site(session, site.id, exact)
        accounts = [account.exact for account in self._spool.accounts]
        join = native_people.join_team if self._order.with_team else native_people.known_in_team
        account_ids = join(session, site.id, accounts)
        native_people.write_bans(session, site.id, self._spool.sites[0].bans, account_ids)
        return replace(target, site_id=site.id), account_ids

    async def _write_authors(self, target: Target, account_ids: Mapping[str, UUID]) -> None:
        rows = self._spool.scratch.rows("SELECT n, exact FROM authors")
        for batch in in_batches(rows, BATCH_COMMENTS):
            authors = {n: unpacked(exact) for n, exact in batch}
            found = await self._db.write(native_people.write_authors, target.site_id, authors, account_ids)
            self._spool.note_authors(found)

    async def _write_comments(self, plan: Plan, drafting: DraftBuilder, pool: HelperPool) -> int:
        """Write the plan batch after batch, while the next one is drafted and those after it are shown."""
        done = imported = 0
        written = WrittenBatch(0, {}, {})
        async with aclosing(_drafted(drafting, pool)) as drafted:
            batch = await anext(drafted, None)
            while batch is not None:
                writing = asyncio.create_task(self._write_batch(batch, written))
                try:
                    following = await anext(drafted, None)
                finally:
                    # Whatever becomes of the next one, nothing is written any more when this ends.
                    await asyncio.wait([writing])
                written = writing.result()
                self._spool.note_pages(written.thread_ids)
                self._spool.note_authors(written.author_ids)
                imported += written.imported
                done += len(batch.comments)
                self._progress("writing", done, plan.to_write)
                batch = following
        return imported

    async def _write_batch(self, batch: Batch, before: WrittenBatch) -> WrittenBatch:
        for _ in range(TRIES):
            with suppress(WrittenMeanwhile):
                return await self._try_batch(batch, before)
            # Somebody else imports the same; until now nobody did, and looking takes time.
            self._looks = True
        return await self._try_batch(batch, before)

    async def _try_batch(self, batch: Batch, before: WrittenBatch) -> WrittenBatch:
        at = self._clock.now()
        return await self._db.write(write_batch, batch, before, self._keys, looks=self._looks, at=at)

    async def _finish_threads(self, target: Target, drafting: DraftBuilder) -> None:
        for pages in drafting.pages_without_comments():
            written = await self._db.write(open_pages, target, pages, at=self._clock.now())
            self._spool.note_pages(written.thread_ids)
        for versions in drafting.versions():
            await self._db.write(settle_versions, target.site_id, versions, at=self._clock.now())

    def _helpers(self) -> int:
        if self._order.helpers is not None:
            return self._order.helpers
        if self._file.size * (PACKED_TIMES if self._file.is_packed else 1) <= FEW_BYTES:
            return 0
        if self._order.dry_run:
            return 1
        # What this process may use, where the system tells, else what there is.
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        # Who writes takes a core itself.
        return min(max(1, cores - 1), MOST_HELPERS)


async def _drafted(drafting: DraftBuilder, pool: HelperPool) -> AsyncGenerator[Batch, None]:
    """Yield drafts in their order, made beside what the event loop does."""
    async with aclosing(_shown_in_order(drafting, pool)) as batches:
        async for planned, shown in batches:
            yield await asyncio.to_thread(drafting.batch, planned, shown)


async def _shown_in_order(
    drafting: DraftBuilder, pool: HelperPool
) -> AsyncGenerator[tuple[list[PlannedComment], list[RenderedImport]], None]:
    """Yield batches in their order, each with what its texts are shown as; the pool works some ahead."""
    ahead: deque[tuple[list[PlannedComment], asyncio.Task[list[RenderedImport]]]] = deque()
    try:
        batches = drafting.planned()
        while (planned := await asyncio.to_thread(next, batches, None)) is not None:
            texts = [text for one in planned for text in one.texts()]
            ahead.append((planned, asyncio.create_task(pool.show(texts))))
            if len(ahead) > pool.ahead:
                first, showing = ahead.popleft()
                yield first, await showing
        while ahead:
            first, showing = ahead.popleft()
            yield first, await showing
    finally:
        for _, showing in ahead:
            showing.cancel()
