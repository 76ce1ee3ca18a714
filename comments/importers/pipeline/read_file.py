"""From a file to the rows that are kept of it until it is written, stretch after stretch.

Neither the database nor any key is needed for it, so a process beside the one that writes can do it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from comments.importers.formats.fields import kept_email, shown_name, shown_title, shown_website
from comments.importers.pipeline.source_file import ImportFile, Moved
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
from comments.text.html.render import Format

HELD_ROWS = 1_000
HELD_CHARACTERS = 4_000_000
"""Of the sources of one stretch; a thousand comments of people have half a million."""

AUTHORS_REMEMBERED = 20_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

packed = msgspec.json.encode
unpacked = msgspec.json.decode

CommentRow = tuple[str, str, str | None, str, int, str, str | None, bytes | None, bytes | None, Format, str]
"""Id, thread, whom it answers, its author's key, time, state, address, marks, exact, format, source."""

ADDRESS: Final = 6
ThreadRow = tuple[str, str | None, str | None, str | None, int | None, bool, bool, bytes | None]
"""What comments call it by, address, identifier, title, time, whether closed and hidden, exact."""

KeyRow = tuple[str, str, int, str]
"""Kind, key, time, and the thread that it leads to."""

AuthorRow = tuple[str, str, str | None, str | None, int, bytes | None]
"""Key, name, e-mail, website, when first seen, exact."""


class ReadOrder(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Which file is to be read and by which importer, and what may be kept of it.

    `shift` moves every time of our own export. Addresses that were seen before `addresses_since`, in
    microseconds, are left out.
    """

    path: str
    importer: str
    shift: timedelta
    most_bytes: int | None
    addresses_since: int
    rows_at_once: int


class FilePart(msgspec.Struct, array_like=True, tag=True):
    """What a part of a file holds: each author, thread and comment as a row; `unusable` counts by reason.

    An author that came with a stretch before is not in every one in which they wrote.
    """

    comments: list[CommentRow]
    threads: list[ThreadRow]
    keys: list[KeyRow]
    authors: list[AuthorRow]
    voters: list[str]
    accounts: list[ImportedAccount]
    sites: list[ImportedSite]
    unusable: dict[str, int]


def stretches(reading: ReadOrder, moved: Moved) -> Iterator[FilePart]:
    """Yield what the file holds; raises FileBroken, ImportRefused, and what `moved` raises."""
    records = import_module(reading.importer).records
    pieces = ImportFile(Path(reading.path), most_bytes=reading.most_bytes).pieces(moved)
    found = records(pieces, shift=reading.shift) if reading.shift else records(pieces)
    return _PartCutter(reading).cut(found)


class _PartCutter:
    def __init__(self, reading: ReadOrder) -> None:
        self._reading = reading
        self._sent: set[str] = set()
        """The keys of authors that have been given; few enough to be kept in memory."""
        self._begin()

    def _begin(self) -> None:
        self._stretch = FilePart([], [], [], [], [], [], [], {})
        self._rows = self._characters = 0

    def cut(self, records: Iterable[Record]) -> Iterator[FilePart]:
        takers: dict[type[Any], Callable[[Any], None]] = {
            ImportedComment: self._take_comment,
            ImportedThread: self._take_thread,
            ImportedAuthor: self._take_author,
            ImportedAccount: self._take_account,
            ImportedSite: self._take_site,
            Unusable: self._take_unusable,
        }
        at_once = self._reading.rows_at_once
        for record in records:
            takers[type(record)](record)
            self._rows += 1
            if self._rows >= at_once or self._characters >= HELD_CHARACTERS:
                yield self._stretch
                self._begin()
        yield self._stretch

    def _take_comment(self, one: ImportedComment) -> None:
        created, address = micros(one.created_at), one.address
        if one.author.key not in self._sent:
            self._give_author(one.author, created)
        self._characters += len(one.source)
        self._stretch.comments.append(
            (
                one.source_id,
                one.thread,
                one.parent,
                one.author.key,
                created,
                one.state,
                address if address and created >= self._reading.addresses_since else None,
                _marks(one),
                _packed_or_none(one.exact),
                one.source_format,
                one.source,
            )
        )
        self._stretch.voters.extend(one.voters)

    def _take_thread(self, one: ImportedThread) -> None:
        self._stretch.threads.append(
            (
                one.reference,
                one.url,
                one.identifier,
                shown_title(one.title),
                None if one.created_at is None else micros(one.created_at),
                one.closed,
                one.hidden,
                _packed_or_none(one.exact),
            )
        )
        self._stretch.keys.extend(
            [(key.kind, key.key, micros(key.created_at), one.reference) for key in one.keys]
        )

    def _take_author(self, one: ImportedAuthor) -> None:
        self._give_author(one, 0)

    def _take_account(self, one: ImportedAccount) -> None:
        self._stretch.accounts.append(one)

    def _take_site(self, one: ImportedSite) -> None:
        self._stretch.sites.append(one)

    def _take_unusable(self, one: Unusable) -> None:
        counts = self._stretch.unusable
        counts[one.reason] = counts.get(one.reason, 0) + 1

    def _give_author(self, author: ImportedAuthor, seen: int) -> None:
        if len(self._sent) >= AUTHORS_REMEMBERED:
            self._sent.clear()
        self._sent.add(author.key)
        self._stretch.authors.append(
            (
                author.key,
                shown_name(author.name),
                kept_email(author.email),
                shown_website(author.website),
                seen,
                _packed_or_none(author.exact),
            )
        )


def micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def _marks(one: ImportedComment) -> bytes | None:
    """Return what was marked on a comment in the old system; most have nothing."""
    if not (one.upvotes or one.downvotes or one.edited_at or one.featured):
        return None
    return packed(
        {
            "upvotes": one.upvotes,
            "downvotes": one.downvotes,
            "edited_at": None if one.edited_at is None else micros(one.edited_at),
            "featured": one.featured,
        }
    )


def _packed_or_none(exact: Exact | None) -> bytes | None:
    return None if exact is None else packed(exact)
