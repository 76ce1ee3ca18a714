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


async def press(browser: Browser, wish: str, to: str = "/thread/set", **fields: str) -> httpx.Response:
    page = (await browser.get(AT)).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    return await browser.site.client.post(
        f"/moderate/blog{to}",
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


async def test_a_page_is_renamed_and_merged_by_forms_that_say_what_will_happen(site: SiteUnderTest) -> None:
    await site.said("Hello")
    await site.said("There", page={"url": "https://blog.example/b"})
    mia = await signed_in(site)

    taken = await press(mia, "", "/thread/rename", url="https://blog.example/b")
    assert (taken.status_code, 'role="alert"' in taken.text) == (422, True)
    renamed = await press(mia, "", "/thread/rename", url="https://blog.example/new")
    assert "https://blog.example/new" in (await mia.get(renamed.headers["location"])).text

    thread = re.findall(r'name="thread" value="([^"]*)"', (await mia.get(AT)).text)[0]
    asked = await mia.get(f"/moderate/blog/thread/merge?thread={thread}&into=/b")
    assert "For 30 days it can be undone" in asked.text
    into = re.findall(r'name="into" value="([^"]*)"', asked.text)[0]
    merged = await press(mia, "", "/thread/merge", into=into)
    assert "2 public comments" in (await mia.get(merged.headers["location"])).text
    assert "2 public comments" in (await mia.get(AT)).text
    logged = (await mia.get("/moderate/blog/log")).text
    assert "Brought the 1 comment of https://blog.example/new into" in logged
    assert "Renamed https://blog.example/a to" in logged


async def test_a_comment_is_moved_by_a_form(site: SiteUnderTest) -> None:
    first = await site.said("Hello")
    await site.said("There", page={"url": "https://blog.example/b"})
    mia = await signed_in(site)
    form = f"/moderate/blog/move?comment={first['id']}"
    assert "Hello" in (await mia.get(form)).text

    nowhere = await press(mia, "", "/move", comment=first["id"], page="/none")
    assert (nowhere.status_code, "Nobody has written on this page." in nowhere.text) == (404, True)
    moved = await press(mia, "", "/move", comment=first["id"], page="/b")

    assert moved.status_code == 303
    assert "2 public comments" in (await mia.get("/moderate/blog/thread?page=/b")).text
