"""What every format is read into: threads, comments with their authors, and what cannot be brought in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comments.text.html.render import Format

Exact = Mapping[str, Any]
"""Columns as our own export has them, by name; they win over what an importer would make up."""


@dataclass(frozen=True, slots=True)
class ImportedKey:
    """A key that led to a thread: `kind` is `url` (normalised) or `identifier`."""

    kind: str
    key: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportedThread:
    """A page's discussion. `reference` is what the file's comments call it by.

    A `url` that is only a path is one of the site's first origin.
    `hidden` says that nothing in it was public any more. `keys` are given by our own export; for other
    systems they follow from `url` and `identifier`.
    """

    reference: str
    url: str | None
    identifier: str | None = None
    title: str | None = None
    created_at: datetime | None = None
    closed: bool = False
    hidden: bool = False
    keys: tuple[ImportedKey, ...] = ()
    exact: Exact | None = None


@dataclass(frozen=True, slots=True)
class ImportedAuthor:
    """Somebody who wrote. `key` tells them from all others of the same file and is never shown."""

    key: str
    name: str
    email: str | None = None
    website: str | None = None
    exact: Exact | None = None


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """One comment. `state` is one of ours; `source_id` is its id in the old system, or here."""

    source_id: str
    thread: str
    parent: str | None
    author: ImportedAuthor
    created_at: datetime
    state: str
    source: str
    source_format: Format = "html"
    address: str | None = None
    upvotes: int = 0
    downvotes: int = 0
    edited_at: datetime | None = None
    featured: bool = False
    exact: Exact | None = None
    voters: tuple[str, ...] = ()
    """Keys of authors that `exact` names besides its own."""


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """A member of the team of the site that our own export was made of."""

    exact: Exact


@dataclass(frozen=True, slots=True)
class ImportedSite:
    """The site our own export was made of, with the bans that are on no author."""

    exact: Exact
    bans: Sequence[Exact] = ()


@dataclass(frozen=True, slots=True)
class Unusable:
    """A comment that is in the file and cannot be brought in, with the reason in words."""

    reason: str
    source_id: str


Record = ImportedThread | ImportedAuthor | ImportedComment | ImportedAccount | ImportedSite | Unusable
