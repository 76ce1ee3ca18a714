"""Reading a discussion as plain HTML."""

import re
from urllib.parse import urlencode

import pytest

from comments.sites.actions import set_origins
from comments.threads.models import Thread
from tests.support.plain import OURS, PlainBrowser, cookie_of
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest
from tests.threads.plain_forms import HERE, WRITE, rows

pytestmark = pytest.mark.anyio

NOBODY_HERE = f"/d/blog?{urlencode({'url': ORIGIN + '/quiet'})}"


async def test_a_discussion_is_a_page_of_its_own(site: SiteUnderTest, reader: PlainBrowser) -> None:
    first = await site.approved("I took the *sleeper*.", guest=Guest("Tomasz Wieczorek"))
    reply = await site.approved("سافرتُ", guest=Guest("ليلى حدّاد", "203.0.113.8"), parent_id=first["id"])

    page = await reader.open(HERE)

    assert page.status == 200
    assert "2 comments" in page.text
    assert f'id="comment-{first["id"]}"' in page.source
    assert f'id="comment-{reply["id"]}"' in page.source
    assert "<bdi>Tomasz Wieczorek</bdi>" in page.source
    assert "<bdi>ليلى حدّاد</bdi>" in page.source
    assert '<div class="body" dir="auto"><p>I took the <em>sleeper</em>.</p></div>' in page.source
    assert '<time datetime="2026-11-24T12:00:01+00:00">November 24, 2026, 12:00\u202fPM</time>' in page.source
    assert '<html lang="en">' in page.source
    assert page.links("Back to") == [PAGE["url"]]
    assert not re.search(r"<script(?! type=\"application/ld)|<style|style=|onclick", page.source)


