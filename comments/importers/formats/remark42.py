"""Remark42: the backup its administrator downloads, a line of facts about people and pages, then comments."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from comments.importers.errors import file_broken
from comments.importers.formats.fields import NAMELESS, time_in_words
from comments.importers.formats.json_lines import lines
from comments.importers.records import ImportedAuthor, ImportedComment, ImportedThread, Record, Unusable

SYSTEM = "remark42"
VERSION = 1

T = TypeVar("T")


class _RemarkPage(msgspec.Struct):
    url: str
    read_only: bool = False


class _Head(msgspec.Struct):
    version: int
    posts: list[_RemarkPage] | None = None


class _User(msgspec.Struct):
    id: str = ""
    name: str = ""


class _Locator(msgspec.Struct):
    url: str = ""


class _Edit(msgspec.Struct):
    time: str = ""


class _RemarkComment(msgspec.Struct):
    """A comment as Remark42's API shows it, too."""

    id: str
    time: str
    locator: _Locator
    pid: str = ""
    text: str = ""
    user: _User = msgspec.field(default_factory=_User)
    score: int = 0
    votes: dict[str, bool] | None = None
    edit: _Edit | None = None
    pin: bool = False
    delete: bool = False
    title: str = ""


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of these."""
    return head.startswith(b'{"version":') and b'"users":' in head[:40]


def records(pieces: Iterable[bytes]) -> Iterator[Record]:
    """Yield each page before its first comment, and the comments as they come; raises FileBroken."""
    found = enumerate(lines(pieces), 1)
    head = _decoded(next(found, (1, b""))[1], _Head, 1)
    if head.version != VERSION:
        raise file_broken(f"This backup has version {head.version}, and only {VERSION} is known here.")
    closed = {page.url for page in head.posts or () if page.read_only}
    pages: set[str] = set()
    for number, line in found:
        if not line.strip():
            continue
        comment = _decoded(line, _RemarkComment, number)
        url = comment.locator.url
        if url not in pages:
            pages.add(url)
            yield ImportedThread(url, url or None, title=comment.title or None, closed=url in closed)
        yield _record(comment)


def _decoded(line: bytes, shape: type[T], number: int) -> T:
    try:
        return msgspec.json.decode(line, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise file_broken(f"This file is broken in line {number:,}: {error}.") from error


def _record(comment: _RemarkComment) -> Record:
    created_at = time_in_words(comment.time)
    if created_at is None:
        return Unusable("its date cannot be read", comment.id)
    upvotes, downvotes = _votes(comment)
    user = comment.user
    return ImportedComment(
        source_id=comment.id,
        thread=comment.locator.url,
        parent=comment.pid or None,
        author=ImportedAuthor(f"user:{user.id}", user.name or NAMELESS),
        created_at=created_at,
        # What people wrote is in `orig`; what readers saw of it is in `text`.
        state="deleted" if comment.delete or not comment.text else "approved",
        source=comment.text,
        upvotes=upvotes,
        downvotes=downvotes,
        edited_at=time_in_words(comment.edit.time) if comment.edit else None,
        featured=comment.pin,
    )


def _votes(comment: _RemarkComment) -> tuple[int, int]:
    """Return votes for and against. Old votes are no longer in the list, but in the score."""
    votes = list((comment.votes or {}).values())
    up, down = votes.count(True), votes.count(False)
    missing = comment.score - (up - down)
    return up + max(0, missing), down + max(0, -missing)
