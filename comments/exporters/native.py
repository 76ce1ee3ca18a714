"""Everything a site has, losslessly, as JSON Lines: what `comments.importers.formats.native` reads back.

The first line names the format and its version, the last one counts what is between them: a file that was
cut off says so. Between them stands one line for the site, and one for each account, author, thread and
comment, with what belongs to it. The same site gives the same bytes, whichever database it is in.

Left out is what follows from the rest (places in the tree, counters, hashes of keys), what is about this
installation (the site's id, when threads were last changed, at which versions comments were, the chain of
the log, whose key stays here: decisions are logged anew where they are imported; webhooks and outside
checks, or a trial installation would tell them of what happens there; erasures of
readers, whose marks only this key makes), and what lets somebody in: API tokens, sign-in links, sessions,
passwords, passkeys. Guests' tokens are in it as they are stored, as keyed hashes: where the key moves along,
guests stay who they are. Hashes of addresses are in it, too, and are
forgotten after 30 days as ever.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from comments.identity.models import Account, Author, GuestToken, Membership
from comments.moderation.models import Decision
from comments.policy.models import Ban
from comments.sites.models import Site
from comments.sites.queries import site_by_name
from comments.storage import Base, Unindexed
from comments.storage.rows.plain import plain_row
from comments.threads.models import MERGED, Comment, Report, Revision, Thread, ThreadKey, Vote, Watch

VERSION = 1
PAGE_ROWS = 500
_ALL = true()

LEFT_OUT: Mapping[type[Base], frozenset[str]] = {
    Site: frozenset({"id", "version"}),
    Account: frozenset(),
    Membership: frozenset({"account_id", "site_id", "digest_at"}),
    Author: frozenset({"site_id"}),
    GuestToken: frozenset({"author_id", "site_id"}),
    Ban: frozenset({"author_id", "site_id"}),
    Thread: frozenset({"site_id", "page_path", "comment_count", "updated_at", "recorded_from"}),
    ThreadKey: frozenset({"site_id", "key_hash", "thread_id"}),
    Comment: frozenset(
        {
            *("site_id", "root_id", "depth", "path", "listed", "reply_total", "queue"),
            *("changed_version", "content_version"),
        }
    ),
    Revision: frozenset({"comment_id", "site_id"}),
    Vote: frozenset({"comment_id", "site_id"}),
    Report: frozenset({"comment_id", "site_id"}),
    Decision: frozenset({"comment_id", "site_id"}),
    Watch: frozenset({"comment_id", "site_id"}),
}
"""Every table of the export, and its columns that are not in it."""

BELONGINGS: Sequence[tuple[str, type[Base], tuple[Any, ...]]] = (
    ("votes", Vote, (Vote.author_id,)),
    ("reports", Report, (Report.author_id,)),
    ("decisions", Decision, (Decision.at, Decision.id)),
    ("watches", Watch, (Watch.comment_id,)),
)

Plain = dict[str, Any]
Write = Callable[[bytes], object]
Progress = Callable[[int, int], None]
"""Hears how many comments are written, and how many there are."""


@dataclass(slots=True)
class ExportCounts:
    """How much was written."""

    accounts: int = 0
    authors: int = 0
    threads: int = 0
    comments: int = 0


def write_site(session: Session, name: str, write: Write, progress: Progress | None = None) -> ExportCounts:
    """Write the whole site line by line, from one snapshot if the session reads one. Raises SiteUnknown."""
    site = site_by_name(session, name)
    return _NativeExport(session, site, write, progress).write()


class _NativeExport:
    def __init__(self, session: Session, site: Site, write: Write, progress: Progress | None) -> None:
        self._session = session
        self._site = site
        self._write = write
        self._progress = progress
        self._done = ExportCounts()
        self._team: frozenset[str] = frozenset()

    def write(self) -> ExportCounts:
        self._line({"format": "comments", "version": VERSION})
        accounts = select(Membership.account_id).where(self._of_site(Membership))
        self._team = frozenset(map(str, self._session.execute(accounts).scalars()))
        self._line({"site": {**_plain(Site, self._row_of_site()), "bans": self._bans_on_no_author()}})
        self._write_team()
        for author in self._authors():
            self._line({"author": author})
            self._done.authors += 1
        for thread in self._threads():
            self._line({"thread": thread})
            self._done.threads += 1
        self._write_comments()
        self._line({"end": msgspec.to_builtins(self._done)})
        return self._done

    def _line(self, value: Plain) -> None:
        self._write(msgspec.json.encode(value) + b"\n")

    def _row_of_site(self) -> Mapping[str, Any]:
        return self._rows(Site, Site.id == self._site.id)[0]

    def _bans_on_no_author(self) -> list[Plain]:
        rows = self._rows(Ban, self._of_site(Ban) & Ban.author_id.is_(None), Ban.subject, Ban.kind)
        return [self._without_strangers(_plain(Ban, row)) for row in rows]

    def _write_team(self) -> None:
        accounts = self._rows(
            Account, Account.id.in_(select(Membership.account_id).where(self._of_site(Membership)))
        )
        parts = {row["account_id"]: row for row in self._rows(Membership, self._of_site(Membership))}
        for row in sorted(accounts, key=lambda one: one["id"]):
            membership = _plain(Membership, parts[row["id"]])
            self._line({"account": {**_plain(Account, row), "membership": membership}})
            self._done.accounts += 1

    def _authors(self) -> Iterator[Plain]:
        for rows in self._pages(Author):
            tokens = self._belonging(GuestToken, GuestToken.author_id, rows, GuestToken.token_hash)
            bans = self._belonging(Ban, Ban.author_id, rows, Ban.id)
            for row in rows:
                author = {**self._without_strangers(_plain(Author, row)), "tokens": tokens[row["id"]]}
                yield {**author, "bans": [self._without_strangers(one) for one in bans[row["id"]]]}

    def _threads(self) -> Iterator[Plain]:
        # Nothing is left in a thread that was merged into another, and nothing leads there.
        for rows in self._pages(Thread, Thread.state != MERGED):
            keys = self._belonging(ThreadKey, ThreadKey.thread_id, rows, ThreadKey.key_hash)
            for row in rows:
                yield {**_plain(Thread, row), "keys": keys[row["id"]]}

    def _write_comments(self) -> None:
        total = self._session.execute(select(func.count()).select_from(Comment).where(self._of_site(Comment)))
        count = total.scalar_one()
        for rows in self._pages(Comment):
            for comment in self._comments(rows):
                self._line({"comment": comment})
            self._done.comments += len(rows)
            if self._progress is not None:
                self._progress(self._done.comments, count)

    def _comments(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Plain]:
        belongings = {
            name: self._belonging(table, table.comment_id, rows, *order)  # type: ignore[attr-defined]
            for name, table, order in BELONGINGS
        }
        revisions = self._belonging(Revision, Revision.comment_id, rows, Revision.comment_id)
        for row in rows:
            comment = _plain(Comment, row)
            comment["revision"] = next(iter(revisions[row["id"]]), None)
            for name, found in belongings.items():
                comment[name] = [self._without_strangers(one) for one in found[row["id"]]]
            yield comment

    def _without_strangers(self, plain: Plain) -> Plain:
        """Leave out accounts that are not of this site's team: who they are is another site's matter."""
        if plain.get("account_id") is not None and plain["account_id"] not in self._team:
            plain["account_id"] = None
        return plain

    def _belonging(
        self, table: type[Base], owner: Any, rows: Sequence[Mapping[str, Any]], *order: Any
    ) -> Mapping[UUID, list[Plain]]:
        """Return the rows of `table` that belong to `rows`, by the id of the owner."""
        found: dict[UUID, list[Plain]] = defaultdict(list)
        for row in self._rows(table, owner.in_([one["id"] for one in rows]), *order):
            found[row[owner.key]].append(_plain(table, row))
        return found

    def _pages(
        self, table: type[Base], where: ColumnElement[bool] = _ALL
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Yield the site's rows in the order of their ids, some at a time."""
        key: Any = table.__table__.c["id"]
        site_id: ColumnElement[UUID] = Unindexed(table.__table__.c["site_id"])
        mine = (site_id == self._site.id) & where
        after = mine
        while rows := self._rows(table, after, key, limit=PAGE_ROWS):
            yield rows
            after = mine & (key > rows[-1]["id"])

    def _rows(
        self, table: type[Base], where: ColumnElement[bool], *order: Any, limit: int | None = None
    ) -> Sequence[Mapping[str, Any]]:
        query = select(table.__table__).where(where).order_by(*order).limit(limit)
        return [dict(row) for row in self._session.connection().execute(query).mappings()]

    def _of_site(self, table: type[Base]) -> ColumnElement[bool]:
        of_site: ColumnElement[bool] = table.__table__.c["site_id"] == self._site.id
        return of_site


def _plain(table: type[Base], row: Mapping[str, Any]) -> Plain:
    return plain_row(table, row, without=LEFT_OUT[table])
