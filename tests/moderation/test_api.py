"""The HTTP API of moderation: queues, decisions and the log, for API tokens."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from comments.clock import FixedClock
from comments.sites.actions import add_site
from tests.support.site import PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


class Api:
    """The moderation API of a site, asked by Mia."""

    def __init__(self, site: SiteUnderTest) -> None:
        self.site = site

    async def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {await self.site.moderator()}"}

    async def get(self, rest: str, **query: Any) -> httpx.Response:
        path = self.site.path(f"moderation/{rest}")
        return await self.site.client.get(path, params=query, headers=await self.headers())

    async def queue(self, **query: Any) -> dict[str, Any]:
        answer = await self.get("comments", **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def decide(self, **body: Any) -> httpx.Response:
        path = self.site.path("moderation/decisions")
        return await self.site.client.post(path, json=body, headers=await self.headers())


@pytest.fixture
def api(site: SiteUnderTest) -> Api:
    return Api(site)


async def test_what_waits_is_listed_with_why_and_where(site: SiteUnderTest, api: Api) -> None:
    parent = await site.approved("What I remember", guest=Guest("Ana", "203.0.113.1"))
    comment = await site.posted("Hello *you*", parent_id=parent["id"], guest=Guest("Jonas"))

    [waiting] = (await api.queue())["comments"]

    assert waiting["id"] == comment["id"]
    assert (waiting["state"], waiting["version"], waiting["reasons"]) == (
        "pending",
        1,
        ["No proof of work", "First comment"],
    )
    assert (waiting["author"]["name"], waiting["author"]["approved_count"]) == ("Jonas", 0)
    assert (waiting["thread"]["url"], waiting["thread"]["title"]) == (PAGE["url"], "A")
    assert (waiting["answers"]["name"], waiting["answers"]["excerpt"]) == ("Ana", "What I remember")
    assert (waiting["body"], waiting["html"]) == ("Hello *you*", "<p>Hello <em>you</em></p>")
    assert waiting["published_html"] is None
    assert waiting["last_decision"] is None


async def test_nothing_private_is_told(site: SiteUnderTest, api: Api) -> None:
    await site.posted("Hi", author={"name": "Jonas", "email": "jonas@mail.example"})

    answer = await api.get("comments", state="all")

    assert "jonas@mail.example" not in answer.text
    assert "203.0.113.7" not in answer.text


async def test_a_walk_along_cursors_sees_each_comment_once(site: SiteUnderTest, api: Api) -> None:
    ids = [(await site.posted(f"Number {number}"))["id"] for number in range(7)]
    await site.decide("spam", ids[2])
    await site.decide("approve", ids[4])

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"cursor": cursor} if cursor else {}
        page = await api.queue(state="all", limit=3, **query)
        seen += [comment["id"] for comment in page["comments"]]
        cursor = page["next"]

    assert seen == ids[::-1]
    assert [one["id"] for one in (await api.queue(state="spam"))["comments"]] == [ids[2]]
    assert [one["id"] for one in (await api.queue(state="approved"))["comments"]] == [ids[4]]


async def test_a_cursor_of_another_list_is_refused(site: SiteUnderTest, api: Api) -> None:
    for number in range(3):
        await site.posted(f"Number {number}")
    cursor = (await api.queue(limit=1))["next"]

    answer = await api.get("comments", state="spam", cursor=cursor)

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-refused")


async def test_queues_are_searched_by_words_author_and_page(site: SiteUnderTest, api: Api) -> None:
    one = await site.posted("Über die SCHWEIZ", guest=Guest("Ana", "203.0.113.1"))
    two = await site.posted(
        "Hello", guest=Guest("Björn", "203.0.113.2"), page={"url": "https://blog.example/b"}
    )

    async def found(**query: str) -> list[str]:
        return [comment["id"] for comment in (await api.queue(**query))["comments"]]

    assert await found(q="über schweiz") == [one["id"]]
    assert await found(q="schweiz hello") == []
    assert await found(q="BJÖRN") == [two["id"]], "names are searched too"
    assert await found(author="bJÖR") == [two["id"]]
    author_id = (await api.queue(q="schweiz"))["comments"][0]["author"]["id"]
    assert await found(author=author_id) == [one["id"]]
    assert await found(page="https://www.blog.example/b/") == [two["id"]]
    assert await found(page="https://blog.example/nobody-wrote-here") == []
    assert await found(q="%") == await found(q="_") == []


async def test_a_search_takes_operators(site: SiteUnderTest, api: Api) -> None:
    one = await site.posted("Buy at https://cheap.example now", guest=Guest("Ana Lee", "203.0.113.1"))
    two = await site.posted("昨日は東京都に行った", page={"url": "https://blog.example/b"})
    await site.decide("spam", two["id"])
    today = site.clock.now().date().isoformat()

    async def found(q: str) -> list[str]:
        return [comment["id"] for comment in (await api.queue(q=q, state="all"))["comments"]]

    assert await found('author:"ana lee" reason:links') == [one["id"]]
    assert await found("cheap.example") == await found('"at https cheap"') == [one["id"]]
    assert await found('"at cheap"') == []
    assert await found("page:/b 東京") == await found("is:spam") == await found("-author:ana") == [two["id"]]
    assert await found(f"after:{today} buy") == [one["id"]]
    assert await found(f"before:{today}") == await found("page:/nobody-wrote-here") == []
    assert await found("is:edited") == await found("東都") == []


async def test_what_a_search_cannot_mean_is_refused_in_words(site: SiteUnderTest, api: Api) -> None:
    await site.posted("Hello")

    refused = await api.get("comments", q="before:tomorrow")
    hinted = await api.queue(q="autor:Ana")

    assert (refused.status_code, refused.json()["code"]) == (422, "search-unclear")
    assert refused.json()["errors"] == {"q": "“before:tomorrow” is no day. Write it like before:2026-01-31."}
    assert hinted["hints"] == ["There is no “autor:”. Did you mean “author:”?"]


async def test_conflicts_and_missing_comments_are_told_apart(site: SiteUnderTest, api: Api) -> None:
    one, two = [(await site.posted(f"Number {number}"))["id"] for number in range(2)]
    await site.decide("approve", one)
    nowhere = str(uuid4())

    wanted = [{"id": comment_id, "expected_version": 1} for comment_id in (one, two, nowhere)]
    answer = await api.decide(decision="spam", decisions=wanted, reason="casino")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["decided"], told["missing"]) == ([two], [nowhere])
    [conflict] = told["conflicts"]
    assert (conflict["id"], conflict["by"], conflict["state"]) == (one, "Mia Lindqvist", "approved")
    again = await api.decide(decision="spam", decisions=wanted[:2])
    assert (again.status_code, again.json()["code"]) == (409, "already-handled")
    assert {one["id"] for one in again.json()["conflicts"]} == {one, two}


async def test_the_version_rises_with_its_authors_edits_too(site: SiteUnderTest, api: Api) -> None:
    jonas = Guest()
    comment = await site.posted("Hello", guest=jonas)
    await site.send("PATCH", f"comments/{comment['id']}", {"body": "Hello, edited"}, guest=jonas)

    [waiting] = (await api.queue())["comments"]
    stale = [{"id": comment["id"], "expected_version": 1}]
    answer = await api.decide(decision="approve", decisions=stale)

    assert waiting["version"] == 2
    assert (answer.status_code, answer.json()["conflicts"][0]["by"]) == (409, "Jonas")


async def test_restore_leads_back_through_the_log(site: SiteUnderTest, api: Api) -> None:
    comment = await site.posted("Hello")
    for decision in ("approve", "remove"):
        await site.decide(decision, comment["id"])
        site.clock.advance(timedelta(seconds=1))

    [removed] = (await api.queue(state="removed"))["comments"]
    assert (removed["last_decision"]["decision"], removed["last_decision"]["before"]) == (
        "remove",
        "approved",
    )
    await api.decide(decision="restore", comment_ids=[comment["id"]])
    assert len(await site.shown()) == 1
    await api.decide(decision="restore", comment_ids=[comment["id"]])

    assert await site.shown() == []
    log = (await api.get("log")).json()["entries"]
    assert [(entry["decision"], entry["before"], entry["after"]) for entry in log] == [
        ("restore", "approved", "pending"),
        ("restore", "removed", "approved"),
        ("remove", "approved", "removed"),
        ("approve", "pending", "approved"),
    ]
    assert {entry["who"] for entry in log} == {"Mia Lindqvist"}


async def test_an_edit_that_waits_shows_both_texts(site: SiteUnderTest, api: Api) -> None:
    jonas = Guest()
    comment = await site.approved("Hello", guest=jonas)
    edit = {"body": "See https://spam.example"}
    await site.send("PATCH", f"comments/{comment['id']}", edit, guest=jonas)

    [waiting] = (await api.queue())["comments"]
    assert (waiting["state"], waiting["body"]) == ("approved", "See https://spam.example")
    assert waiting["published_html"] == "<p>Hello</p>"
    assert waiting["reasons"] == ["1 link"]
    await api.decide(decision="approve", comment_ids=[comment["id"]])

    assert "spam.example" in (await site.shown())[0]
    assert (await api.queue())["comments"] == []


async def test_the_log_is_read_in_pages(site: SiteUnderTest, api: Api) -> None:
    ids = []
    for number in range(5):
        ids.append((await site.posted(f"Number {number}"))["id"])
        await site.decide("approve", ids[-1])

    first = (await api.get("log", limit=3)).json()
    second = (await api.get("log", limit=3, cursor=first["next"])).json()

    assert [entry["comment_id"] for entry in first["entries"] + second["entries"]] == ids[::-1]
    assert second["next"] is None


@pytest.mark.parametrize("path", ["comments", "log", "decisions"])
@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        (None, 401, "token-missing"),
        ("m_nobodys", 401, "token-unknown"),
        ("g_guests", 403, "moderators-only"),
    ],
)
async def test_only_moderators_may(
    site: SiteUnderTest, path: str, token: str | None, status: int, code: str
) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"decision": "approve", "comment_ids": [str(uuid4())]}
    url = site.path(f"moderation/{path}")
    asking = site.client.post(url, json=body, headers=headers) if path == "decisions" else None
    answer = await (asking or site.client.get(url, headers=headers))

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_another_sites_token_sees_and_changes_nothing(site: SiteUnderTest, api: Api) -> None:
    comment = await site.posted("Hello")
    token = await site.moderator()
    await site.service.db.write(add_site, "other", ["https://other.example"], at=site.clock.now())
    headers = {"authorization": f"Bearer {token}"}

    answers = [
        await site.client.get("/api/v1/sites/other/moderation/comments", headers=headers),
        await site.client.get("/api/v1/sites/other/moderation/log", headers=headers),
        await site.client.post(
            "/api/v1/sites/other/moderation/decisions",
            json={"decision": "approve", "comment_ids": [comment["id"]]},
            headers=headers,
        ),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "token-unknown")] * 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"decision": "approve"}, "decisions-missing"),
        ({"decision": "approve", "comment_ids": [str(uuid4()) for _ in range(501)]}, "too-many-decisions"),
        ({"decision": "publish", "comment_ids": [str(uuid4())]}, "body-refused"),
        ({"decision": "approve", "comment_ids": ["no id"]}, "body-refused"),
        ({"decision": "approve", "comment_ids": [str(uuid4())], "reason": "x" * 501}, "body-refused"),
    ],
)
async def test_orders_that_make_no_sense_are_refused(api: Api, body: dict[str, Any], code: str) -> None:
    answer = await api.decide(**body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    "query", [{"state": "unknown"}, {"limit": 0}, {"limit": 101}, {"cursor": "nonsense"}]
)
async def test_queues_that_do_not_exist_are_refused(api: Api, query: dict[str, Any]) -> None:
    assert (await api.get("comments", **query)).status_code in {400, 422}


async def test_five_hundred_comments_are_decided_in_one_request(api: Api, clock: FixedClock) -> None:
    ids = [(await api.site.posted(f"Number {number}"))["id"] for number in range(20)]

    answer = await api.decide(decision="approve", comment_ids=ids + [str(uuid4()) for _ in range(480)])

    assert sorted(answer.json()["decided"]) == sorted(ids)
    assert len(answer.json()["missing"]) == 480
    assert (await api.site.thread())["thread"]["comment_count"] == 20


async def test_readers_are_told_what_is_picked_out(site: SiteUnderTest) -> None:
    comment = await site.said("Hello")
    before = (await site.get("thread", url=PAGE["url"])).json()
    assert "featured" not in before["comments"][0]

    await site.decide("feature", comment["id"])

    after = (await site.get("thread", url=PAGE["url"])).json()
    assert after["comments"][0]["featured"] is True
    assert after["thread"]["version"] > before["thread"]["version"]
    for drawn in ("/d/blog", "/d/blog/fragment"):
        assert "Picked out</span>" in (await site.client.get(f"{drawn}?url={PAGE['url']}")).text
