"""The site `blog` that the tests import into, and what can be asked of it afterwards."""

import gzip
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.importers.pipeline.report import ImportReport
from comments.importers.pipeline.run import ImportOrder, run_import
from comments.keys import Keyring
from comments.schema import metadata
from comments.sites.actions import add_site
from comments.storage import Database
from comments.threads.addresses.page_keys import page_keys
from comments.threads.models import Comment, Thread
from comments.threads.order.tree import TreePosition, ancestors
from comments.threads.queries.find_threads import thread_by_keys

KEYS = Keyring("a secret for tests only, long enough")
ORIGIN = "https://blog.example"


@dataclass
class Blog:
    """A site with an empty database around it."""

    db: Database
    clock: FixedClock
    folder: Path
    name: str = "blog"
    id: UUID = field(init=False)

    async def add(self, origins: Sequence[str] = (ORIGIN,)) -> "Blog":
        self.id = (await self.db.write(add_site, self.name, origins, at=self.clock.now())).id
        return self

    def file(self, content: str | bytes, *, packed: bool = False) -> Path:
        path = self.folder / "export"
        raw = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(raw) if packed else raw)
        return path

    async def imports(self, content: str | bytes | Path, **order: Any) -> ImportReport:
        """Import a file, or what shall be in one; every report must add up, and every counter be right."""
        path = content if isinstance(content, Path) else self.file(content)
        report = await run_import(self.db, ImportOrder(path, self.name, **order), keys=KEYS, clock=self.clock)
        assert report.read == report.imported + sum(report.skipped.values())
        assert await self.db.read(wrong_counters) == []
        return report

    async def comments(self) -> dict[str, Comment]:
        """Return all comments by their id in the old system, or here if they have none."""
        return await self.db.read(_comments)

    async def threads(self) -> list[Thread]:
        return await self.db.read(lambda session: list(session.scalars(select(Thread).order_by(Thread.url))))

    async def thread_at(self, url: str | None = None, identifier: str | None = None) -> UUID | None:
        """Return the thread that a page with these keys shows."""
        found = await self.db.read(thread_by_keys, self.id, page_keys(url, identifier))
        return found.id if found else None

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return everything in the database."""
        return await self.db.read(everything)


def _comments(session: Session) -> dict[str, Comment]:
    return {one.source_id or str(one.id): one for one in session.scalars(select(Comment))}


def everything(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables, each table sorted by its key."""
    return {
        name: [
            dict(row)
            for row in session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        ]
        for name, table in metadata.tables.items()
    }


def wrong_counters(session: Session) -> list[str]:
    """Count everything again, and name what is not as it is stored."""
    comments = {one.id: one for one in session.scalars(select(Comment))}
    below: Counter[UUID] = Counter()
    wrong = []
    for one in comments.values():
        place = TreePosition(one.root_id, one.depth, one.path)
        above = ancestors(place)
        if one.state == "approved":
            below.update(above)
        if any(comments[ancestor].thread_id != one.thread_id for ancestor in above):
            wrong.append(f"{one.source_id} stands in another thread than whom it answers")
    for one in comments.values():
        if one.reply_total != below[one.id]:
            wrong.append(f"{one.source_id} has {below[one.id]} replies, not {one.reply_total}")
        if one.listed != (one.state == "approved" or below[one.id] > 0):
            wrong.append(f"{one.source_id} is listed: {one.listed}")
    approved = Comment.state == "approved"
    counted = select(Comment.thread_id, func.count()).where(approved).group_by(Comment.thread_id)
    by_thread = dict(session.execute(counted).all())
    return wrong + [
        f"{thread.url} has {by_thread.get(thread.id, 0)} comments, not {thread.comment_count}"
        for thread in session.scalars(select(Thread))
        if thread.comment_count != by_thread.get(thread.id, 0)
    ]
