"""What an import of a WordPress export keeps, also of one that a tool for Disqus has written."""

from uuid import UUID

import pytest
from sqlalchemy import select

from comments.identity.models import Author
from tests.importers.blog import Blog
from tests.importers.exports import item, wp_comment, wxr

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
async def test_tree_dates_authors_and_ids_are_kept(blog: Blog, version: str) -> None:
    report = await blog.imports(
        wxr(
            item(
                wp_comment(2, "First", {"comment_author_url": "https://ana.example"}),
                wp_comment(7, "Second\nline\n\nparagraph", {"comment_parent": "2"}),
            ),
            item(link="https://blog.example/silent"),
            version=version,
        )
    )
    comments = await blog.comments()
    (page,) = await blog.threads()

    assert (report.format, report.read, report.imported, report.threads) == ("wxr", 2, 2, 1)
    assert comments["7"].parent_id == comments["2"].id
    assert comments["7"].html == "<p>Second<br>line</p>\n<p>paragraph</p>"
    assert comments["2"].created_at.isoformat() == "2014-01-14T17:32:02+00:00"
    assert comments["2"].author_website == "https://ana.example"
    assert comments["2"].source_system == "wordpress"
    assert (page.url, page.title, page.title_confirmed) == ("https://blog.example/a", "An article", True)


async def test_the_last_of_a_list_of_parents_is_answered(blog: Blog) -> None:
    """Duoshuo's exports name all comments above one, from the top one to the one answered."""
    parents = {2: "", 7: "2", 9: "2,7", 11: "2, 7, 9", 12: "0"}
    comments = [wp_comment(key, fields={"comment_parent": named}) for key, named in parents.items()]
    await blog.imports(wxr(item(*comments)))

    ids: dict[UUID | None, str] = {one.id: key for key, one in (await blog.comments()).items()}
    assert {key: ids.get(one.parent_id) for key, one in (await blog.comments()).items()} == {
        "2": None,
        "7": "2",
        "9": "7",
        "11": "9",
        "12": None,
    }


async def test_states_are_kept_and_what_is_unknown_waits(blog: Blog) -> None:
    states = {"1": "1", "2": "0", "3": "spam", "4": "trash", "5": "post-trashed", "6": "odd"}
    comments = [wp_comment(int(key), fields={"comment_approved": value}) for key, value in states.items()]
    await blog.imports(wxr(item(*comments)))

    assert {key: one.state for key, one in (await blog.comments()).items()} == {
        "1": "approved",
        "2": "pending",
        "3": "spam",
        "4": "removed",
        "5": "removed",
        "6": "pending",
    }


async def test_what_is_no_comment_of_a_person_is_skipped_by_reason(blog: Blog) -> None:
    kinds = ("", "comment", "review", "pingback", "trackback", "order_note")
    comments = [wp_comment(n, fields={"comment_type": kind}) for n, kind in enumerate(kinds, 1)]
    report = await blog.imports(
        wxr(
            item(
                *comments,
                wp_comment(8, fields={"comment_id": ""}),
                wp_comment(9, fields={"comment_date": "x", "comment_date_gmt": "0000-00-00 00:00:00"}),
            )
        )
    )

    assert report.imported == 3
    assert report.skipped == {
        "it is a pingback": 1,
        "it is a trackback": 1,
        "its type is 'order_note', which is no comment": 1,
        "it has no id": 1,
        "its date cannot be read": 1,
    }


@pytest.mark.parametrize(
    "more",
    [
        "<wp:status>trash</wp:status>",
        "<wp:status>private</wp:status>",
        "<wp:post_password>secret</wp:post_password>",
    ],
)
async def test_comments_on_pages_that_are_not_public_do_not_become_so(blog: Blog, more: str) -> None:
    await blog.imports(wxr(item(wp_comment(1), more=more)))

    assert (await blog.comments())["1"].state == "removed"


async def test_the_elements_of_disqus_give_identifier_and_author(blog: Blog) -> None:
    remote = (
        "<dsq:remote><dsq:id>user-7</dsq:id><dsq:avatar>https://x.example/7.png</dsq:avatar></dsq:remote>"
    )
    await blog.imports(
        wxr(
            item(
                wp_comment(1, more=remote),
                wp_comment(2, fields={"comment_author": "Ana P."}, more=remote),
                more="<dsq:thread_identifier>post-1</dsq:thread_identifier>"
                "<wp:comment_status>closed</wp:comment_status>",
            )
        )
    )
    (page,) = await blog.threads()
    authors = await blog.db.read(lambda session: session.scalars(select(Author)).all())

    assert (page.identifier, page.state) == ("post-1", "closed")
    assert await blog.thread_at(None, "post-1") == page.id
    assert len(authors) == 1
