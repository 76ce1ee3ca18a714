"""What is about to be written: pages, authors and comments, as far as known before the write's turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from comments.importers.pipeline.plan import Target

Row = Mapping[str, Any]

LATE = ("thread_id", "author_id", "reply_total", "listed", "changed_version", "content_version")
"""The columns of a comment that only the write itself knows."""


class KeyDraft(NamedTuple):
    """A key that shall lead to a page's thread."""

    kind: str
    key: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageDraft:
    """A page of the file. `thread_id` is known if it is here already, or has been opened by this import.

    `row` has the columns our own export gave for the thread.
    """

    number: int
    thread_id: UUID | None
    url: str
    identifier: str | None
    title: str | None
    closed: bool
    created_at: datetime
    keys: tuple[KeyDraft, ...]
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class AuthorDraft:
    """Somebody of the file. `author_id` is known if they are here already; `key` finds them next time."""

    number: int
    author_id: UUID | None
    key: str
    name: str
    email: str | None
    website: str | None
    created_at: datetime


class CommentRowDraft(NamedTuple):
    """A comment with its place; thread and author follow in the write, from their numbers.

    `thread_id` is given if it answers a comment that is here, and that stands elsewhere than the file says.
    `above` has the ids of the comments it stands under, the root first, as bytes like its own: they are
    counted by the thousand. `belongings` has the rows of other tables that come with it, by table.
    """

    source_id: str
    comment_id: bytes
    page: int
    thread_id: UUID | None
    author: int
    author_name: str
    above: tuple[bytes, ...]
    is_public: bool
    belongings: Mapping[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one write writes, all or nothing.

    `rows` has the values of each comment's `columns`, in their order, `same` those in which none differs; the
    columns `LATE` follow in the write.
    """

    target: Target
    pages: Mapping[int, PageDraft]
    authors: Mapping[int, AuthorDraft]
    comments: Sequence[CommentRowDraft]
    same: Row
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class WrittenBatch:
    """What came of a batch: how many comments are new, and the ids its pages and authors have."""

    imported: int
    thread_ids: Mapping[int, UUID]
    author_ids: Mapping[int, UUID]
