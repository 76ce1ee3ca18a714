"""From records to a plan: whom each comment answers, what is here already, in which order all is written."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.importers.errors import file_broken
from comments.importers.pipeline.batches import in_batches
from comments.importers.pipeline.page_matches import (
    NO_PAGE,
    find_pages,
    of_another_site,
    refuse_authors_of_other_sites,
)
from comments.importers.pipeline.spool import Spool
from comments.sites.models import Site
from comments.storage.sqlite.scratch import Scratch
from comments.threads.models import Comment

PREPARE = (
    "CREATE TABLE here (source_id TEXT PRIMARY KEY, id BLOB, thread_id BLOB, root_id BLOB, depth INTEGER,"
    " path BLOB) WITHOUT ROWID",
    # The order of writing: tree after tree, the older first, and in a tree no one before whom they answer.
    "CREATE TABLE planned (root_created INTEGER, root INTEGER, level INTEGER, n INTEGER, page INTEGER,"
    " parent INTEGER, has_replies INTEGER, PRIMARY KEY (root_created, root, level, n)) WITHOUT ROWID",
)
# What was public on a page that its owner took away is not made public again.
HIDE = (
    "UPDATE comments SET state = 'removed' WHERE state IN ('approved', 'pending')"
    " AND thread IN (SELECT reference FROM threads WHERE hidden)"
)
ALREADY = "it is already imported"
TWICE = "it is in the file twice"
LOOKED_UP_AT_ONCE = 500
NAMED_AT_MOST = 20


@dataclass(slots=True)
class Plan:
    """What writing will do, counted. `skipped` counts comments by reason."""

    to_write: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    threads: int = 0
    merged_threads: int = 0
    orphans: int = 0
    orphan_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the comments go, and which system they come from; None for our own export, which has ids."""

    site_id: UUID
    site_name: str
    origins: Sequence[str]
    system: str | None
    at: datetime
    """When the import began."""


def make_plan(session: Session, spool: Spool, target: Target) -> Plan:
    """Fill the spool's `planned`, `pages` and `here`. Raises FileBroken, ImportRefused."""
    scratch = spool.scratch
    for statement in PREPARE:
        scratch.run(statement)
    plan = Plan(skipped=Counter(spool.unusable))
    _check_authors(session, scratch, target)
    _settle_repeated_ids(scratch, plan, target)
    scratch.run(HIDE)
    find_pages(session, spool, target.site_id, target.origins)
    _find_comments_that_are_here(session, scratch, target)
    _TreeBuilder(scratch, plan).plant()
    _count_pages(scratch, plan)
    return plan


def _check_authors(session: Session, scratch: Scratch, target: Target) -> None:
    """In our own export every author has a line: nobody may be made up from a name."""
    if target.system is not None:
        return
    missing = scratch.row(
        "SELECT key FROM authors WHERE exact IS NULL UNION ALL"
        " SELECT key FROM voters WHERE key NOT IN (SELECT key FROM authors) LIMIT 1"
    )
    if missing:
        raise file_broken(f"This file is broken: author {missing[0]} is named in it, and has no line.")
    for batch in in_batches(scratch.rows("SELECT key FROM authors"), LOOKED_UP_AT_ONCE):
        refuse_authors_of_other_sites(session, target.site_id, [UUID(key) for (key,) in batch])


def _settle_repeated_ids(scratch: Scratch, plan: Plan, target: Target) -> None:
    """Drop what is in the file twice; different comments with one id get ids of their own."""
    repeated = scratch.rows("SELECT source_id FROM comments GROUP BY source_id HAVING count(*) > 1")
    for (source_id,) in list(repeated):
        seen: set[str] = set()
        for n, *words in list(
            scratch.rows(
                # Nothing that another export of the same site would number or call otherwise.
                "SELECT c.n, t.url, t.identifier, c.parent, a.key, c.created, c.source FROM comments c"
                " JOIN authors a ON a.n = c.author LEFT JOIN threads t ON t.reference = c.thread"
                " WHERE c.source_id = ? ORDER BY c.n",
                (source_id,),
            )
        ):
            digest = blake2b(repr(words).encode(errors="surrogatepass"), digest_size=6).hexdigest()
            if digest in seen:
                scratch.run("DELETE FROM comments WHERE n = ?", (n,))
                plan.skipped[TWICE] += 1
            elif seen and target.system is None:
                raise file_broken(
                    f"This file is broken: two different comments in it have the id {source_id}."
                )
            elif seen:
                scratch.run("UPDATE comments SET source_id = ? WHERE n = ?", (f"{source_id}~{digest}", n))
            seen.add(digest)


