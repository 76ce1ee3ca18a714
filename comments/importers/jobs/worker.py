"""Who works on imports that owners asked for: one at a time in a process, in the background."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from comments.clock import Clock
from comments.config import Settings
from comments.errors import CommentsError, Unavailable
from comments.importers.errors import NOTHING_IMPORTED, ImportRefused
from comments.importers.jobs import actions
from comments.importers.jobs.queries import ClaimedJob, due_jobs, open_jobs
from comments.importers.jobs.uploads import remove_upload, sweep_uploads, upload_path
from comments.keys import Keyring
from comments.storage import Database

if TYPE_CHECKING:
    from comments.importers.pipeline.report import ImportReport
    from comments.importers.pipeline.run import ImportOrder

EVERY = timedelta(seconds=1)
BEAT = timedelta(seconds=1)
SWEPT_EVERY = timedelta(minutes=10)

MOST_UNPACKED = 20
"""How many times larger than the largest upload a file may be when it is unpacked."""

logger = logging.getLogger(__name__)


class ImportStopped(Exception):
    """The owner stopped it, or another process works on it now."""


@dataclass(slots=True)
class _Progress:
    """How far it is, said by whoever imports and noted by the heartbeat; it may be told to stop."""

    step: str = ""
    done: int = 0
    total: int = 0
    is_stopped: bool = False

    def heard(self, step: str, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
        if self.is_stopped:
            raise ImportStopped


class ImportJobs:
    """Works on what waits, in the one process of a service or worker that does so; any number may run."""

    def __init__(
        self, db: Database, settings: Settings, keys: Keyring, clock: Clock, *, beat: timedelta = BEAT
    ) -> None:
        self._db = db
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._beat = beat
        self._by = uuid4()

    async def run(self) -> None:
        """Work on what waits, for ever; what is cancelled is given back, and goes on later."""
        swept = SWEPT_EVERY
        while True:
            try:
                if swept >= SWEPT_EVERY:
                    swept = timedelta()
                    await self.tidy()
                await self.work()
            except Exception:
                logger.exception("imports: what waits is not known yet")
            await asyncio.sleep(EVERY.total_seconds())
            swept += EVERY

    async def work(self) -> int:
        """Work on all that waits, one after the other; return how many were taken."""
        taken = 0
        while (claimed := await self._claim()) is not None:
            await self._do(claimed)
            taken += 1
        return taken

    async def tidy(self) -> None:
        """Give up what nobody started, and remove files that nothing needs."""
        await self._db.write(actions.give_up_jobs, self._clock.now())
        needed = await self._db.read(open_jobs)
        await asyncio.to_thread(sweep_uploads, self._settings.data_dir, needed)

    async def _claim(self) -> ClaimedJob | None:
        for job_id in await self._db.read(due_jobs, self._clock.now()):
            # The file is on the machine that it was sent to, and perhaps not on this one.
            if not upload_path(self._settings.data_dir, job_id).exists():
                continue
            taken = await self._db.write(actions.claim_job, job_id, by=self._by, at=self._clock.now())
            if taken is not None:
                return taken
        return None

    async def _do(self, claimed: ClaimedJob) -> None:
        try:
            await self._import(claimed)
        except asyncio.CancelledError:
            await self._db.write(actions.let_go, claimed)
            raise
        except ImportStopped:
            await self._end(claimed, "stopped")
        except Unavailable as error:
            await self._again(claimed, error.detail)
        except CommentsError as error:
            await self._end(claimed, "failed", error=_for_owners(error))
        except Exception:
            logger.exception("import %s failed", claimed.id)
            await self._again(claimed, "Something went wrong here. Who runs the service finds it in its log.")

    async def _import(self, claimed: ClaimedJob) -> None:
        if claimed.stop_asked:
            raise ImportStopped
        # Here, for whoever serves looks for jobs, and hardly ever finds one.
        from comments.importers.pipeline.report import whole_report
        from comments.importers.pipeline.run import ImportOrder

        is_trial = claimed.state == "reading"
        order = ImportOrder(
            upload_path(self._settings.data_dir, claimed.id),
            claimed.site,
            claimed.format,
            dry_run=is_trial,
            with_team=False,
            most_bytes=self._settings.largest_import_bytes * MOST_UNPACKED,
        )
        progress = _Progress()
        async with self._heartbeat(claimed, progress):
            report = await self._report(order, progress)
        if is_trial:
            await self._db.write(actions.note_tried, claimed, _as_text(report))
        else:
            await self._end(claimed, "done", report=_as_text(whole_report(report, json.loads(claimed.trial))))

    async def _report(self, order: "ImportOrder", progress: _Progress) -> "ImportReport":
        """Import, and if this is cancelled, let it come to a place where it can stop."""
        from comments.importers.pipeline.run import run_import

        importing = asyncio.create_task(
            run_import(self._db, order, keys=self._keys, clock=self._clock, progress=progress.heard)
        )
        try:
            return await asyncio.shield(importing)
        except asyncio.CancelledError:
            # Cancelled itself, it would close its tables while a thread still writes into them.
            progress.is_stopped = True
            await asyncio.wait([importing])
            importing.exception()
            raise

    @asynccontextmanager
    async def _heartbeat(self, claimed: ClaimedJob, progress: _Progress) -> AsyncIterator[None]:
        beating = asyncio.create_task(self._beat_on(claimed, progress))
        try:
            yield
        finally:
            beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beating

    async def _beat_on(self, claimed: ClaimedJob, progress: _Progress) -> None:
        while True:
            await asyncio.sleep(self._beat.total_seconds())
            said = (progress.step, progress.done, progress.total)
            try:
                goes_on = await self._db.write(actions.note_progress, claimed, *said, at=self._clock.now())
            except Unavailable as error:
                logger.warning("import %s: how far it is could not be noted: %s", claimed.id, error)
                continue
            progress.is_stopped = progress.is_stopped or not goes_on

    async def _end(self, claimed: ClaimedJob, state: str, **said: str) -> None:
        await self._db.write(actions.end_job, claimed, state, at=self._clock.now(), **said)
        await asyncio.to_thread(remove_upload, self._settings.data_dir, claimed.id)
        logger.info("import %s of %s: %s", claimed.id, claimed.site, state)

    async def _again(self, claimed: ClaimedJob, error: str) -> None:
        until = self._clock.now() + actions.PAUSE
        await self._db.write(actions.let_go, claimed, error=error, until=until)


def _as_text(report: "ImportReport") -> str:
    return json.dumps(report.as_json(), ensure_ascii=False)


def _for_owners(error: CommentsError) -> str:
    """Return why it failed, without the name of another site: that is not this owner's business."""
    if isinstance(error, ImportRefused) and "site" in error.facts:
        return f"What is in this export is in this service already, on another site. {NOTHING_IMPORTED}"
    return error.detail
