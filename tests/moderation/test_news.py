"""What the script of the desk is told each second: decisions, arrivals, counts; nothing of other sites."""

from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest

from comments.sites.actions import add_site
from tests.moderation.test_pages import Browser, signed_in
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mia(site: SiteUnderTest) -> Browser:
    return await signed_in(site)


async def asked(browser: Browser, known: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
    """Ask as the script does, with what the last answer said."""
    place = {"since": str(known["since"]), "after": known["after"]} if known else {}
    answer = await news(browser, **place, **query)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def news(browser: Browser, **query: str) -> httpx.Response:
    return await browser.site.client.get(
        f"/moderate/{browser.site.name}/news",
        params=query,
        headers={**browser.headers, "accept": "application/json"},
    )


async def test_a_comment_that_comes_in_is_told_once(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Known")
    known = await asked(mia)
    site.clock.advance(timedelta(seconds=1))
    comment = await site.posted("New")

    told = await asked(mia, known)
    again = await asked(mia, told)

    assert (told["arrived"], again["arrived"]) == ([comment["id"]], [])
    assert (told["heading"], told["sizes"]["pending"]) == ("2 comments wait", "2")


async def test_a_decision_is_told_once_with_who_and_what(site: SiteUnderTest, mia: Browser) -> None:
    comment = await site.posted("Hello")
    page, known = (await mia.get("/moderate/blog")).text, await asked(mia)
    first = await mia.press(page, {"decision": "spam"}, accept="application/json")
    site.clock.advance(timedelta(seconds=1))
    await mia.press(page, {"undo": first.json()["undo"]}, accept="application/json")

    told = await asked(mia, known)

    words = "Moderator already handled this: waiting, 0 seconds ago."
    assert told["decided"] == [
        {
            "id": comment["id"],
            "version": 3,
            "queue": "pending",
            "alike": "",
            "words": words,
            "only_said": False,
        }
    ]
    assert (await asked(mia, told))["decided"] == []


async def test_nothing_new_is_a_304(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Hello")
    known = await asked(mia)
    place = {"since": str(known["since"]), "after": known["after"]}
    first = await news(mia, **place)

    mia.headers["if-none-match"] = first.headers["etag"]
    again = await news(mia, **place)
    site.clock.advance(timedelta(seconds=1))
    await site.posted("New")

    assert (again.status_code, again.content) == (304, b"")
    assert (await news(mia, **place)).status_code == 200


async def test_other_sites_are_no_news(site: SiteUnderTest, mia: Browser) -> None:
    await site.service.db.write(add_site, "other", ["https://other.example"], at=site.clock.now())
    eve = await signed_in(site, "eve@mail.example", name="other")
    await site.posted("Hello")
    await mia.press((await mia.get("/moderate/blog")).text, {"decision": "approve"})

    own = await site.client.get(
        "/moderate/other/news", params={"state": "all"}, headers={**eve.headers, "accept": "application/json"}
    )
    assert (await news(eve)).status_code == 404
    assert own.json() | {"heading": "", "sizes": {}} == {
        "since": 0,
        "after": "",
        "decided": [],
        "arrived": [],
        "heading": "",
        "sizes": {},
    }


@pytest.mark.parametrize("after", ["nonsense", "2026-11-24T12:00:00 x", "2026-11-24T12:00:00+00:00 x"])
async def test_an_odd_place_is_refused(mia: Browser, after: str) -> None:
    assert (await news(mia, after=after)).status_code == 400