def _find_comments_that_are_here(session: Session, scratch: Scratch, target: Target) -> None:
    """Look for every comment of the file, and for those that are only answered in it, in the database."""
    if target.system is None:
        _find_twins(session, scratch, target)
    elif not has_comments_of(session, target):
        return
    wanted = scratch.rows(
        "SELECT source_id FROM comments UNION SELECT parent FROM comments WHERE parent IS NOT NULL"
    )
    for batch in in_batches((source_id for (source_id,) in wanted), LOOKED_UP_AT_ONCE):
        _note_here(scratch, comments_here(session, target, batch))


def _find_twins(session: Session, scratch: Scratch, target: Target) -> None:
    """Look for comments that another system's import has brought in here, under another id."""
    twins = scratch.rows(
        "SELECT old_system, old_id, source_id FROM (SELECT source_id,"
        " json_extract(CAST(exact AS TEXT), '$.source_system') AS old_system,"
        " json_extract(CAST(exact AS TEXT), '$.source_id') AS old_id FROM comments) WHERE old_id IS NOT NULL"
    )
    for batch in in_batches(twins, LOOKED_UP_AT_ONCE):
        ours = {(system, old_id): source_id for system, old_id, source_id in batch}
        for system in {system for system, _ in ours}:
            old_ids = [old_id for of, old_id in ours if of == system]
            found = comments_here(session, replace(target, system=system), old_ids)
            _note_here(scratch, {ours[system, old_id]: row for old_id, row in found.items()})


def _note_here(scratch: Scratch, found: Mapping[str, Any]) -> None:
    scratch.run_many(
        "INSERT OR REPLACE INTO here VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                source_id,
                row.id.bytes,
                row.thread_id.bytes,
                row.root_id and row.root_id.bytes,
                row.depth,
                row.path,
            )
            for source_id, row in found.items()
        ],
    )


def has_comments_of(session: Session, target: Target) -> bool:
    """Whether comments of the target's system are on its site."""
    own = (
        Comment.site_id == target.site_id,
        Comment.source_system == target.system,
        Comment.source_id.is_not(None),
    )
    return session.execute(select(Comment.id).where(*own).limit(1)).first() is not None


def comments_here(session: Session, target: Target, source_ids: Sequence[str]) -> Mapping[str, Any]:
    """Return id, thread_id, root_id, depth and path of those comments that are here, by source id."""
    columns = (Comment.id, Comment.thread_id, Comment.root_id, Comment.depth, Comment.path)
    if target.system is not None:
        rows = session.execute(
            select(Comment.source_id, *columns).where(
                Comment.site_id == target.site_id,
                Comment.source_system == target.system,
                Comment.source_id.in_(source_ids),
            )
        )
        return {row.source_id: row for row in rows}
    ids = [UUID(one) for one in source_ids]
    ours = session.execute(
        select(*columns, Comment.site_id, Site.name)
        .join(Site, Site.id == Comment.site_id)
        .where(Comment.id.in_(ids))
    ).all()
    for row in ours:
        if row.site_id != target.site_id:
            raise of_another_site(row.name)
    return {str(row.id): row for row in ours}


