"""What an import of Remark42's backup keeps."""

import json
from typing import Any

import pytest

from comments.importers.errors import FileBroken
from tests.importers.blog import Blog

pytestmark = pytest.mark.anyio

PAGE = "https://blog.example/a"


def comment(name: str, text: str = "<p>Something</p>", **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "pid": "",
        "text": text,
        "orig": "Something",
        "user": {
            "name": "Ana",
            "id": "github_0a1b",
            "picture": "https://talk.example/avatar",
            "admin": False,
        },
        "locator": {"site": "blog", "url": PAGE},
        "score": 0,
        "votes": {},
        "time": "2024-05-01T10:00:00.123456789+02:00",
        **fields,
    }


def backup(*comments: dict[str, Any], closed: tuple[str, ...] = (), version: int = 1) -> str:
    head = {
        "version": version,
        "users": [{"id": "github_0a1b", "blocked": {"status": False}, "verified": True}],
        "posts": [{"url": url, "read_only": True} for url in closed],
    }
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in (head, *comments))


async def test_tree_dates_authors_votes_and_ids_are_kept(blog: Blog) -> None:
    report = await blog.imports(
        backup(
            comment("aa", title="An article", votes={"github_1": True, "github_2": False}, score=0),
            comment("bb", "<p>An <em>answer</em></p>", pid="aa", pin=True, score=4),
        )
    )
    comments = await blog.comments()
    (page,) = await blog.threads()

    assert (report.format, report.read, report.imported, report.threads) == ("remark42", 2, 2, 1)
    assert (page.url, page.title, page.state) == (PAGE, "An article", "open")
    assert comments["bb"].parent_id == comments["aa"].id
    assert comments["bb"].html == "<p>An <em>answer</em></p>"
    assert comments["aa"].created_at.isoformat() == "2024-05-01T08:00:00.123456+00:00"
    assert (comments["aa"].upvotes, comments["aa"].downvotes) == (1, 1)
    assert (comments["bb"].upvotes, comments["bb"].downvotes) == (4, 0)
    assert (comments["aa"].featured, comments["bb"].featured) == (False, True)
    assert comments["aa"].author_id == comments["bb"].author_id


async def test_edits_deletions_and_closed_pages_are_kept(blog: Blog) -> None:
    edit = {"time": "2024-05-01T10:05:00Z", "summary": "a typo"}
    await blog.imports(
        backup(comment("aa", "", delete=True), comment("bb", pid="aa", edit=edit), closed=(PAGE,))
    )
    comments = await blog.comments()
    (page,) = await blog.threads()

    assert page.state == "closed"
    assert (comments["aa"].state, comments["aa"].listed) == ("deleted", True)
    assert comments["bb"].edited_at is not None
    assert comments["bb"].edited_at.isoformat() == "2024-05-01T10:05:00+00:00"


async def test_what_cannot_be_brought_in_is_told_by_reason(blog: Blog) -> None:
    report = await blog.imports(
        backup(
            comment("aa", time="yesterday"),
            comment("bb", locator={"site": "blog", "url": "https://elsewhere.example/a"}),
            comment("cc", pid="not here"),
        )
    )

    assert report.skipped == {
        "its date cannot be read": 1,
        "its page is on another host: elsewhere.example": 1,
    }
    assert (report.orphans, report.orphan_ids) == (1, ["cc"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (backup(version=2), "has version 2, and only 1 is known"),
        (backup(comment("aa"))[:-20], r"broken in line 2"),
        (backup() + '{"id": 5}\n', r"broken in line 2: .*id"),
    ],
)
async def test_a_broken_backup_says_where(blog: Blog, content: str, message: str) -> None:
    with pytest.raises(FileBroken, match=message):
        await blog.imports(content)
    assert await blog.comments() == {}
