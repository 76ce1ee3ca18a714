"""What an import from Isso keeps, of its database and of the JSON that its own import takes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from comments.identity.models import Author
from comments.importers.errors import FileBroken
from tests.importers.blog import Blog

pytestmark = pytest.mark.anyio

SCHEMA = """
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (
    tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
    modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR NOT NULL, author VARCHAR,
    email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
    voters BLOB, notification INTEGER DEFAULT 0
);
PRAGMA user_version = 5;
"""
WRITTEN = 1_700_000_000.25


class Isso:
    """A database as Isso has it, with one page."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._connection = sqlite3.connect(file)
        self._connection.executescript(SCHEMA)
        self.page("/a/", "An article")

    def page(self, uri: str, title: str | None = None) -> int:
        return self.run("INSERT INTO threads (uri, title) VALUES (?, ?)", uri, title)

    def comment(self, text: str = "Something", **fields: Any) -> int:
        row = {"tid": 1, "created": WRITTEN, "mode": 1, "text": text, "author": "Ana", **fields}
        places = ", ".join("?" for _ in row)
        return self.run(f"INSERT INTO comments ({', '.join(row)}) VALUES ({places})", *row.values())

    def run(self, statement: str, *values: Any) -> int:
        number = self._connection.execute(statement, values).lastrowid
        self._connection.commit()
        return number or 0

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def isso(tmp_path: Path) -> Iterator[Isso]:
    with closing(Isso(tmp_path / "isso.db")) as made:
        yield made


async def test_tree_dates_authors_votes_and_ids_are_kept(blog: Blog, isso: Isso) -> None:
    first = isso.comment("Some **words**", website="https://ana.example/?a=1&amp;b=2", likes=3, dislikes=1)
    second = isso.comment("An answer", parent=first, author="Zo&euml;", modified=WRITTEN + 60)
    report = await blog.imports(isso.file)
    comments = await blog.comments()
    (page,) = await blog.threads()
    one, other = comments[str(first)], comments[str(second)]

    assert (report.format, report.read, report.imported, report.threads) == ("isso", 2, 2, 1)
    assert (page.url, page.title) == ("https://blog.example/a/", "An article")
    assert other.parent_id == one.id
    assert one.html == "<p>Some <strong>words</strong></p>"
    assert (one.source_format, one.source_system) == ("markdown", "isso")
    assert (one.upvotes, one.downvotes) == (3, 1)
    assert one.author_website == "https://ana.example/?a=1&b=2"
    assert one.created_at.timestamp() == WRITTEN
    assert one.edited_at is None
    assert other.author_name == "Zoë"
    assert other.edited_at is not None
    assert other.edited_at.timestamp() == WRITTEN + 60


async def test_votes_of_the_old_system_give_comments_their_place(blog: Blog, isso: Isso) -> None:
    isso.comment("Nobody likes it", dislikes=9)
    isso.comment("Everybody likes it", likes=9)
    await blog.imports(isso.file)
    by_rank = sorted((await blog.comments()).values(), key=lambda one: one.rank)

    assert [one.source for one in by_rank] == ["Nobody likes it", "Everybody likes it"]


async def test_states_are_kept_and_what_is_unknown_waits(blog: Blog, isso: Isso) -> None:
    states = {
        isso.comment(mode=mode): state for mode, state in ((1, "approved"), (2, "pending"), (7, "pending"))
    }
    gone = isso.comment("", mode=4)
    isso.comment("Below it", parent=gone)
    await blog.imports(isso.file)
    comments = await blog.comments()

    assert {number: comments[str(number)].state for number in states} == states
    assert (comments[str(gone)].state, comments[str(gone)].listed) == ("deleted", True)


async def test_a_second_run_adds_what_is_new(blog: Blog, isso: Isso) -> None:
    isso.comment()
    await blog.imports(isso.file)
    isso.comment("A new one", author="Jo")
    report = await blog.imports(isso.file)

    assert (report.imported, report.skipped) == (1, {"it is already imported": 1})


async def test_a_page_that_is_no_path_needs_a_page_of_that_name_here(blog: Blog, isso: Isso) -> None:
    named = isso.page("my-article")
    isso.comment(tid=named)
    isso.comment(tid=isso.page("https://elsewhere.example/b"))
    report = await blog.imports(isso.file)

    assert report.skipped == {
        "its page has no address": 1,
        "its page is on another host: elsewhere.example": 1,
    }


async def test_e_mail_addresses_are_kept_and_nobody_else_is_taken_for_them(blog: Blog, isso: Isso) -> None:
    isso.comment(email="ana@example.org")
    isso.comment(email="other@example.org")
    await blog.imports(isso.file)
    authors = await blog.db.read(lambda session: list(session.scalars(select(Author))))

    assert sorted(one.email or "" for one in authors) == ["ana@example.org", "other@example.org"]


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["CREATE TABLE others (id)"], "not one of Isso"),
        # What the file's maker wrote would run with every look at it.
        (["CREATE TABLE threads (id)", "CREATE VIEW comments AS SELECT 1 AS id"], "not one of Isso"),
        (["CREATE TABLE threads (id)", "CREATE TABLE comments (id)"], "cannot be read"),
    ],
)
async def test_a_database_of_something_else_is_refused(
    blog: Blog, tmp_path: Path, statements: list[str], message: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()

    with pytest.raises(FileBroken, match=message):
        await blog.imports(tmp_path / "other.db")


async def test_a_damaged_database_changes_nothing(blog: Blog, isso: Isso) -> None:
    for _ in range(200):
        isso.comment("Words " * 50)
    raw = isso.file.read_bytes()

    with pytest.raises(FileBroken, match="Nothing was imported"):
        await blog.imports(raw[: len(raw) // 2])
    assert await blog.comments() == {}


async def test_the_json_of_its_generic_import(blog: Blog) -> None:
    one = {
        "id": 0,
        "author": "Ana",
        "email": "",
        "website": "",
        "created": "2024-05-01 10:00:00",
        "text": "One",
    }
    pages = [
        {"id": "/a/", "title": "An article", "comments": [one]},
        {"id": "/b/", "title": "Another", "comments": [{**one, "created": "not a date"}]},
    ]
    report = await blog.imports(json.dumps(pages))
    ((source_id, kept),) = (await blog.comments()).items()

    assert (report.format, report.read, report.skipped) == ("isso", 2, {"its date cannot be read": 1})
    assert (source_id, kept.source) == ("/a/#0", "One")
    assert kept.created_at.isoformat() == "2024-05-01T10:00:00+00:00"


async def test_json_that_is_none_of_it_says_where(blog: Blog) -> None:
    with pytest.raises(FileBroken, match=r"not what Isso's generic import takes: .*\$\[0\]\.comments"):
        await blog.imports('[{"id": "/a/", "comments": 5}]', format="isso")
