"""Doing an erasure to its end, in as many short writes as it takes; it can be stopped and begun again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from comments.clock import Clock
from comments.config import Settings
from comments.importers.jobs.queries import open_job
from comments.importers.jobs.uploads import upload_path
from comments.keys import Keyring
from comments.moderation.search.index_actions import merge_terms
from comments.outbox import Handler, Task
from comments.privacy.actions import ERASE, ErasureWish, ask_erasure, take_step
from comments.privacy.backups import known_backups
from comments.privacy.models import Erasure
from comments.privacy.queries import ended_marks, erasure_by_id, some_readers
from comments.privacy.receipts import reader_marks
from comments.sites.queries import last_backup, sites
from comments.storage import Database
from comments.web.service import Service

MERGED_PAGES = 500


async def erase(
    db: Database,
    keys: Keyring,
    clock: Clock,
    erasure: Erasure,
    data_dir: Path,
    *,
    progress: Callable[[], object] = lambda: None,
) -> Erasure:
    """Take all the steps of an erasure and return it with its receipt; what is done is passed over."""
    backups = await copies_of(db, data_dir, erasure.site_id, clock.now())
    while await db.write(take_step, erasure.id, keys, backups, at=clock.now()):
        progress()
    await forget_bytes(db)
    return await db.read(erasure_by_id, erasure.site_id, erasure.id)


async def copies_of(db: Database, data_dir: Path, site_id: UUID, at: datetime) -> list[dict[str, Any]]:
    """Return the files that are known and still hold what a site erases now."""
    last, waiting = await db.read(last_backup), await db.read(open_job, site_id)
    upload = upload_path(data_dir, waiting.id) if waiting else None
    return known_backups(data_dir, at, last=last, upload=upload)


async def forget_bytes(db: Database) -> bool:
    """Let erased words leave SQLite's index, file and log; return False if a long read keeps the log."""
    while await db.write(merge_terms, MERGED_PAGES):
        pass
    return await db.settle()


async def replay(
    db: Database,
    keys: Keyring,
    clock: Clock,
    site_id: UUID,
    data_dir: Path,
    more: Mapping[bytes, str],
) -> int:
    """Erase again whom a backup has brought back; return how many. `more`: marks and scopes of receipts."""
    marks = {**await db.read(ended_marks, site_id), **more}
    after, count = None, 0
    while marks and (ids := await db.read(some_readers, site_id, after)):
        for author_id in ids:
            known = [marks[mark] for mark in reader_marks(keys, site_id, author_id) if mark in marks]
            if known:
                wish = ErasureWish(site_id, author_id, known[0], "replay")
                asked = await db.write(ask_erasure, wish, keys, at=clock.now())
                await erase(db, keys, clock, asked, data_dir)
                count += 1
        after = ids[-1]
    return count


async def replay_everywhere(
    db: Database, keys: Keyring, clock: Clock, data_dir: Path, receipts: Sequence[Mapping[str, Any]] = ()
) -> int:
    """Do the same on every site, by what the database knows and by receipts that were checked."""
    count = 0
    for site in await db.read(sites):
        more = {bytes.fromhex(one["reader"]): one["scope"] for one in receipts if one["site"] == site.name}
        count += await replay(db, keys, clock, site.id, data_dir, more)
    return count


class Erasures:
    """Goes on with erasures that were asked for on our pages or over the API, or were interrupted."""

    def __init__(self, settings: Settings, keys: Keyring, clock: Clock, db: Database) -> None:
        self._settings, self._keys, self._clock, self._db = settings, keys, clock, db

    async def do(self, task: Task) -> None:
        at = self._clock.now()
        backups = await copies_of(self._db, self._settings.data_dir, cast(UUID, task.site_id), at)
        erasure_id = UUID(task.payload["erasure"])
        while await self._db.write(take_step, erasure_id, self._keys, backups, at=self._clock.now()):
            pass
        await forget_bytes(self._db)


def handlers(svc: Service) -> Mapping[str, Handler]:
    """Return who goes on with erasures."""
    return {ERASE: Handler(Erasures(svc.settings, svc.keys, svc.clock, svc.db).do, "erasing")}
