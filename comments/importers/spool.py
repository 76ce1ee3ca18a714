"""What the first reading of a file found, kept on disk until it is written, so that memory stays flat."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from comments.importers.fields import kept_email, shown_name, shown_title, shown_website
from comments.importers.records import (
    Exact,
    ImportedAccount,
    ImportedAuthor,
    ImportedComment,
    ImportedSite,
    ImportedThread,
    Record,
    Unusable,
)
from comments.storage.scratch import Scratch
from comments.text.rendering import Format

SCHEMA = """
CREATE TABLE threads (
    n INTEGER PRIMARY KEY, reference TEXT UNIQUE, url TEXT, identifier TEXT, title TEXT, created INTEGER,
    closed INTEGER, hidden INTEGER, exact BLOB, fault TEXT, page INTEGER
);
CREATE TABLE thread_keys (thread INTEGER, kind TEXT, key TEXT, created INTEGER);
CREATE TABLE authors (
    n INTEGER PRIMARY KEY, key TEXT UNIQUE, name TEXT, email TEXT, website TEXT, created INTEGER,
    exact BLOB, id BLOB
);
CREATE TABLE voters (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE comments (
    n INTEGER PRIMARY KEY, source_id TEXT, thread TEXT, parent TEXT, author INTEGER, created INTEGER,
    state TEXT, address_key BLOB, marks BLOB, exact BLOB, format TEXT, source TEXT
);
CREATE TABLE shown (n INTEGER PRIMARY KEY, html TEXT, renderer INTEGER);
"""

HELD_ROWS = 1_000
AUTHORS_REMEMBERED = 20_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

AddressKey = Callable[[str, datetime], bytes | None]
"""Returns what may be kept of an address that was seen at a time."""

packed = msgspec.json.encode
unpacked = msgspec.json.decode


class Kept(NamedTuple):
    """Comments that have just been kept: the number of the first, and the format and source of each."""

    first: int
    sources: list[tuple[Format, str]]


class Spool:
    """Holds the records of one file, names and titles as we would show them.

    `unusable` counts comments by the reason they cannot be brought in.
    """

    def __init__(self, address_key: AddressKey) -> None:
        self.scratch = Scratch(SCHEMA)
        self.unusable: Counter[str] = Counter()
        self.sites: list[ImportedSite] = []
        self.accounts: list[ImportedAccount] = []
        self.read = 0
        self._address_key = address_key
        self._held: list[tuple[Any, ...]] = []
        self._kept = 0
        self._author_numbers: dict[str, int] = {}

    def take(self, records: Iterable[Record]) -> Iterator[Kept]:
        """Keep every record, and yield the comments as they are kept; raises what reading the file raises."""
        takers: dict[type[Any], Callable[[Any], None]] = {
            ImportedComment: self._take_comment,
            ImportedThread: self._take_thread,
            ImportedAuthor: self._take_author,
            ImportedAccount: self.accounts.append,
            ImportedSite: self.sites.append,
            Unusable: self._take_unusable,
        }
        for record in records:
            takers[type(record)](record)
            if len(self._held) >= HELD_ROWS:
                yield self._let_go()
        yield self._let_go()
        self.scratch.run("CREATE INDEX comments_source ON comments (source_id)")

    def close(self) -> None:
        self.scratch.close()

    def note_shown(self, first: int, shown: Iterable[tuple[str, int]]) -> None:
        """Remember what comments are shown as, and by which renderer, from the number `first` on."""
        self.scratch.run_many(
            "INSERT INTO shown VALUES (?, ?, ?)", ((n, *one) for n, one in enumerate(shown, first))
        )

    def note_pages(self, thread_ids: Mapping[int, UUID]) -> None:
        """Remember the threads that pages have got; their keys are bound then."""
        self.scratch.run_many(
            "UPDATE pages SET thread_id = ?, is_bound = 1 WHERE n = ?",
            [(thread_id.bytes, number) for number, thread_id in thread_ids.items()],
        )

    def note_authors(self, author_ids: Mapping[int, UUID]) -> None:
        """Remember the ids that authors have got."""
        self.scratch.run_many(
            "UPDATE authors SET id = ? WHERE n = ? AND id IS NULL",
            [(author_id.bytes, number) for number, author_id in author_ids.items()],
        )

    def _take_comment(self, one: ImportedComment) -> None:
        self.read += 1
        author = self._author_numbers.get(one.author.key) or self._author_number(one.author, one.created_at)
        address_key = self._address_key(one.address, one.created_at) if one.address else None
        self._held.append(
            (
                one.source_id,
                one.thread,
                one.parent,
                author,
                micros(one.created_at),
                one.state,
                address_key,
                _marks(one),
                _packed_or_none(one.exact),
                one.source_format,
                one.source,
            )
        )
        if one.voters:
            self.scratch.run_many("INSERT OR IGNORE INTO voters VALUES (?)", [(key,) for key in one.voters])

    def _take_thread(self, one: ImportedThread) -> None:
        created = None if one.created_at is None else micros(one.created_at)
        self.scratch.run(
            "INSERT OR IGNORE INTO threads"
            " (reference, url, identifier, title, created, closed, hidden, exact)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                one.reference,
                one.url,
                one.identifier,
                shown_title(one.title),
                created,
                one.closed,
                one.hidden,
                _packed_or_none(one.exact),
            ),
        )
        if one.keys:
            self.scratch.run_many(
                "INSERT INTO thread_keys SELECT n, ?, ?, ? FROM threads WHERE reference = ?",
                [(key.kind, key.key, micros(key.created_at), one.reference) for key in one.keys],
            )

    def _take_author(self, one: ImportedAuthor) -> None:
        self._author_number(one, EPOCH)

    def _take_unusable(self, one: Unusable) -> None:
        self.read += 1
        self.unusable[one.reason] += 1

    def _author_number(self, author: ImportedAuthor, seen_at: datetime) -> int:
        self.scratch.run(
            "INSERT OR IGNORE INTO authors (key, name, email, website, created, exact)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                author.key,
                shown_name(author.name),
                kept_email(author.email),
                shown_website(author.website),
                micros(seen_at),
                _packed_or_none(author.exact),
            ),
        )
        found = self.scratch.row("SELECT n FROM authors WHERE key = ?", (author.key,))
        number: int = found[0] if found else 0
        if len(self._author_numbers) >= AUTHORS_REMEMBERED:
            self._author_numbers.clear()
        self._author_numbers[author.key] = number
        return number

    def _let_go(self) -> Kept:
        first = self._kept + 1
        self._kept += len(self._held)
        self.scratch.run_many(
            "INSERT INTO comments"
            " (source_id, thread, parent, author, created, state, address_key, marks, exact, format, source)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._held,
        )
        held, self._held = self._held, []
        return Kept(first, [row[-2:] for row in held])


def micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def _marks(one: ImportedComment) -> bytes | None:
    """Return what was marked on a comment in the old system; most have nothing."""
    marks = {
        "upvotes": one.upvotes,
        "downvotes": one.downvotes,
        "edited_at": None if one.edited_at is None else micros(one.edited_at),
        "featured": one.featured,
    }
    return packed(marks) if any(marks.values()) else None


def _packed_or_none(exact: Exact | None) -> bytes | None:
    return None if exact is None else packed(exact)
