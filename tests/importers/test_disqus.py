"""What an import of a Disqus export keeps, and what it makes of each trap such exports hold."""

from datetime import UTC, datetime

import pytest

from comments.threads.order.tree import DEEPEST
from tests.importers.blog import Blog
from tests.importers.exports import disqus, post, thread

pytestmark = pytest.mark.anyio


async def test_tree_dates_states_texts_and_ids_are_kept(blog: Blog) -> None:
    report = await blog.imports(
        disqus(
            thread(1, title="Über alles"),
            post(10, text="<p>First</p>", at="2012-02-01T10:00:00Z"),
            post(11, parent=10, text="<p>Second</p>", at="2012-02-02T10:00:00"),
            post(12, parent=11, text="<p>Third</p>", at="2012-02-03T12:00:00.250000+02:00"),
            post(13, text="<p>Gone</p>", deleted=True),
            post(14, text="<p>Buy</p>", spam=True),
        )
    )
    comments = await blog.comments()
    (page,) = await blog.threads()

    assert report.as_json() | {"states": {}} == {
        "format": "disqus",
        "dry_run": False,
        "read": 5,
        "imported": 5,
        "skipped": {},
        "threads": 1,
        "merged_threads": 0,
        "orphans": 0,
        "orphan_ids": [],
        "states": {},
        "hosts": {},
    }
    assert report.states == {"approved": 3, "deleted": 1, "spam": 1}
    assert [comments[key].created_at for key in ("10", "11", "12")] == [
        datetime(2012, 2, 1, 10, tzinfo=UTC),
        datetime(2012, 2, 2, 10, tzinfo=UTC),
        datetime(2012, 2, 3, 10, 0, 0, 250_000, tzinfo=UTC),
    ]
    assert [comments[key].html for key in ("10", "11", "12")] == [
        "<p>First</p>",
        "<p>Second</p>",
        "<p>Third</p>",
    ]
    assert comments["12"].parent_id == comments["11"].id
    assert (comments["12"].root_id, comments["12"].depth) == (comments["10"].id, 2)
    assert {one.state for one in comments.values()} == {"approved", "deleted", "spam"}
    assert comments["10"].source_system == "disqus"
    assert comments["10"].source_format == "html"
    assert (page.title, page.title_confirmed, page.comment_count) == ("Über alles", True, 3)
    assert (comments["10"].reply_total, comments["11"].reply_total) == (2, 1)


async def test_a_deleted_parent_without_text_stays_as_a_place(blog: Blog) -> None:
    nobody = "<author><name/></author>"
    await blog.imports(
        disqus(
            thread(1),
            post(1, text="", deleted=True, author=nobody),
            post(2, parent=1),
            post(3, text="", deleted=True),
        )
    )
    comments = await blog.comments()

    assert (comments["1"].state, comments["1"].listed, comments["1"].reply_total) == ("deleted", True, 1)
    assert (comments["3"].state, comments["3"].listed) == ("deleted", False)
    assert comments["3"].deleted_at == blog.clock.now()


async def test_what_was_not_approved_waits_and_what_is_neither_yes_nor_no_is_not_public(blog: Blog) -> None:
    await blog.imports(
        disqus(
            thread(1),
            post(1, more="<isApproved>false</isApproved>"),
            post(2, more="<isApproved>true</isApproved>"),
            post(3).replace("<isSpam>false", "<isSpam>123"),
            post(4, text=""),
        )
    )
    states = {key: (one.state, one.queue) for key, one in (await blog.comments()).items()}

    assert states == {
        "1": ("pending", "pending"),
        "2": ("approved", "approved"),
        "3": ("spam", "spam"),
        "4": ("deleted", "deleted"),
    }


async def test_what_stood_on_a_deleted_page_is_not_public_again(blog: Blog) -> None:
    await blog.imports(disqus(thread(1, deleted=True), post(1), post(2, spam=True), post(3, deleted=True)))
    comments = await blog.comments()

    assert {key: one.state for key, one in comments.items()} == {"1": "removed", "2": "spam", "3": "deleted"}


SPELLINGS = (
    "https://blog.example/a",
    "http://blog.example/a",
    "https://www.blog.example/a/",
    "https://blog.example/a?utm_source=feed",
    "https://BLOG.example:443/a/index.html#comments",
)


async def test_threads_of_one_page_become_one_and_every_key_leads_to_it(blog: Blog) -> None:
    export = disqus(
        *(thread(number, link, f"post {number}") for number, link in enumerate(SPELLINGS, 1)),
        *(post(10 + number, thread=number) for number in range(1, 6)),
        post(20, thread=1, parent=12),
    )
    report = await blog.imports(export)
    (page,) = await blog.threads()
    comments = await blog.comments()

    assert (report.threads, report.merged_threads, report.orphans) == (1, 4, 0)
    assert page.comment_count == 6
    assert comments["20"].parent_id == comments["12"].id
    assert {await blog.thread_at(link) for link in SPELLINGS} == {page.id}
    assert {await blog.thread_at(None, f"post {number}") for number in range(1, 6)} == {page.id}


