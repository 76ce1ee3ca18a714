"""What an import of Commento's export keeps."""

import json
from typing import Any

import pytest

from comments.importers.errors import FileBroken
from tests.importers.blog import Blog

pytestmark = pytest.mark.anyio


def comment(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "commentHex": name,
        "domain": "blog.example",
        "url": "/a",
        "commenterHex": "c1",
        "markdown": "Some **words**",
        "html": "",
        "parentHex": "root",
        "score": 0,
        "state": "approved",
        "creationDate": "2021-03-12T11:21:56.5Z",
        "deleted": False,
        **fields,
    }


def export(*comments: dict[str, Any], version: int = 1) -> str:
    ana = {"commenterHex": "c1", "email": "ana@example.org", "name": "Ana", "link": "undefined"}
    return json.dumps({"version": version, "comments": comments, "commenters": [ana]}, indent=2)


async def test_tree_dates_authors_votes_and_ids_are_kept(blog: Blog) -> None:
    report = await blog.imports(
        export(comment("aa", score=-2), comment("bb", parentHex="aa", commenterHex="anonymous", score=3))
    )
    comments = await blog.comments()
    (page,) = await blog.threads()

    assert (report.format, report.read, report.imported, report.threads) == ("commento", 2, 2, 1)
    assert page.url == "https://blog.example/a"
    assert comments["bb"].parent_id == comments["aa"].id
    assert comments["aa"].html == "<p>Some <strong>words</strong></p>"
    assert (comments["aa"].author_name, comments["aa"].author_website) == ("Ana", None)
    assert comments["bb"].author_name == "Guest"
    assert (comments["aa"].downvotes, comments["bb"].upvotes) == (2, 3)
    assert comments["aa"].created_at.isoformat() == "2021-03-12T11:21:56.500000+00:00"


async def test_states_are_kept_and_what_is_unknown_waits(blog: Blog) -> None:
    states = {"approved": "approved", "unapproved": "pending", "flagged": "pending", "odd": "pending"}
    gone = comment("gone", deleted=True)
    await blog.imports(export(*(comment(state, state=state) for state in states), gone))

    assert {name: one.state for name, one in (await blog.comments()).items()} == states | {"gone": "deleted"}


async def test_a_file_of_another_version_is_refused(blog: Blog) -> None:
    with pytest.raises(FileBroken, match="has version 2, and only 1 is known"):
        await blog.imports(export(comment("aa"), version=2))