class _TreeBuilder:
    """Finds each comment's parent, root and level.

    It holds about 30 bytes a comment, in arrays: 1,000,000 comments stay small.
    """

    def __init__(self, scratch: Scratch, plan: Plan) -> None:
        self._scratch = scratch
        self._plan = plan
        found = scratch.row("SELECT coalesce(max(n), 0) FROM comments")
        count = (found[0] if found else 0) + 1
        self._page = array("i", bytes(4 * count))
        self._parent = array("i", bytes(4 * count))
        self._root = array("i", bytes(4 * count))
        self._level = array("i", bytes(4 * count))
        self._has_replies = bytearray(count)
        self._is_here = bytearray(count)

    def plant(self) -> None:
        self._place_on_pages()
        self._find_parents()
        for n in range(1, len(self._parent)):
            self._find_root(n)
        self._write()

    def _place_on_pages(self) -> None:
        for n, page, fault in self._scratch.rows(
            "SELECT c.n, t.page, t.fault FROM comments c LEFT JOIN threads t ON t.reference = c.thread"
        ):
            if page is None or fault is not None:
                self._plan.skipped[fault or NO_PAGE] += 1
            else:
                self._page[n] = page
        for (n,) in self._scratch.rows("SELECT c.n FROM here h JOIN comments c ON c.source_id = h.source_id"):
            if self._page[n]:
                self._is_here[n] = 1
                self._plan.skipped[ALREADY] += 1

    def _find_parents(self) -> None:
        for n, parent, is_here in self._scratch.rows(
            "SELECT c.n, p.n, h.id IS NOT NULL FROM comments c LEFT JOIN comments p ON p.source_id = c.parent"
            " LEFT JOIN here h ON h.source_id = c.parent WHERE c.parent IS NOT NULL"
        ):
            if not self._page[n]:
                continue
            if parent and parent != n and self._page[parent] == self._page[n]:
                self._parent[n] = parent
            elif not is_here:
                self._note_orphan(n)

    def _find_root(self, n: int) -> None:
        """Walk up to a comment whose root is known; a circle is cut where it closes."""
        way = []
        while not self._root[n]:
            way.append(n)
            parent = self._parent[n]
            # Marks it as on the way: a level below zero is nobody's.
            self._level[n] = -1
            if parent and self._level[parent] == -1 and not self._root[parent]:
                self._note_orphan(n)
                self._parent[n] = parent = 0
            if not parent:
                self._root[n], self._level[n] = n, 0
                way.pop()
                break
            n = parent
        for below in reversed(way):
            parent = self._parent[below]
            self._root[below], self._level[below] = self._root[parent], self._level[parent] + 1
            self._has_replies[parent] = 1

    def _note_orphan(self, n: int) -> None:
        if self._is_here[n]:
            return
        self._plan.orphans += 1
        if len(self._plan.orphan_ids) < NAMED_AT_MOST:
            found = self._scratch.row("SELECT source_id FROM comments WHERE n = ?", (n,))
            self._plan.orphan_ids.append(found[0] if found else "")

    def _write(self) -> None:
        created = array("q", bytes(8 * len(self._parent)))
        for n, at in self._scratch.rows("SELECT n, created FROM comments"):
            created[n] = at
        self._scratch.run_many("INSERT INTO planned VALUES (?, ?, ?, ?, ?, ?, ?)", self._rows(created))

    def _rows(self, created: "array[int]") -> Iterator[tuple[int, ...]]:
        for n in range(1, len(self._parent)):
            if self._page[n] and not self._is_here[n]:
                self._plan.to_write += 1
                root = self._root[n]
                yield (
                    created[root],
                    root,
                    self._level[n],
                    n,
                    self._page[n],
                    self._parent[n],
                    self._has_replies[n],
                )


def _count_pages(scratch: Scratch, plan: Plan) -> None:
    found = scratch.row(
        "SELECT count(DISTINCT t.page), count(*) FROM threads t JOIN counts c ON c.thread = t.reference"
        " WHERE t.fault IS NULL"
    )
    plan.threads, members = found or (0, 0)
    plan.merged_threads = members - plan.threads
    plan.states = Counter(
        dict(
            scratch.rows(
                "SELECT c.state, count(*) FROM planned p JOIN comments c ON c.n = p.n GROUP BY c.state"
            )
        )
    )
