"""What the plain pages say to programs: search engines and readers of feeds."""

import json
import re
from urllib.parse import urlencode

import pytest

from tests.support.plain import OURS, PlainBrowser
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest
from tests.threads.plain_forms import HERE

pytestmark = pytest.mark.anyio

NOBODY_HERE = f"/d/blog?{urlencode({'url': ORIGIN + '/quiet'})}"
STRUCTURED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


async def test_search_engines_find_the_comments_in_their_own_terms(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    tomasz = Guest("Tomasz")
    first = await site.approved("I took the *sleeper*.\n\nTwice.", guest=tomasz)
    gone = await site.approved("Rude", guest=Guest("Nobody", "203.0.113.9"), parent_id=first["id"])
    await site.approved("Again?", guest=Guest("Ana", "203.0.113.8"), parent_id=gone["id"])
    await site.decide("remove", gone["id"])
    await site.send("PUT", f"comments/{first['id']}/vote", {"value": 1}, guest=Guest("x", "203.0.113.10"))

    page = await reader.open(f"{HERE}&sort=newest")

    (written,) = STRUCTURED.findall(page.source)
    posting = json.loads(written)
    assert posting["@type"] == "DiscussionForumPosting"
    assert (posting["headline"], posting["url"]) == ("A", f"{OURS}{HERE}")
    assert posting["about"]["url"] == PAGE["url"]
    assert posting["author"]["name"] == "blog.example"
    assert posting["datePublished"] == "2026-11-24T12:00:01+00:00"
    assert posting["commentCount"] == 2
    (top,) = posting["comment"]
    assert top["url"] == f"{OURS}{HERE}&around={first['id']}#comment-{first['id']}"
    assert top["author"] == {"@type": "Person", "name": "Tomasz"}
    assert top["text"] == "I took the sleeper. Twice."
    assert top["datePublished"] == "2026-11-24T12:00:01+00:00"
    assert [one["userInteractionCount"] for one in top["interactionStatistic"]] == [1, 0]
    (place,) = top["comment"]
    assert place["creativeWorkStatus"] == "Deleted"
    assert "text" not in place
    assert [one["text"] for one in place["comment"]] == ["Again?"]


async def test_nothing_that_people_write_ends_what_is_written_for_search_engines(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    attack = "</script><script>alert(1)</script>\u2028<!--"
    await site.approved(attack, author={"name": "</script><b>"}, page={**PAGE, "title": attack})

    page = await reader.open(HERE)

    (written,) = STRUCTURED.findall(page.source)
    assert json.loads(written)["comment"][0]["author"]["name"] == "</script><b>"
    assert page.source.count("<script") == 1


async def test_a_page_names_its_settled_address_and_its_feed(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    comment = await site.approved("First")
    for rest in ("", "&sort=newest", f"&around={comment['id']}", "&utm_source=x"):
        page = await reader.open(f"/d/blog?url=http://www.blog.example/a/{rest}")

        assert f'<link rel="canonical" href="{OURS}{HERE}">' in page.source, rest
        assert (
            f'type="application/atom+xml" title="A" href="{OURS}{HERE.replace("?", "/feed?")}">'
            in page.source
        )
    empty = await reader.open(NOBODY_HERE)
    assert f'<link rel="canonical" href="{OURS}{NOBODY_HERE}">' in empty.source
    assert "ld+json" not in empty.source