async def test_threads_of_one_identifier_are_one_page_under_both_addresses(blog: Blog) -> None:
    report = await blog.imports(
        disqus(
            thread(1, "https://blog.example/old", "post-1"),
            thread(2, "https://blog.example/new", "post-1"),
            thread(3, "https://blog.example/other", "POST-1"),
            post(1, thread=1),
            post(2, thread=2),
            post(3, thread=2),
            post(4, thread=3),
        )
    )
    threads = await blog.threads()

    assert (report.threads, report.merged_threads) == (2, 1)
    assert [one.url for one in threads] == ["https://blog.example/new", "https://blog.example/other"]
    assert await blog.thread_at("https://blog.example/old") == await blog.thread_at(
        "https://blog.example/new"
    )


async def test_pages_that_differ_stay_apart(blog: Blog) -> None:
    links = ["https://blog.example/?p=1", "https://blog.example/?p=2", "https://blog.example/A", SPELLINGS[0]]
    report = await blog.imports(
        disqus(
            *(thread(number, link) for number, link in enumerate(links, 1)),
            *(post(number, thread=number) for number in range(1, 5)),
        )
    )

    assert (report.threads, report.merged_threads) == (4, 0)


async def test_a_thread_that_nobody_wrote_on_makes_no_page_but_lends_its_keys(blog: Blog) -> None:
    await blog.imports(
        disqus(
            thread(1),
            thread(2, "https://blog.example/silent"),
            thread(3, "https://blog.example/moved", "post-1"),
            thread(4, "https://blog.example/a", "post-1"),
            post(1),
        )
    )
    (page,) = await blog.threads()

    assert await blog.thread_at("https://blog.example/silent") is None
    assert await blog.thread_at("https://blog.example/moved") == page.id


async def test_a_page_is_closed_if_all_its_threads_were(blog: Blog) -> None:
    await blog.imports(
        disqus(
            thread(1, "https://blog.example/closed", closed=True),
            thread(2, "https://blog.example/half", closed=True),
            thread(3, "http://blog.example/half"),
            *(post(number, thread=number) for number in range(1, 4)),
        )
    )

    assert {one.url: one.state for one in await blog.threads()} == {
        "https://blog.example/closed": "closed",
        "https://blog.example/half": "open",
    }


async def test_comments_of_other_hosts_are_skipped_and_the_hosts_named(blog: Blog) -> None:
    report = await blog.imports(
        disqus(
            thread(1),
            thread(2, "http://localhost:4000/a", "post-1"),
            thread(3, "https://blog.example.net/a"),
            thread(4, "https://blog.example:8443/a"),
            post(1),
            post(2, thread=2),
            post(3, thread=3),
            post(4, thread=3),
            post(5, thread=4),
        )
    )

    assert report.hosts == {"blog.example.net": 2, "blog.example:8443": 1, "localhost:4000": 1}
    assert report.skipped["its page is on another host: blog.example.net"] == 2
    assert list(await blog.comments()) == ["1"]
    assert await blog.thread_at(None, "post-1") is None


async def test_comments_without_a_page_are_skipped_by_reason(blog: Blog) -> None:
    report = await blog.imports(
        disqus(
            thread(1, ""),
            thread(2, "javascript:alert(1)"),
            thread(3, "", "an identifier that leads nowhere"),
            *(post(number, thread=number) for number in range(1, 5)),
            post(5, thread=1, at="2011-x09-30T22:48:43Z"),
        )
    )

    assert report.skipped == {
        "its page has no address": 2,
        "the address of its page is not one of a web page": 1,
        "its page is not in the file": 1,
        "its date cannot be read": 1,
    }
    assert await blog.threads() == []


async def test_a_thread_without_an_address_is_found_by_its_identifier(blog: Blog) -> None:
    await blog.imports(disqus(thread(1, identifier="post-1"), post(1)))

    report = await blog.imports(disqus(thread(7, "", "post-1"), post(2, thread=7)))

    assert report.imported == 1
    assert len(await blog.threads()) == 1


async def test_replies_to_what_is_not_there_stand_at_the_top_and_are_named(blog: Blog) -> None:
    report = await blog.imports(
        disqus(
            thread(1),
            thread(2, "https://blog.example/b"),
            post(1),
            post(2, parent=99),
            post(3, parent=2),
            post(4, thread=2, parent=1),
            post(5, parent=5),
            post(6, parent=7),
            post(7, parent=8),
            post(8, parent=6),
            post(9, parent=10),
            post(10, at="yesterday"),
        )
    )
    comments = await blog.comments()
    tops = {key for key, one in comments.items() if one.root_id is None}

    assert report.orphans == 5
    assert set(report.orphan_ids) == {"2", "4", "5", "9", *(tops & {"6", "7", "8"})}
    assert tops == {"1", *report.orphan_ids}
    assert comments["2"].parent_id is None
    assert comments["3"].parent_id == comments["2"].id
    assert any("5 replies answer comments that cannot be found" in line for line in report.in_words())


