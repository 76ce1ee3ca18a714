"""Atom feeds of a discussion and of a site."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from comments.feeds.queries import newest_of_site
from comments.storage import Database
from tests.corpus.fields import NAMES, TITLES, WEBSITES
from tests.corpus.markdown import MARKDOWN
from tests.support.plans import plans_of
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

ATOM = "{http://www.w3.org/2005/Atom}"
OF_PAGE = f"/d/blog/feed?{urlencode({'url': PAGE['url']})}"
OF_SITE = "/d/blog/feed"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


async def asked(site: SiteUnderTest, address: str) -> httpx.Response:
    answer = await site.client.get(address)
    assert answer.status_code == 200, answer.text
    return answer


async def feed_at(site: SiteUnderTest, address: str) -> Element:
    """Return a feed, which must be as RFC 4287 demands."""
    feed = fromstring((await asked(site, address)).content)  # noqa: S314 - our own
    assert feed.tag == f"{ATOM}feed"
    check_common(feed)
    assert relations(feed) == ["self", "alternate"]
    for entry in feed.findall(f"{ATOM}entry"):
        check_common(entry)
        assert relations(entry) == ["alternate"]
        assert len(entry.findall(f"{ATOM}author/{ATOM}name")) == 1
        assert RFC_3339.fullmatch(only(entry, "published"))
        assert entry.find(f"{ATOM}content[@type='html']") is not None
    ids = [only(entry, "id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return feed


def check_common(node: Element) -> None:
    """Section 4.1: one id, an absolute IRI, one title, one moment of change."""
    assert re.match(r"(https?://|urn:uuid:)", only(node, "id"))
    assert only(node, "title")
    assert RFC_3339.fullmatch(only(node, "updated"))


def relations(node: Element) -> list[str | None]:
    links = node.findall(f"{ATOM}link")
    assert all(re.match("https?://", link.get("href", "")) for link in links)
    return [link.get("rel") for link in links]


def only(node: Element, name: str) -> str:
    (found,) = node.findall(f"{ATOM}{name}")
    return found.text or ""


def contents(feed: Element) -> list[str]:
    return [only(entry, "content") for entry in feed.findall(f"{ATOM}entry")]


async def test_a_discussion_s_feed_has_its_comments_at_any_depth_the_newest_first(
    site: SiteUnderTest,
) -> None:
    first = await site.approved("I took the *sleeper*.", guest=Guest("Tomasz"))
    reply = await site.approved("Again?", guest=Guest("Ana", "203.0.113.8"), parent_id=first["id"])
    await site.posted("Waits", guest=Guest("Eve", "203.0.113.9"))

    feed = await feed_at(site, OF_PAGE)

    assert only(feed, "title") == "Comments on A"
    assert contents(feed) == ["<p>Again?</p>", "<p>I took the <em>sleeper</em>.</p>"]
    newest = feed.find(f"{ATOM}entry")
    assert newest is not None
    assert only(newest, "title") == "Ana on A"
    assert only(newest, "id") == f"urn:uuid:{reply['id']}"
    link = newest.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{PAGE['url']}#comment-{reply['id']}"
    answers = newest.find("{http://purl.org/syndication/thread/1.0}in-reply-to")
    assert answers is not None
    assert answers.get("ref") == f"urn:uuid:{first['id']}"


async def test_a_site_s_feed_has_the_comments_of_all_its_pages(site: SiteUnderTest) -> None:
    await site.approved("Here")
    await site.approved("There", guest=Guest("Ana", "203.0.113.8"), page={"url": f"{ORIGIN}/b"})

    feed = await feed_at(site, OF_SITE)

    assert contents(feed) == ["<p>There</p>", "<p>Here</p>"]
    assert [only(entry, "title") for entry in feed.findall(f"{ATOM}entry")] == [
        "Ana on blog.example/b",
        "Jonas on A",
    ]


async def test_an_edit_is_a_change_of_the_entry(site: SiteUnderTest) -> None:
    jonas = Guest()
    comment = await site.approved("First", guest=jonas)
    site.clock.advance(timedelta(minutes=1))
    await site.send("PATCH", f"comments/{comment['id']}", {"body": "Better"}, guest=jonas)

    feed = await feed_at(site, OF_PAGE)

    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert only(entry, "published") == "2026-11-24T12:00:01Z"
    assert only(entry, "updated") == "2026-11-24T12:01:01Z" == only(feed, "updated")


async def test_it_is_kept_until_something_changes(site: SiteUnderTest) -> None:
    await site.approved("First")
    for address in (OF_PAGE, OF_SITE):
        one = await asked(site, address)
        assert one.headers["content-type"] == "application/atom+xml; charset=utf-8"
        assert one.headers["cache-control"] == "public, max-age=0, s-maxage=1, stale-if-error=600"
        assert one.headers["access-control-allow-origin"] == "*"
        again = await site.client.get(address, headers={"if-none-match": one.headers["etag"]})
        assert again.status_code == 304
    comment = await site.approved("Second", guest=Guest("Ana", "203.0.113.8"))
    for address in (OF_PAGE, OF_SITE):
        assert len(contents(await feed_at(site, address))) == 2
    await site.decide("remove", comment["id"])
    for address in (OF_PAGE, OF_SITE):
        assert len(contents(await feed_at(site, address))) == 1


async def test_a_page_nobody_has_written_on_has_an_empty_feed(site: SiteUnderTest) -> None:
    quiet = f"/d/blog/feed?{urlencode({'url': ORIGIN + '/quiet'})}"

    assert contents(await feed_at(site, quiet)) == []
    await site.approved("Hello", page={"url": f"{ORIGIN}/quiet"})
    assert contents(await feed_at(site, quiet)) == ["<p>Hello</p>"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/d/nowhere/feed", 404),
        ("/d/blog/feed?url=https://evil.example/a", 403),
        ("/d/blog/feed?url=javascript:alert(1)", 422),
    ],
)
async def test_what_has_no_feed_is_said_on_a_page(site: SiteUnderTest, path: str, status: int) -> None:
    assert (await site.client.get(path)).status_code == status


async def test_whatever_people_write_the_feed_is_one(site: SiteUnderTest) -> None:
    await site.set(first_comments_held="0", links_before_hold="100", proof_of_work="no")
    hostile: dict[str, Any] = {**NAMES, **TITLES, **WEBSITES, **MARKDOWN}
    stored = 0
    for number, attack in enumerate(hostile.values()):
        page = {"url": f"{ORIGIN}/{number}", "title": attack}
        author = {"name": attack[:40], "website": attack}
        guest = Guest("x", f"203.0.113.{number % 200}")
        for told in (author, {"name": "Ana"}):
            answer = await site.post(attack, guest=guest, page=page, author=told)
            stored += answer.status_code == 201
        await feed_at(site, f"/d/blog/feed?{urlencode({'url': page['url']})}")
    assert stored > 50
    assert len(contents(await feed_at(site, OF_SITE))) == 50


async def test_the_newest_of_a_site_are_walked_along_in_their_order(db: Database) -> None:
    def explain(session: Session) -> dict[str, str]:
        if db.dialect == "sqlite":
            # As in a file that was last analysed before it had the index of threads.
            session.execute(text("ANALYZE"))
            known = "('comments', 'ix_comments_queue', '1000000 1000000 200000 1 1')"
            session.execute(text(f"INSERT INTO sqlite_stat1 VALUES {known}, ('threads', NULL, '5000')"))
            session.execute(text("ANALYZE sqlite_schema"))
        return plans_of(session, lambda asked: newest_of_site(asked, UUID(int=1)))

    plans = await db.write(explain)

    (plan,) = plans.values()
    assert "ix_comments_queue" in plan
    assert "TEMP B-TREE" not in plan, "SQLite sorts all comments of the site"
