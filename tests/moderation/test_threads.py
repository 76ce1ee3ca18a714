"""Whole discussions: closed, held, slowed down and renamed by moderators, closed by their age."""

from datetime import timedelta
from typing import Any

import pytest

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.moderation.audit.verify import checked, log_lines
from comments.sites.queries import site_by_name
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def moderated(site: SiteUnderTest, page: str = PAGE["url"]) -> dict[str, Any]:
    answer = await site.send("GET", "moderation/thread?page=" + page, authorization=await bearer(site))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def set_page(site: SiteUnderTest, page: str = PAGE["url"], **wish: Any) -> dict[str, Any]:
    thread = await moderated(site, page)
    answer = await site.send(
        "PATCH", f"moderation/threads/{thread['id']}", wish, authorization=await bearer(site)
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def bearer(site: SiteUnderTest) -> str:
    return f"Bearer {await site.moderator()}"


async def test_a_closed_page_is_shown_so_and_takes_nothing_until_it_is_opened(
    site: SiteUnderTest,
) -> None:
    await site.approved("Hello")
    before = await site.thread()

    closed = await set_page(site, state="closed")

    assert (closed["state"], closed["shown_state"]) == ("closed", "closed")
    shown = (await site.thread())["thread"]
    assert (shown["state"], shown["version"]) == ("closed", before["thread"]["version"] + 1)
    assert (await site.post("Too late")).json()["code"] == "thread-closed"
    await set_page(site, state="open")
    assert (await site.thread())["thread"]["state"] == "open"
    assert (await site.post("In time")).status_code == 201


async def test_a_page_that_closes_by_its_age_is_not_served_as_open_any_more(site: SiteUnderTest) -> None:
    await site.approved("Hello")
    await site.set(close_after_days="10")
    plain = f"/d/blog?url={PAGE['url']}"

    before = (await site.thread())["thread"]
    assert "is closed" not in (await site.client.get(plain)).text
    site.clock.advance(timedelta(days=11))
    after = (await site.thread())["thread"]

    assert before["state"] == "open"
    assert before["closes_at"].startswith("2026-12-04T12:00:0")
    assert (after["state"], "closes_at" in after) == ("closed", False)
    assert "are closed" in (await site.client.get(plain)).text
    assert (await moderated(site))["shown_state"] == "closed"
    assert (await moderated(site))["state"] == "open"

    kept = await set_page(site, state="kept_open")
    assert (kept["shown_state"], kept["closes_at"]) == ("open", None)
    assert (await site.thread())["thread"]["state"] == "open"
    assert (await site.post("In time still")).status_code == 201
    assert "is closed" not in (await site.client.get(plain)).text
    assert (await set_page(site, state="open"))["shown_state"] == "closed"


async def test_a_page_is_held_and_slowed_down_without_readers_seeing_a_change(site: SiteUnderTest) -> None:
    jonas = Guest()
    await site.approved("First", guest=jonas)
    version = (await site.thread())["thread"]["version"]

    held = await set_page(site, hold_all=True, slow_seconds=60)

    assert (held["hold_all"], held["slow_seconds"], held["version"]) == (True, 60, version)
    assert (await site.post("Soon", guest=jonas)).json()["code"] == "too-many-posts"
    site.clock.advance(timedelta(seconds=60))
    assert (await site.posted("Later", guest=jonas))["state"] == "pending"
    freed = await set_page(site, hold_all=False, slow_seconds=0)
    assert (freed["hold_all"], freed["slow_seconds"]) == (False, 0)


@pytest.mark.parametrize("wish", [{"state": "gone"}, {"slow_seconds": -1}, {"slow_seconds": 86_401}])
async def test_what_a_page_cannot_be_is_refused(site: SiteUnderTest, wish: dict[str, Any]) -> None:
    await site.said("Hello")
    thread = await moderated(site)

    answer = await site.send(
        "PATCH", f"moderation/threads/{thread['id']}", wish, authorization=await bearer(site)
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "body-refused")


async def test_all_that_leads_to_a_page_is_shown_and_any_of_it_finds_it(site: SiteUnderTest) -> None:
    await site.said("Hello", page={**PAGE, "identifier": "post-1"})
    thread = await moderated(site)

    assert thread["keys"] == [
        {"kind": "identifier", "key": "post-1"},
        {"kind": "url", "key": "http://blog.example/a"},
    ]
    for page in (thread["id"], "/a", "post-1", "https://www.blog.example/a/"):
        assert (await moderated(site, page))["id"] == thread["id"]
    unknown = await site.send("GET", f"moderation/thread?page={ORIGIN}/b", authorization=await bearer(site))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "thread-unknown")


async def test_who_moderates_a_section_finds_no_page_outside_it(site: SiteUnderTest) -> None:
    await site.said("Sport", page={"url": f"{ORIGIN}/sport/b"})
    await site.said("News", page={"url": f"{ORIGIN}/news/a"})
    outside, inside = await moderated(site, "/sport/b"), await moderated(site, "/news/a")
    token = await site.service.db.write(_make_nils, site)

    refused, done = [
        await site.send(
            "PATCH",
            f"moderation/threads/{thread['id']}",
            {"state": "closed"},
            authorization=f"Bearer {token}",
        )
        for thread in (outside, inside)
    ]

    assert (refused.status_code, refused.json()["code"]) == (404, "thread-unknown")
    assert (done.status_code, done.json()["state"]) == (200, "closed")
    assert (await moderated(site, "/sport/b"))["state"] == "open"


async def test_what_is_set_stands_in_the_log_once(site: SiteUnderTest) -> None:
    await site.said("Hello")
    await set_page(site, state="closed", slow_seconds=30)
    await set_page(site, state="closed")

    found = await site.service.db.read(site_by_name, "blog")
    lines = await site.service.db.read(lambda session: [*log_lines(session, found.id)])
    assert (await site.service.db.read(checked, site.service.keys, found.id)).faults == []
    assert len(lines) == 2
    assert b'\\"after\\":{\\"slow_seconds\\":30,\\"state\\":\\"closed\\"}' in lines[1]
    assert b"Mia" not in lines[1]


def _make_nils(session: Any, site: SiteUnderTest) -> str:
    at, keys, blog = site.clock.now(), site.service.keys, site_by_name(session, "blog")
    account = add_moderator(session, blog.id, "nils@blog.example", name="Nils", sections=["/news/"], at=at)
    session.flush()
    return make_api_token(session, keys, blog.id, account.id, at=at)
