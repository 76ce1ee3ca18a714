"""Discussions of any shape, written directly into the tables."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.ids import new_id
from comments.threads.addresses.page_keys import key_hash, page_keys
from comments.threads.models import Comment, Thread, ThreadKey
from comments.threads.order.ranking import rank
from comments.threads.order.tree import TOP, TreePosition, ancestors, place_below

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS_AT_ONCE = 2_000


class Text(NamedTuple):
    """What somebody wrote in Markdown, and what it is shown as."""

    source: str
    html: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How the comments of a seeded thread look: these texts in turn (else "Comment 17"), by so many authors.

    Votes are random but the same for the same `seed`.
    """

    texts: Sequence[Text] = ()
    authors: int = 1
    seed: int = 0
    step_seconds: int = 1


PLAIN = Writing()


def seed_thread(
    session: Session, site_id: UUID, url: str, parents: Sequence[int | None], writing: Writing = PLAIN
) -> list[UUID]:
    """Store a thread with one public comment for each entry of `parents` (an earlier index, or None).

    Returns the comments' ids in order.
    """
    thread = _Seeded(site_id, new_id(START), parents, writing)
    for number in range(writing.authors):
        session.execute(insert(Author).values(_author(thread, number)))
    session.execute(insert(Thread).values(_thread(thread, url)))
    for kind, key in page_keys(url, None).pairs:
        session.execute(insert(ThreadKey).values(_key(thread, kind, key)))
    rows = thread.rows()
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        session.execute(insert(Comment), chunk)
    return thread.ids


@dataclass(slots=True)
class _Seeded:
    """A thread while it is written; its places are known before its rows, which need the totals."""

    site_id: UUID
    id: UUID
    parents: Sequence[int | None]
    writing: Writing
    ids: list[UUID] = field(default_factory=list)
    places: list[TreePosition] = field(default_factory=list)
    totals: Counter[UUID] = field(default_factory=Counter)
    author_ids: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.author_ids = [new_id(START) for _ in range(self.writing.authors)]
        for number, parent in enumerate(self.parents):
            at = self._moment(number)
            comment_id = new_id(at)
            place = TOP
            if parent is not None:
                place = place_below(self.ids[parent], self.places[parent], comment_id, at)
                self.totals.update(ancestors(place))
            self.ids.append(comment_id)
            self.places.append(place)

    def rows(self) -> Iterator[dict[str, Any]]:
        luck = random.Random(self.writing.seed)
        for number, parent in enumerate(self.parents):
            place, author = self.places[number], number * 7 % len(self.author_ids)
            ups, downs = luck.choice([0, 0, 0, 1, 5]), luck.choice([0, 0, 1])
            text = self._text(number)
            yield {
                "id": self.ids[number],
                "site_id": self.site_id,
                "thread_id": self.id,
                "parent_id": None if parent is None else self.ids[parent],
                "root_id": place.root_id,
                "depth": place.depth,
                "path": place.path,
                "author_id": self.author_ids[author],
                "author_name": self.name(author),
                "author_kind": "imported",
                "source": text.source,
                "source_format": "markdown",
                "html": text.html,
                "renderer": 1,
                "state": "approved",
                "queue": "approved",
                "listed": True,
                "reply_total": self.totals[self.ids[number]],
                "reasons": "[]",
                "version": 1,
                "rank": rank(ups, downs),
                "upvotes": ups,
                "downvotes": downs,
                "report_count": 0,
                "changed_version": 1,
                "content_version": 1,
                "created_at": self._moment(number),
            }

    def name(self, author: int) -> str:
        return f"Seed {author}" if self.writing.authors > 1 else "Seed"

    def _moment(self, number: int) -> datetime:
        return START + timedelta(seconds=number * self.writing.step_seconds)

    def _text(self, number: int) -> Text:
        texts = self.writing.texts
        return texts[number % len(texts)] if texts else Text(f"Comment {number}", f"<p>Comment {number}</p>")


def _author(thread: _Seeded, number: int) -> dict[str, Any]:
    return {
        "id": thread.author_ids[number],
        "site_id": thread.site_id,
        "kind": "imported",
        "name": thread.name(number),
        "approved_count": 0,
        "trusted": False,
        "created_at": START,
    }


def _thread(thread: _Seeded, url: str) -> dict[str, Any]:
    return {
        "id": thread.id,
        "site_id": thread.site_id,
        "url": url,
        "title": "Seeded",
        "title_confirmed": True,
        "state": "open",
        "comment_count": len(thread.parents),
        "version": 1,
        "created_at": START,
        "updated_at": START,
    }


def _key(thread: _Seeded, kind: str, key: str) -> dict[str, Any]:
    return {
        "site_id": thread.site_id,
        "key_hash": key_hash(kind, key),
        "kind": kind,
        "key": key,
        "thread_id": thread.id,
        "created_at": START,
    }