async def test_everybody_gets_the_same_bytes_until_something_changes(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.approved("First")

    one, two = (await reader.open(HERE)).answer, (await site.client.get(HERE))

    assert one.content == two.content
    assert one.headers["cache-control"] == "public, max-age=0, s-maxage=1, stale-if-error=600"
    assert set(one.headers["vary"].split(", ")) == {"Cookie", "Accept-Encoding"}
    assert cookie_of(one) == ""
    unchanged = await site.client.get(HERE, headers={"if-none-match": one.headers["etag"]})
    assert unchanged.status_code == 304
    await site.approved("Second")
    changed = await site.client.get(HERE, headers={"if-none-match": one.headers["etag"]})
    assert changed.status_code == 200
    assert "Second" in changed.text


async def test_unknown_parameters_make_no_new_cache_entry(site: SiteUnderTest, reader: PlainBrowser) -> None:
    await reader.open(HERE)
    before = len(site.service.cache)

    await reader.open(f"{HERE}&utm_source=x&done=posted")

    assert len(site.service.cache) == before


async def test_a_page_nobody_has_written_on_is_empty_and_stays_so(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    page = await reader.open(NOBODY_HERE)

    assert page.status == 200
    assert "Nobody has said anything yet. You could be first." in page.text
    assert "No comments yet" in page.text
    assert await rows(site, Thread) == 0
    await site.approved("Hello", page={"url": f"{ORIGIN}/quiet"})
    assert "Hello" in (await reader.open(NOBODY_HERE)).text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/d/nowhere?url=https://blog.example/a", 404, "There is no site named"),
        ("/d/blog/nowhere", 404, "There is no page at this address."),
        ("/d/blog/comments/nowhere", 404, "This comment is not here any more."),
        ("/d/blog?url=https://evil.example/a", 403, "https://evil.example"),
        ("/d/blog?url=https://evil.example/a", 403, "Allowed is https://blog.example."),
        ("/d/blog/write?url=https://evil.example/a", 403, "Allowed is https://blog.example."),
        ("/d/blog?url=javascript:alert(1)", 422, "must begin with http"),
        (f"{HERE}&cursor=nonsense", 400, "cursor"),
        (f"{HERE}&sort=loudest", 422, "could not be understood"),
        ("/d/blog", 422, "Which page?"),
    ],
)
async def test_what_cannot_be_shown_is_said_on_a_page(
    site: SiteUnderTest, reader: PlainBrowser, path: str, status: int, words: str
) -> None:
    await site.approved("Hello")

    page = await reader.open(path)

    assert page.status == status
    assert words in page.text
    assert page.answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_without_an_address_the_page_one_comes_from_is_meant(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    referer = f"{ORIGIN}/a?utm_source=mail"

    answer = await reader.client.get("/d/blog", headers={"referer": referer}, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == HERE
    assert answer.headers["cache-control"] == "no-store"
    write = await reader.client.get("/d/blog/write", headers={"referer": referer}, follow_redirects=False)
    assert write.headers["location"] == WRITE


@pytest.mark.parametrize(
    "referer", ["https://evil.example/a", "nonsense", "", f"{ORIGIN}/", f"{OURS}/d/blog?url=x"]
)
async def test_a_place_to_come_from_that_is_no_page_of_the_site_explains(
    site: SiteUnderTest, reader: PlainBrowser, referer: str
) -> None:
    await site.service.db.write(set_origins, "blog", [ORIGIN, OURS])

    page = await reader.open("/d/blog", referer=referer)

    assert page.status == 422
    assert "Which page?" in page.text
    assert page.forms[0].fields == {"url": ""}


async def test_who_comes_from_a_front_page_with_a_discussion_is_led_there(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.approved("On the front page", page={"url": f"{ORIGIN}/"})

    page = await reader.open("/d/blog", referer=f"{ORIGIN}/")

    assert "On the front page" in page.text


async def test_an_identifier_leads_to_a_discussion_too(site: SiteUnderTest, reader: PlainBrowser) -> None:
    await site.approved("Hello", page={"url": f"{ORIGIN}/b", "identifier": "night"})

    page = await reader.open("/d/blog?identifier=night")

    assert "Hello" in page.text
    assert page.links("Newest") == ["/d/blog?identifier=night&sort=newest"]


async def test_the_order_is_chosen_by_links(site: SiteUnderTest, reader: PlainBrowser) -> None:
    for text in ("One", "Two", "Three"):
        await site.approved(text)
    await reader.open(HERE)

    newest = await reader.follow("Newest")
    assert re.findall(r"<p>(One|Two|Three)</p>", newest.source) == ["Three", "Two", "One"]
    assert 'sort=newest" aria-current="true">Newest' in newest.source

    oldest = await reader.follow("Oldest")
    assert re.findall(r"<p>(One|Two|Three)</p>", oldest.source) == ["One", "Two", "Three"]


async def test_a_long_discussion_goes_on_by_links(site: SiteUnderTest, reader: PlainBrowser) -> None:
    for number in range(27):
        await site.said(f"Comment {number}.")
    first = await reader.open(f"{HERE}&sort=oldest")
    assert re.findall(r"Comment \d+", first.text)[-1] == "Comment 24"

    second = await reader.follow("Next page")
    assert re.findall(r"Comment \d+", second.text) == ["Comment 25", "Comment 26"]
    assert second.links("Next") == []

    back = await reader.follow("Previous page")
    assert len(re.findall(r"Comment \d+", back.text)) == 25
    assert "Comment 0." in (await reader.follow("From the beginning")).text


async def test_all_replies_are_on_a_page_of_their_own(site: SiteUnderTest, reader: PlainBrowser) -> None:
    top = await site.said("Top")
    inner = await site.said("Reply 0.", parent_id=top["id"])
    for number in range(1, 8):
        await site.said(f"Reply {number}.", parent_id=inner["id"] if number % 2 else top["id"])
    page = await reader.open(HERE)
    assert len(re.findall(r"Reply \d", page.text)) == 5

    branch = await reader.follow("Show 8 replies")

    assert sorted(re.findall(r"Reply \d", branch.text)) == [f"Reply {number}" for number in range(8)]
    assert "8 replies" in branch.text
    await site.decide("remove", inner["id"])
    assert "Removed by a moderator" in (await reader.open(branch.url)).text
    await site.decide("remove", top["id"])
    gone = await reader.open(branch.url)
    assert gone.status == 200
    assert "Top" not in gone.text


async def test_many_replies_go_on_by_links_too(site: SiteUnderTest, reader: PlainBrowser) -> None:
    top = await site.said("Top")
    parent = top["id"]
    for number in range(103):
        comment = await site.said(f"Reply {number}.", parent_id=parent)
        parent = comment["id"] if number < 20 else parent
    await reader.open(f"/d/blog/comments/{top['id']}")

    rest = await reader.follow("Next page")

    assert re.findall(r"Reply \d+", rest.text) == ["Reply 100", "Reply 101", "Reply 102"]
    assert "From the beginning" in rest.text


async def test_an_empty_place_and_a_closed_page_say_so(site: SiteUnderTest, reader: PlainBrowser) -> None:
    parent = await site.approved("Rude")
    await site.approved("Answer", parent_id=parent["id"])
    await site.decide("remove", parent["id"])
    assert "Removed by a moderator" in (await reader.open(HERE)).text

    await site.set(closed="yes")

    page = await reader.open(HERE)
    assert "Comments on this page are closed. You can still read and share them." in page.text
    assert page.links("Reply") == []
    assert page.links("Write a comment") == []
    form = await reader.open(WRITE)
    assert "Comments on this page are closed." in form.text
    assert form.forms == []


async def test_a_link_to_a_comment_begins_with_it_or_says_that_it_is_gone(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    for number in range(30):
        await site.said(f"Comment {number}.")
    target = await site.said("The one", parent_id=(await site.said("Its parent"))["id"])

    page = await reader.open(f"{HERE}&sort=newest&around={target['id']}")
    found = re.findall(r"The one|Its parent|Comment \d+", page.text)
    assert found[:3] == ["Its parent", "The one", "Comment 29"]

    await site.decide("remove", target["id"])
    gone = await reader.open(f"{HERE}&around={target['id']}")
    assert gone.status == 200
    told = "The comment you were sent to is not here any more. This is the rest of the discussion."
    assert told in gone.text
    assert "Comment 29." in gone.text


async def test_what_people_write_is_escaped_wherever_it_stands(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    page = {"url": f'{ORIGIN}/"><script>alert(1)</script>', "title": "<img src=x onerror=alert(2)>"}
    comment = await site.approved("<script>alert(3)</script>", guest=Guest('<b>"Bobby"</b>'), page=page)
    await site.approved("Reply", guest=Guest("Ann", "203.0.113.9"), parent_id=comment["id"], page=page)

    address = urlencode({"url": page["url"]})
    shown = await reader.open(f"/d/blog?{address}")
    form = await reader.open(f"/d/blog/write?{address}&reply_to={comment['id']}")
    report = await reader.open(f"/d/blog/comments/{comment['id']}/report")

    for html in (shown.source, form.source, report.source):
        assert not re.search(r"<script(?! type=\"application/ld)|<img|<b>|onerror=alert\(2\)>\s*<", html)
        assert "&lt;img src=x" in html
        assert "&lt;b&gt;" in html


async def test_who_has_a_cookie_is_never_served_from_the_cache_nor_into_it(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.approved("First")
    await reader.open(WRITE)
    assert len(site.service.cache) == 0

    mine = await reader.open(HERE)

    assert mine.answer.headers["cache-control"] == "no-store"
    assert "etag" not in mine.answer.headers
    assert len(site.service.cache) == 0
    shared = await site.client.get(HERE)
    assert "token" not in shared.text
    assert (await reader.open(HERE)).source != shared.text


async def test_a_moderators_cookie_keeps_a_page_out_of_the_cache_and_brings_no_other(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.approved("First")
    reader.client.cookies.set("comments", "a-session")

    page = await reader.open(HERE)

    assert page.answer.headers["cache-control"] == "no-store"
    assert cookie_of(page.answer) == ""
    assert page.forms == []


async def test_a_website_is_a_link_that_vouches_for_nothing(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.approved("Hello", author={"name": "Ann", "website": 'ann.example/"><b>'})

    page = await reader.open(HERE)

    assert page.links("Ann") == ["https://ann.example/%22%3E%3Cb%3E"]
    assert 'rel="nofollow ugc noopener noreferrer"><bdi>Ann</bdi></a>' in page.source
