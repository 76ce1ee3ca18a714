"""Which of the file's threads are one page, which lie elsewhere, and which of them are here already."""

import json
from array import array
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.errors import Invalid
from comments.identity.models import Author
from comments.importers.errors import NOTHING_IMPORTED, ImportRefused
from comments.importers.pipeline.batches import in_batches
from comments.importers.pipeline.spool import Spool
from comments.sites.models import Site
from comments.storage.sqlite.scratch import Scratch
from comments.threads.addresses.page_keys import (
    LONGEST_IDENTIFIER,
    PageKeys,
    check_page_origin,
    key_hash,
    page_keys,
)
from comments.threads.errors import PageRefused
from comments.threads.models import Thread
from comments.threads.queries.find_threads import threads_by_key_hashes

PREPARE = (
    "CREATE TABLE counts (thread TEXT PRIMARY KEY, comments INTEGER) WITHOUT ROWID",
    "INSERT INTO counts SELECT thread, count(*) FROM comments GROUP BY thread",
    "CREATE TABLE pages (n INTEGER PRIMARY KEY, main INTEGER, closed INTEGER, thread_id BLOB,"
    " is_bound INTEGER DEFAULT 0)",
)
NO_PAGE = "its page is not in the file"
NO_ADDRESS = "its page has no address"
BAD_ADDRESS = "the address of its page is not one of a web page"
OTHER_HOST = "its page is on another host"

LOOKED_UP_AT_ONCE = 200


def find_pages(session: Session, spool: Spool, site_id: UUID, origins: Sequence[str]) -> None:
    """Give each thread of the file its page, or the reason why its comments cannot be brought in.

    Threads that share a key, the identifier or the normalised URL, are one page. Raises ImportRefused for
    threads of our own export that belong to another site of this database.
    """
    scratch = spool.scratch
    for statement in PREPARE:
        scratch.run(statement)
    for batch in in_batches(scratch.rows("SELECT n, url, identifier, exact IS NULL FROM threads"), 1_000):
        for thread, url, identifier, needs_keys in batch:
            fault = _judge_thread(scratch, thread, url, identifier, origins, needs_keys=bool(needs_keys))
            if fault is not None:
                scratch.run("UPDATE threads SET fault = ? WHERE n = ?", (fault, thread))
    scratch.run("CREATE INDEX thread_keys_key ON thread_keys (kind, key, thread)")
    _merge_threads(scratch)
    _make_pages(scratch)
    _find_pages_that_are_here(session, scratch, site_id)
    scratch.run(
        "UPDATE threads SET fault = ? WHERE fault IS NULL AND page IN"
        " (SELECT p.n FROM pages p JOIN threads t ON t.n = p.main"
        " WHERE t.url IS NULL AND p.thread_id IS NULL)",
        (NO_ADDRESS,),
    )


def _judge_thread(
    scratch: Scratch,
    thread: int,
    url: str | None,
    identifier: str | None,
    origins: Sequence[str],
    *,
    needs_keys: bool,
) -> str | None:
    """Note the thread's keys and address; return why it cannot be brought in, None if it can."""
    # Nobody can ask for it: our own pages are held to the same limit.
    identifier = identifier if len(identifier or "") <= LONGEST_IDENTIFIER else None
    if not url and not identifier:
        return NO_ADDRESS
    try:
        keys = page_keys(_absolute(url, origins), identifier)
        check_page_origin(keys, origins)
    except PageRefused as refused:
        return f"{OTHER_HOST}: {urlsplit(refused.facts['origin']).netloc}"
    except Invalid:
        return BAD_ADDRESS
    if needs_keys:
        _note_keys(scratch, thread, keys)
    return None


def _absolute(url: str | None, origins: Sequence[str]) -> str | None:
    """Return where a path leads on the first of the site's origins that is a host's own."""
    if url is None or not url.startswith("/"):
        return url
    return next((origin + url for origin in origins if "*" not in origin), url)


def _note_keys(scratch: Scratch, thread: int, keys: PageKeys) -> None:
    scratch.run("UPDATE threads SET url = ?, identifier = ? WHERE n = ?", (keys.url, keys.identifier, thread))
    scratch.run_many(
        "INSERT INTO thread_keys (thread, kind, key) VALUES (?, ?, ?)",
        [(thread, *pair) for pair in keys.pairs],
    )


