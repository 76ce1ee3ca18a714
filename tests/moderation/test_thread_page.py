"""The page of one discussion: plain forms, for who moderates it."""

import re
from typing import Any

import httpx2 as httpx
import pytest

from tests.moderation.test_pages import OURS, Browser, signed_in
from tests.moderation.test_threads import moderated
from tests.support.site import PAGE, SiteUnderTest

pytestmark = pytest.mark.anyio

AT = "/moderate/blog/thread?page=/a"


async def press(browser: Browser, wish: str, **fields: str) -> httpx.Response:
    page = (await browser.get(AT)).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    return await browser.site.client.post(
        "/moderate/blog/thread/set",
        data={**hidden, "set": wish, **fields},
        headers={"origin": OURS, **browser.headers},
    )


async def test_a_page_is_closed_held_and_slowed_down_by_forms(site: SiteUnderTest) -> None:
    await site.said("Hello")
    mia = await signed_in(site)

    for wish, said, stored in (
        ("close", "Open it again", {"state": "closed"}),
        ("open", "Close it", {"state": "open"}),
        ("hold", "Judge as everywhere", {"hold_all": True}),
        ("release", "Have all wait", {"hold_all": False}),
    ):
        answer = await press(mia, wish)
        assert answer.status_code == 303, answer.text
        assert said in (await mia.get(answer.headers["location"])).text
        assert stored.items() <= (await moderated(site)).items()
    await press(mia, "slow", seconds="90")
    assert "one comment in 90 seconds" in (await mia.get(AT)).text


@pytest.mark.parametrize("seconds", ["-1", "soon", "86401", "99999999999999"])
async def test_what_slow_mode_cannot_be_is_said_above_the_form(site: SiteUnderTest, seconds: str) -> None:
    await site.said("Hello")
    mia = await signed_in(site)

    refused = await press(mia, "slow", seconds=seconds)

    assert (refused.status_code, "Slow mode takes a whole number" in refused.text) == (422, True)
    assert (await moderated(site))["slow_seconds"] == 0


async def test_the_queue_of_a_page_leads_there_and_what_is_there_is_escaped(site: SiteUnderTest) -> None:
    await site.said("Hello", page={"url": PAGE["url"], "title": "<b>A</b>"})
    mia = await signed_in(site)

    queue = (await mia.get("/moderate/blog?state=all&page=/a")).text
    found: Any = re.search(r'href="(/moderate/blog/thread\?page=[0-9a-f-]+)"', queue)
    there = await mia.get(found[1])

    assert "&lt;b&gt;A&lt;/b&gt;" in there.text
    assert (await mia.get("/moderate/blog/thread?page=/none")).status_code == 404
