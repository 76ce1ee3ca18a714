"""The same discussions, written into each contestant's own database."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.clock import SystemClock
from comments.identity.models import Author, GuestToken
from comments.ids import new_id
from comments.keys import Keyring
from comments.sites.actions import add_site, set_settings
from comments.storage import migrate_now, open_database
from tests.bench.requests import NUMBER, ORIGIN
from tests.bench.writing import parents, roots_of, texts
from tests.support.seeding import START, Text, Writing, seed_thread

SITE = "blog"
SECRET = "only-for-measuring-0123456789-abcdefghij"
READERS = 200
DIFFERENT_TEXTS = 500
POSTS_PAGE = "posts"
"""The page that posts go to, so that the others stay as they are."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """What is written: how many comments each page has, and their texts."""

    pages: Mapping[str, int]
    texts: Sequence[Text] = field(default_factory=lambda: texts(DIFFERENT_TEXTS))

    def parents(self, page: str) -> list[int | None]:
        return parents(self.pages[page], seed=self.pages[page])


@dataclass(frozen=True, slots=True)
class Answerable:
    """What posts may answer, by page, and the tokens of readers who have been approved before."""

    by_page: Mapping[str, Sequence[UUID]]
    tokens: Sequence[str]


def page_url(page: str) -> str:
    return f"{ORIGIN}/{page}"


def reader(number: int) -> str:
    return f"Reader {number % READERS}"


def distinct(seeds: Seeds, number: int) -> str:
    """Return a text that no other post has, nor nearly so: the rules would hold it as one of a flood."""
    words = seeds.texts[number % len(seeds.texts)].source.split(" ")
    told = (NUMBER if at % 3 == 0 and word.isalpha() else word for at, word in enumerate(words))
    return f"{NUMBER} {' '.join(told)}"


def nearly_alike(seeds: Seeds, number: int) -> str:
    """Return a text as a flood of spam has it: the same again, but for a number."""
    return f"{seeds.texts[0].source} {NUMBER}"


def seed_comments(folder: Path, seeds: Seeds, database_url: str | None = None) -> Answerable:
    """Write an installation of this service, with a site whose known readers are public at once."""
    folder.mkdir(parents=True)
    url = database_url or f"sqlite:///{folder / 'comments.db'}"
    migrate_now(url)
    return asyncio.run(_seed_comments(url, seeds))


async def _seed_comments(url: str, seeds: Seeds) -> Answerable:
    db, now = await open_database(url), SystemClock().now()
    try:
        site = await db.write(add_site, SITE, [ORIGIN], at=now)
        # One text in ten has a link; Isso holds no comment for that.
        await db.write(set_settings, SITE, {"links_before_hold": "2"})
        writing = Writing(seeds.texts, authors=READERS, seed=1)
        by_page = {
            page: await db.write(seed_thread, site.id, page_url(page), seeds.parents(page), writing)
            for page in seeds.pages
        }
        tokens = [f"g_{'measured' * 4}{number:011}" for number in range(READERS)]
        await db.write(_seed_readers, site.id, tokens, now)
    finally:
        await db.close()
    return Answerable(by_page, tokens)


def _seed_readers(session: Session, site_id: UUID, tokens: Sequence[str], now: datetime) -> None:
    keys = Keyring(SECRET)
    for number, token in enumerate(tokens):
        author_id = new_id(now)
        named = {"name": reader(number), "approved_name": reader(number), "approved_count": 1}
        session.execute(
            insert(Author).values(
                id=author_id, site_id=site_id, kind="guest", trusted=False, created_at=now, **named
            )
        )
        session.execute(
            insert(GuestToken).values(
                token_hash=keys.token_hash(token),
                site_id=site_id,
                author_id=author_id,
                created_at=now,
                used_at=now,
            )
        )


def seed_isso(database: Path, seeds: Seeds) -> dict[str, list[int]]:
    """Write the same into a database that Isso has made, and return the top-level comments of each page."""
    tops: dict[str, list[int]] = {}
    with closing(sqlite3.connect(database)) as connection, connection:
        comment = 0
        for thread, page in enumerate(seeds.pages, 1):
            connection.execute("INSERT INTO threads VALUES (?, ?, 'Seeded')", (thread, f"/{page}"))
            rows = _isso_rows(seeds, page, thread, comment)
            tops[page] = [row[1] for row in rows if row[2] is None]
            connection.executemany(
                "INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, author, voters) "
                "VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)",
                rows,
            )
            comment += len(rows)
    return tops


def _isso_rows(
    seeds: Seeds, page: str, thread: int, before: int
) -> list[tuple[int, int, int | None, float, str, str, str, bytes]]:
    """Isso nests one level deep, and puts deeper replies below the top-level comment."""
    return [
        (
            thread,
            before + number + 1,
            None if root is None else before + root + 1,
            START.timestamp() + number,
            f"10.0.{number % READERS}.0",
            seeds.texts[number % len(seeds.texts)].source,
            reader(number * 7),
            bytes(256),
        )
        for number, root in enumerate(roots_of(seeds.parents(page)))
    ]