def _merge_threads(scratch: Scratch) -> None:
    """Threads that a key leads to belong together, and so do those that share one of these."""
    found = scratch.row("SELECT coalesce(max(n), 0) FROM threads")
    together = array("q", range((found[0] if found else 0) + 1))

    def first_of(thread: int) -> int:
        while together[thread] != thread:
            together[thread] = together[together[thread]]
            thread = together[thread]
        return thread

    last_key, last_thread = None, 0
    for kind, key, thread in scratch.rows(
        "SELECT k.kind, k.key, k.thread FROM thread_keys k JOIN threads t ON t.n = k.thread"
        " WHERE t.fault IS NULL ORDER BY k.kind, k.key, k.thread"
    ):
        if (kind, key) == last_key:
            one, other = sorted((first_of(last_thread), first_of(thread)))
            together[other] = one
        last_key, last_thread = (kind, key), thread
    scratch.run_many(
        "UPDATE threads SET page = ? WHERE n = ? AND fault IS NULL",
        ((first_of(thread), thread) for thread in range(1, len(together))),
    )


def _make_pages(scratch: Scratch) -> None:
    """A page is called what the member with most comments is called, and closed if all members are."""
    scratch.run("CREATE INDEX threads_page ON threads (page)")
    scratch.run(
        "INSERT INTO pages (n, main, closed) SELECT page, n, all_closed FROM ("
        " SELECT t.page, t.n, min(t.closed) OVER members AS all_closed,"
        "  row_number() OVER (members ORDER BY t.url IS NULL, c.comments DESC, t.n) AS place"
        " FROM threads t LEFT JOIN counts c ON c.thread = t.reference"
        # Systems have a thread for every page somebody looked at; ours only where somebody wrote.
        " WHERE t.page IS NOT NULL AND (c.comments IS NOT NULL OR t.exact IS NOT NULL)"
        " WINDOW members AS (PARTITION BY t.page)"
        ") WHERE place = 1"
    )


def _find_pages_that_are_here(session: Session, scratch: Scratch, site_id: UUID) -> None:
    pages = scratch.rows(
        "SELECT p.n, t.reference, t.exact IS NOT NULL FROM pages p JOIN threads t ON t.n = p.main"
    )
    for batch in in_batches(pages, LOOKED_UP_AT_ONCE):
        here = _by_keys(session, scratch, site_id, [page for page, *_ in batch])
        here.update(_by_id(session, site_id, {UUID(ref): page for page, ref, is_ours in batch if is_ours}))
        scratch.run_many(
            "UPDATE pages SET thread_id = ? WHERE n = ?",
            [(thread.bytes, page) for page, thread in here.items()],
        )


def _by_keys(session: Session, scratch: Scratch, site_id: UUID, pages: Sequence[int]) -> dict[int, UUID]:
    hashes: dict[int, list[bytes]] = defaultdict(list)
    for page, kind, key in scratch.rows(
        "SELECT t.page, k.kind, k.key FROM threads t JOIN thread_keys k ON k.thread = t.n"
        " JOIN pages p ON p.n = t.page WHERE t.page IN (SELECT value FROM json_each(?))"
        " ORDER BY t.page, k.kind <> 'identifier', t.n <> p.main, t.n",
        (json.dumps(pages),),
    ):
        hashes[page].append(key_hash(kind, key))
    found: dict[bytes, Any] = {}
    for batch in in_batches([one for several in hashes.values() for one in several], 2 * LOOKED_UP_AT_ONCE):
        found.update(threads_by_key_hashes(session, site_id, batch))
    return {
        page: next(found[one].id for one in several if one in found)
        for page, several in hashes.items()
        if any(one in found for one in several)
    }


def _by_id(session: Session, site_id: UUID, pages: dict[UUID, int]) -> dict[int, UUID]:
    if not pages:
        return {}
    rows = session.execute(
        select(Thread.id, Thread.site_id, Site.name)
        .join(Site, Site.id == Thread.site_id)
        .where(Thread.id.in_(list(pages)))
    )
    here = {}
    for thread_id, its_site, name in rows:
        if its_site != site_id:
            raise of_another_site(name)
        here[pages[thread_id]] = thread_id
    return here


def of_another_site(name: str) -> ImportRefused:
    """Return the error for an export whose discussions are in this database under another name."""
    return ImportRefused(
        f"What is in this export is in this database already, as site {name!r}: the same comments cannot be"
        f" on two sites. Import it with --site {name}, or into another database. {NOTHING_IMPORTED}",
        site=name,
    )


def refuse_authors_of_other_sites(session: Session, site_id: UUID, ids: Sequence[UUID]) -> None:
    """Raise ImportRefused if one of these authors is on another site of this database."""
    name = session.scalar(
        select(Site.name)
        .join(Author, Author.site_id == Site.id)
        .where(Author.id.in_(ids), Site.id != site_id)
        .limit(1)
    )
    if name is not None:
        raise of_another_site(name)
