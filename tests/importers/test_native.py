"""Our own export, broken or made up: refused with the line, and never shown as it is written."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.importers.errors import FileBroken
from comments.moderation.models import Decision
from comments.threads.models import Comment, Revision
from tests.importers.blog import Blog

pytestmark = pytest.mark.anyio

AUTHOR = "0190a0a0-0000-7000-8000-00000000000a"
THREAD = "0190a0a0-0000-7000-8000-00000000000b"
COMMENT = "0190a0a0-0000-7000-8000-0000000000c{}"
AT = "2026-01-02T03:04:05.678901Z"
HOSTILE = '<p onclick="x()">a</p><script>alert(1)</script>'

Line = dict[str, Any]


def export() -> list[Line]:
    """Return the lines of a small export: a page, an author, a comment and a reply with a waiting edit."""
    author: Line = {
        "id": AUTHOR,
        "kind": "guest",
        "account_id": None,
        "name": "Ana",
        "email": None,
        "website": "https://ana.example/",
        "created_at": AT,
        "tokens": [],
    }
    thread = {
        "id": THREAD,
        "url": "https://blog.example/a",
        "identifier": None,
        "title": "A",
        "title_confirmed": True,
        "state": "open",
        "version": 3,
        "created_at": AT,
        "keys": [{"kind": "url", "key": "https://blog.example/a", "created_at": AT}],
    }
    return [
        {"format": "comments", "version": 1},
        {"site": {"name": "blog", "origins": '["https://blog.example"]', "settings": "{}", "created_at": AT}},
        {"author": author},
        {"thread": thread},
        {"comment": comment(0)},
        {"comment": comment(1, parent=0)},
        {"end": {"accounts": 0, "authors": 1, "threads": 1, "comments": 2}},
    ]


def comment(number: int, parent: int | None = None) -> Line:
    return {
        "id": COMMENT.format(number),
        "thread_id": THREAD,
        "parent_id": None if parent is None else COMMENT.format(parent),
        "author_id": AUTHOR,
        "author_name": "Ana",
        "author_kind": "guest",
        "author_website": "https://ana.example/",
        "source": "Hello",
        "source_format": "markdown",
        "html": "<p>Hello</p>",
        "renderer": 1,
        "state": "approved",
        "created_at": AT,
        "revision": None,
        "votes": [],
        "reports": [],
        "decisions": [],
    }


def text_of(lines: list[Line]) -> str:
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


async def test_the_small_export_is_whole(blog: Blog) -> None:
    report = await blog.imports(text_of(export()))
    comments = await blog.comments()

    assert (report.format, report.read, report.imported) == ("comments", 2, 2)
    assert comments[COMMENT.format(1)].parent_id == comments[COMMENT.format(0)].id
    assert comments[COMMENT.format(0)].reply_total == 1


def change(number: int, kind: str, **values: Any) -> Callable[[list[Line]], None]:
    return lambda lines: lines[number][kind].update(values)


def forget(number: int, kind: str, name: str) -> Callable[[list[Line]], None]:
    return lambda lines: lines[number][kind].pop(name)


BROKEN: dict[str, tuple[Callable[[list[Line]], Any], str]] = {
    "no end": (lambda lines: lines.pop(), "This file ends early, after comment 2."),
    "a line lost": (lambda lines: lines.pop(5), "This file has 1 comments, and 2 by its own count."),
    "more behind the end": (lambda lines: lines.append(lines[4]), "goes on after its end, in line 8"),
    "another version": (lambda lines: lines[0].update(version=9), "This export has version 9"),
    "no header": (lambda lines: lines.pop(0), "its first line is no header"),
    "an unknown line": (lambda lines: lines.insert(2, {"poem": {}}), "in line 3: 'poem' is nothing we know"),
    "a state of no kind": (
        change(4, "comment", state="public"),
        "in comment 1, line 5: comments.state cannot be 'public'",
    ),
    "an unknown column": (change(4, "comment", mood="good"), "comments has no column 'mood'"),
    "no time": (change(5, "comment", created_at="yesterday"), "in comment 2, line 6: Invalid isoformat"),
    "a time without a zone": (
        change(5, "comment", edited_at="2026-01-02T03:04:05"),
        "comments.edited_at cannot be",
    ),
    "no text": (change(4, "comment", source=None), "comments.source is needed"),
    "NUL in a text": (change(4, "comment", source="a\0b"), "comments.source cannot be"),
    "a huge number": (change(4, "comment", version=2**40), "comments.version cannot be"),
    "a number for a text": (change(4, "comment", author_name=7), "comments.author_name cannot be '7'"),
    "no id": (forget(4, "comment", "id"), "'id' is missing"),
    "an id of no kind": (change(4, "comment", thread_id="x"), "in comment 1"),
    "reasons of no kind": (change(4, "comment", reasons="{}"), "Expected `array`"),
    "settings of no kind": (lambda lines: lines[1]["site"].update(settings="[]"), "in site 1"),
    "origins of no kind": (lambda lines: lines[1]["site"].update(origins='["x"]'), "in site 1"),
    "an author without a line": (change(4, "comment", author_id=COMMENT.format(9)), "has no line"),
    "a voter without a line": (
        change(
            4,
            "comment",
            votes=[{"author_id": COMMENT.format(9), "value": 1, "counted": True, "created_at": AT}],
        ),
        "has no line",
    ),
    "one id for two": (
        change(5, "comment", id=COMMENT.format(0)),
        "two different comments in it have the id",
    ),
}


@pytest.mark.parametrize(("breaking", "words"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_export_changes_nothing(
    blog: Blog, breaking: Callable[[list[Line]], Any], words: str
) -> None:
    lines = export()
    breaking(lines)
    before = await blog.rows()

    with pytest.raises(FileBroken) as raised:
        await blog.imports(text_of(lines), format="comments")
    assert words in raised.value.detail
    assert raised.value.detail.endswith("Nothing was imported.")
    assert await blog.rows() == before


async def test_an_export_that_was_cut_off_says_where(blog: Blog) -> None:
    whole = text_of(export())

    with pytest.raises(FileBroken, match=r"This file ends in the middle of comment 2\. Nothing was imported"):
        await blog.imports(whole[: whole.rindex("approved")])
    with pytest.raises(FileBroken, match=r"This file ends early, after comment 1\. Nothing was imported"):
        await blog.imports(whole[: whole.rindex('{"comment"')])


async def test_html_is_sanitised_wherever_it_stands(blog: Blog) -> None:
    lines = export()
    lines[4]["comment"].update(html=HOSTILE)
    edit = {"source": "x", "source_format": "markdown", "html": HOSTILE, "renderer": 1, "created_at": AT}
    lines[5]["comment"].update(revision=edit, decisions=[decision()])
    await blog.imports(text_of(lines))

    def texts(session: Session) -> list[str]:
        replaced = session.scalars(select(Decision.replaced)).one()
        assert replaced is not None
        return [
            *session.scalars(select(Comment.html)),
            *session.scalars(select(Revision.html)),
            json.loads(replaced)["text"]["html"],
        ]

    for html in await blog.db.read(texts):
        assert "<script" not in html
        assert "onclick" not in html


def decision() -> Line:
    text = {
        "source": "x",
        "source_format": "markdown",
        "html": HOSTILE,
        "renderer": 1,
        "reasons": "[]",
        "edited_at": None,
    }
    return {
        "id": COMMENT.format(8),
        "account_id": None,
        "moderator_name": "Mia",
        "decision": "approve",
        "before": "pending",
        "after": "approved",
        "reason": "",
        "replaced": json.dumps({"text": text}),
        "at": AT,
    }


async def test_what_a_newer_release_has_rendered_is_rendered_again(blog: Blog) -> None:
    lines = export()
    lines[4]["comment"].update(html="<p>from the future</p>", renderer=1_000)
    await blog.imports(text_of(lines))
    one = (await blog.comments())[COMMENT.format(0)]

    assert (one.html.strip(), one.renderer) == ("<p>Hello</p>", 1)


async def test_a_link_that_would_run_is_left_out(blog: Blog) -> None:
    lines = export()
    lines[2]["author"].update(website="javascript:alert(1)")
    lines[4]["comment"].update(author_website="javascript:alert(1)")
    lines[3]["thread"].update(url="javascript:alert(1)")
    report = await blog.imports(text_of(lines))
    assert report.skipped == {"the address of its page is not one of a web page": 2}

    lines[3]["thread"].update(url="https://blog.example/a")
    await blog.imports(text_of(lines))
    assert (await blog.comments())[COMMENT.format(0)].author_website is None


async def test_counters_and_places_are_found_anew(blog: Blog) -> None:
    lines = export()
    lines[4]["comment"].update(reply_total=99, listed=False, depth=7, queue="spam")
    report = await blog.imports(text_of(lines))

    assert report.imported == 2