async def test_replies_may_come_before_whom_they_answer(blog: Blog) -> None:
    report = await blog.imports(
        disqus(post(3, parent=2), post(2, parent=1), post(1, at="2012-03-01T10:00:00Z"), thread(1))
    )
    comments = await blog.comments()

    assert (report.imported, report.orphans) == (3, 0)
    assert [comments[key].depth for key in ("1", "2", "3")] == [0, 1, 2]


async def test_a_chain_may_be_deeper_than_what_is_shown(blog: Blog) -> None:
    count = 400
    chain = [post(number, parent=number - 1 or None) for number in range(1, count + 1)]
    await blog.imports(disqus(thread(1), *chain))
    comments = await blog.comments()

    assert comments[str(count)].depth == DEEPEST
    assert comments[str(count)].parent_id == comments[str(count - 1)].id
    assert comments["1"].reply_total == count - 1


async def test_a_post_without_an_id_is_known_by_the_other_one_or_by_its_words(blog: Blog) -> None:
    export = disqus(
        thread(1),
        post(None, text="<p>One</p>", more="<id>3565</id>"),
        post(None, text="<p>Two</p>"),
        post(None, text="<p>Three</p>"),
    )

    assert (await blog.imports(export)).imported == 3
    assert (await blog.imports(export)).imported == 0
    assert "id:3565" in await blog.comments()


async def test_one_id_used_twice_is_two_comments_unless_all_is_the_same(blog: Blog) -> None:
    export = disqus(
        thread(1),
        thread(2, "https://blog.example/b"),
        post(1, text="<p>One</p>"),
        post(1, text="<p>One</p>"),
        post(1, thread=2, text="<p>Another</p>"),
        post(2, parent=1),
    )
    report = await blog.imports(export)

    assert report.imported == 3
    assert report.skipped == {"it is in the file twice": 1}
    assert {one.html for one in (await blog.comments()).values()} == {
        "<p>One</p>",
        "<p>Another</p>",
        "<p>Post 2</p>",
    }
    assert (await blog.imports(export)).imported == 0


async def test_old_exports_without_a_namespace_are_read(blog: Blog) -> None:
    report = await blog.imports(disqus(thread(1), post(1), namespaces='xmlns:dsq="http://disqus.com"'))

    assert report.imported == 1


async def test_control_characters_that_xml_forbids_do_not_stop_an_import(blog: Blog) -> None:
    await blog.imports(disqus(thread(1), post(1, text="<p>a\x0bb\x08c</p>")))

    assert (await blog.comments())["1"].html == "<p>abc</p>"


HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    "<svg onload=alert(1)>",
    '<iframe src="https://evil.example"></iframe>',
    '<p style="position:fixed" onclick="alert(1)">x</p>',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "]]&gt;<p>x</p>",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_the_html_of_the_old_system_is_sanitised(blog: Blog, text: str) -> None:
    await blog.imports(disqus(thread(1), post(1, text=f"<p>before</p>{text}")))
    html = (await blog.comments())["1"].html.lower()

    assert "before" in html
    assert not any(bad in html for bad in ("<script", "<img", "<svg", "<iframe", "<style", "<math", "<form"))
    assert 'href="javascript' not in html
    assert not any(f" {attribute}=" in html.split("&")[0] for attribute in ("onclick", "onload", "style"))


async def test_a_packed_export_is_read_by_what_it_is_not_by_its_name(blog: Blog) -> None:
    report = await blog.imports(blog.file(disqus(thread(1), post(1)), packed=True))

    assert (report.format, report.imported) == ("disqus", 1)


async def test_mentions_that_only_disqus_understands_become_plain(blog: Blog) -> None:
    await blog.imports(disqus(thread(1), post(1, text="<p>@ana-p:disqus you are right, a:disqus b</p>")))

    assert (await blog.comments())["1"].html == "<p>@ana-p you are right, a:disqus b</p>"


async def test_the_address_of_a_page_is_kept_without_tracking(blog: Blog) -> None:
    await blog.imports(disqus(thread(1, "https://blog.example/ü?utm_source=x&p=1"), post(1)))
    (page,) = await blog.threads()

    assert page.url == "https://blog.example/%C3%BC?p=1"


async def test_a_page_that_is_here_gets_its_title_from_the_owners_file(blog: Blog) -> None:
    await blog.imports(disqus(thread(1, title=""), post(1)))
    (before,) = await blog.threads()
    await blog.imports(disqus(thread(1, title="The title"), post(2)))
    await blog.imports(disqus(thread(1, title="Another"), post(3)))
    (page,) = await blog.threads()

    assert (before.title, before.title_confirmed) == (None, False)
    assert (page.title, page.title_confirmed) == ("The title", True)
