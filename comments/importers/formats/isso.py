"""Isso: its database, or the JSON that its own import takes from other programs."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import chain
from tempfile import NamedTemporaryFile
from typing import Any

import msgspec

from comments.importers.errors import file_broken
from comments.importers.formats.fields import NAMELESS, named, time_in_words
from comments.importers.formats.json_lines import document
from comments.importers.records import ImportedAuthor, ImportedComment, ImportedThread, Record, Unusable
from comments.storage.sqlite.foreign import ForeignFile, ForeignFileBroken

SYSTEM = "isso"
DATABASE = b"SQLite format 3\x00"
STATES = {1: "approved", 2: "pending", 4: "deleted"}
THREADS = "SELECT id, uri, title FROM threads ORDER BY id"
COMMENTS = (
    "SELECT id, tid, parent, created, modified, mode, text, author, email, website, likes, dislikes"
    " FROM comments ORDER BY id"
)


class _IssoComment(msgspec.Struct):
    created: str
    text: str = ""
    author: str | None = None
    email: str | None = None
    website: str | None = None
    id: int | str = ""


class _IssoPage(msgspec.Struct):
    id: str
    comments: list[_IssoComment]
    title: str | None = None


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of these."""
    return head.startswith(DATABASE) or (head.lstrip().startswith(b"[") and b'"comments"' in head)


def records(pieces: Iterable[bytes]) -> Iterator[Record]:
    """Yield pages and comments; raises FileBroken."""
    rest = iter(pieces)
    head = next(rest, b"")
    whole = chain((head,), rest)
    return _of_database(whole) if head.startswith(DATABASE) else _of_json(whole)


def _of_json(pieces: Iterable[bytes]) -> Iterator[Record]:
    for page in document(pieces, list[_IssoPage], kind="what Isso's generic import takes"):
        yield _thread(page.id, page.id, page.title)
        for number, comment in enumerate(page.comments):
            # Ids are of one page here, and often all the same.
            source_id = f"{page.id}#{number}"
            created_at = time_in_words(comment.created)
            if created_at is None:
                yield Unusable("its date cannot be read", source_id)
                continue
            yield ImportedComment(
                source_id=source_id,
                thread=page.id,
                parent=None,
                author=named(comment.author or NAMELESS, comment.email or None, comment.website or None),
                created_at=created_at,
                state="approved" if comment.text else "deleted",
                source=comment.text,
                source_format="markdown",
            )


def _of_database(pieces: Iterable[bytes]) -> Iterator[Record]:
    # SQLite reads files only; this one has a name for as long as it is read.
    with NamedTemporaryFile(prefix="comments-isso-") as copy:
        for piece in pieces:
            copy.write(piece)
        copy.flush()
        try:
            with ForeignFile(copy.name) as database:
                yield from _rows(database)
        except ForeignFileBroken as error:
            raise file_broken(f"This database cannot be read: {error}.") from error


def _rows(database: ForeignFile) -> Iterator[Record]:
    if not {"threads", "comments"} <= database.tables():
        raise file_broken("This is a database of SQLite, but not one of Isso: it has no such tables.")
    for row in database.rows(THREADS):
        yield _thread(str(row["id"]), str(row["uri"]), row["title"])
    for row in database.rows(COMMENTS):
        yield _comment(row)


def _thread(reference: str, uri: str, title: Any) -> ImportedThread:
    """A page is called by its path, or by what its owner called it."""
    is_address = uri.startswith(("/", "http://", "https://"))
    return ImportedThread(
        reference,
        uri if is_address else None,
        identifier=None if is_address else uri,
        title=str(title) if title else None,
    )


def _comment(row: Any) -> Record:
    source_id = str(row["id"])
    created_at = _time(row["created"])
    if created_at is None:
        return Unusable("its date cannot be read", source_id)
    source = str(row["text"] or "")
    return ImportedComment(
        source_id=source_id,
        thread=str(row["tid"]),
        parent=None if row["parent"] is None else str(row["parent"]),
        author=_author(row),
        created_at=created_at,
        # Whatever is not plainly public does not become so here.
        state=STATES.get(row["mode"], "pending") if source else "deleted",
        source=source,
        source_format="markdown",
        upvotes=_count(row["likes"]),
        downvotes=_count(row["dislikes"]),
        edited_at=_time(row["modified"]),
    )


def _author(row: Any) -> ImportedAuthor:
    """Isso keeps names and websites as HTML has them."""
    name, website = (unescape(str(row[column] or "")) for column in ("author", "website"))
    return named(name or NAMELESS, row["email"] or None, website or None)


def _count(value: Any) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _time(seconds: Any) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
