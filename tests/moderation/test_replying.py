"""Replying as the team: over the API and by the form of the desk, with what is approved by it."""

from typing import Any

import pytest

from comments.moderation.audit.verify import checked
from comments.sites.queries import site_by_name
from tests.moderation.test_api import Api
from tests.moderation.test_pages import Browser, signed_in
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio


@pytest.fixture
def api(site: SiteUnderTest) -> Api:
    return Api(site)


async def replied(site: SiteUnderTest, comment: dict[str, Any], text: str = "Thank you", **more: Any) -> Any:
    body = {"comment_id": comment["id"], "text": text, **more}
    token = await site.moderator()
    return await site.send("POST", "moderation/replies", body, authorization=f"Bearer {token}")


async def faults(site: SiteUnderTest) -> list[str]:
    svc = site.service
    site_id = await svc.db.read(lambda session: site_by_name(session, "blog").id)
    return (await svc.db.scan(checked, svc.keys, site_id)).faults


async def test_a_reply_approves_what_it_answers_and_is_public_at_once(site: SiteUnderTest) -> None:
    comment = await site.posted("A question")

    answer = await replied(site, comment, "An *answer*")

    assert answer.status_code == 201
    assert answer.json()["approved"] is True
    [top] = (await site.thread())["comments"]
    [below] = top["replies"]["comments"]
    assert (top["id"], below["id"]) == (comment["id"], answer.json()["id"])
    assert below["html"] == "<p>An <em>answer</em></p>"
    assert below["author"]["badge"] == "moderator"
    assert await faults(site) == []


async def test_one_undoing_takes_back_the_reply_and_the_approval(site: SiteUnderTest, api: Api) -> None:
    comment = await site.posted("A question")
    await replied(site, comment)
    [order, *_] = (await api.get("mine")).json()["orders"]

    bearer = f"Bearer {await site.moderator()}"
    undone = await site.send("POST", "moderation/undo", {"at": order["at"]}, authorization=bearer)

    assert len(undone.json()["decided"]) == 2
    assert await site.shown() == []
    waiting = (await api.queue())["comments"]
    assert [one["id"] for one in waiting] == [comment["id"]]
    assert [one["body"] for one in (await api.queue(state="removed"))["comments"]] == ["Thank you"]
    assert await faults(site) == []


async def test_the_same_reply_sent_twice_is_one(site: SiteUnderTest) -> None:
    comment = await site.approved("A question")

    first, second = await replied(site, comment), await replied(site, comment)

    assert first.json() == second.json()
    assert first.json()["approved"] is False
    assert await faults(site) == []


async def test_somebody_elses_decision_stands(site: SiteUnderTest, api: Api) -> None:
    comment = await site.posted("A question")
    await api.decide(decision="remove", comment_ids=[comment["id"]])

    answer = await replied(site, comment, expected_version=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "already-handled")
    assert await site.shown() == []


async def test_the_form_replies_and_its_notice_takes_both_back(site: SiteUnderTest) -> None:
    mia: Browser = await signed_in(site)
    await site.posted("A question")
    page = (await mia.get("/moderate/blog")).text

    made = await mia.press(page, {"decision": "reply", "reply": "An answer"})
    told = (await mia.get(made.headers["location"])).text
    undo = told.partition('name="undo" value="')[2].partition('"')[0]
    await mia.press(page, {"undo": undo})

    assert "Replied, and the comment is approved." in told
    assert await site.shown() == []
    log = (await mia.get("/moderate/blog/log")).text
    assert "Replied with a comment by" in log


async def test_an_empty_reply_decides_nothing(site: SiteUnderTest) -> None:
    mia = await signed_in(site)
    await site.posted("A question")

    answer = await mia.press((await mia.get("/moderate/blog")).text, {"decision": "reply", "reply": " "})

    assert answer.status_code == 422
    assert await site.shown() == []
