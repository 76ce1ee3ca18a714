"""The desk's pages over HTTP: who gets in, which forms count, and what is never kept."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.sign_in.email_link_actions import make_sign_in_link, sign_in
from comments.sites.actions import add_site
from comments.sites.queries import site_by_name
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio

OURS = "http://127.0.0.1:8080"


class Browser:
    """A browser in which somebody is signed in, without a script."""

    def __init__(self, site: SiteUnderTest, cookie: str) -> None:
        self.site = site
        self.headers = {"cookie": f"comments={cookie}"}

    async def get(self, path: str) -> httpx.Response:
        return await self.site.client.get(path, headers=self.headers)

    async def press(self, page: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Send the first form of a page with these fields changed."""
        hidden = dict(
            re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition("<article")[2])
        )
        return await self.site.client.post(
            f"/moderate/{self.site.name}/decisions",
            data={**hidden, **fields},
            headers={"origin": OURS, **self.headers, **headers},
        )


async def signed_in(
    site: SiteUnderTest, email: str = "mia@blog.example", name: str = "blog", *, called: str | None = None
) -> Browser:
    def act(session: Session) -> str:
        at, keys = site.clock.now(), site.service.keys
        site_id = site_by_name(session, name).id
        account = add_moderator(session, site_id, email, role="moderator", name=called, at=at)
        # The link's foreign key needs the account's row.
        session.flush()
        return sign_in(session, keys, make_sign_in_link(session, keys, account.id, at=at), at=at).cookie

    return Browser(site, await site.service.db.write(act))


@pytest.fixture
async def mia(site: SiteUnderTest) -> Browser:
    return await signed_in(site)


async def test_pages_are_kept_by_nobody_and_framed_by_nobody(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Hello")

    for path in ("/moderate", "/moderate/blog", "/moderate/blog?state=silent", "/moderate/blog/log"):
        answer = await mia.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "style=" not in answer.text


async def test_strangers_are_led_to_the_sign_in_page(site: SiteUnderTest) -> None:
    for path in ("/moderate", "/moderate/blog", "/moderate/blog/log", "/moderate/nowhere"):
        answer = await site.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/sign-in?next={path}"


async def test_one_site_opens_at_once_and_several_are_listed(site: SiteUnderTest, mia: Browser) -> None:
    assert (await mia.get("/moderate")).headers["location"] == "/moderate/blog"

    await site.service.db.write(add_site, "other", ["https://other.example"], at=site.clock.now())
    both = await signed_in(site, name="other")
    answer = await both.get("/moderate")

    assert re.findall(r'href="(/moderate/\w+)"', answer.text) == ["/moderate/blog", "/moderate/other"]


async def test_moderators_of_another_site_see_none_of_this_one(site: SiteUnderTest) -> None:
    comment = await site.posted("Hello")
    await site.service.db.write(add_site, "other", ["https://other.example"], at=site.clock.now())
    eve = await signed_in(site, "eve@mail.example", name="other")

    for path in ("/moderate/blog", "/moderate/blog/log"):
        answer = await eve.get(path)
        assert (answer.status_code, "Hello" in answer.text) == (404, False)
    own = await eve.get("/moderate/other")
    answer = await eve.press(own.text, {"decision": "approve", "comment": f"{comment['id']}:1"})
    assert answer.status_code in {403, 404}
    assert await site.shown() == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://blog.example", ""])
async def test_forms_from_elsewhere_are_refused(site: SiteUnderTest, mia: Browser, origin: str) -> None:
    await site.posted("Hello")
    page = (await mia.get("/moderate/blog")).text

    answer = await mia.press(page, {"decision": "approve"}, origin=origin)

    assert answer.status_code == 403
    assert await site.shown() == []


async def test_a_form_of_another_session_is_refused(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Hello")
    page = (await mia.get("/moderate/blog")).text
    again = await signed_in(site)

    for token in ("", "00" * 16, "nonsense"):
        assert (await mia.press(page, {"decision": "approve", "token": token})).status_code == 403
    assert (await again.press(page, {"decision": "approve"})).status_code == 403
    assert await site.shown() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "publish"},
        {"decision": "approve", "comment": "nonsense"},
        {"decision": "approve", "comment": "nonsense:1"},
        {"undo": "nonsense"},
        {"undo": f"{UUID(int=0)}:nonsense"},
        {"undo": f"{UUID(int=0)}:2026-11-24T12:00:00"},
        {"decision": "approve", "back": "state=nonsense&cursor=nonsense&limit=x"},
    ],
)
async def test_odd_fields_are_answered_in_words(
    site: SiteUnderTest, mia: Browser, fields: dict[str, str]
) -> None:
    await site.posted("Hello")
    page = (await mia.get("/moderate/blog")).text

    answer = await mia.press(page, fields)
    told = await mia.press(page, fields, accept="application/json")

    assert answer.status_code in {303, 400}
    assert answer.headers.get("location", "/moderate/blog?").startswith("/moderate/blog?")
    assert told.json().get("code") in {"form-malformed", "already-handled"}


async def test_the_way_back_never_leads_away(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Hello")
    page = (await mia.get("/moderate/blog")).text

    answer = await mia.press(page, {"decision": "approve", "back": "https://evil.example/?q=//evil.example"})

    assert answer.headers["location"].startswith("/moderate/blog?")
    assert "evil" not in answer.headers["location"].partition("?")[0]


async def test_a_search_that_means_nothing_is_told_on_its_page(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Hello")

    answer = await mia.get("/moderate/blog?q=before:tomorrow")
    hinted = await mia.get("/moderate/blog?q=autor:Ana")

    assert answer.status_code == 422
    assert "“before:tomorrow” is no day. Write it like before:2026-01-31." in answer.text
    assert "Nothing found" not in answer.text, "nothing was looked for"
    assert "Did you mean “author:”?" in hinted.text
    assert "<h1>Waiting: with “autor:Ana”</h1>" in hinted.text
    assert "<title>Waiting: with “autor:Ana” – blog</title>" in hinted.text


async def test_what_was_done_is_told_to_who_did_it_alone(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Hello")
    answer = await mia.press((await mia.get("/moderate/blog")).text, {"decision": "spam"})
    site.clock.advance(timedelta(seconds=1))
    ana = await signed_in(site, "ana@blog.example")

    assert "Marked as spam." in (await mia.get(answer.headers["location"])).text
    assert "Marked as spam." not in (await ana.get(answer.headers["location"])).text


async def test_the_script_is_answered_in_json(site: SiteUnderTest, mia: Browser) -> None:
    comment = await site.posted("Hello")
    page = (await mia.get("/moderate/blog")).text

    first = await mia.press(page, {"decision": "approve"}, accept="application/json")
    second = await mia.press(page, {"decision": "spam"}, accept="application/json")
    undone = await mia.press(page, {"undo": first.json()["undo"]}, accept="application/json")

    told: dict[str, Any] = first.json()
    assert (told["words"], told["heading"]) == ("Approved.", "0 comments wait")
    assert told["decided"] == [{"id": comment["id"], "version": 2, "state": "approved"}]
    assert (second.status_code, second.json()["code"]) == (409, "already-handled")
    assert second.json()["words"] == "Moderator already handled this: approved, 0 seconds ago."
    assert undone.json()["words"] == "Undone. It waits again."
    assert undone.json()["undo"] == ""


async def test_a_note_without_a_word_is_asked_for_again(site: SiteUnderTest, mia: Browser) -> None:
    comment = await site.posted("Hello")
    page = (await mia.get("/moderate/blog")).text

    told = await mia.press(page, {"decision": "note", "note": " "}, accept="application/json")
    kept = await mia.press(page, {"decision": "note", "note": "Wrote to us"}, accept="application/json")

    assert (told.status_code, told.json()["code"]) == (422, "note-empty")
    assert [one["id"] for one in kept.json()["decided"]] == [comment["id"]]


async def test_under_a_path_every_link_stays_there(site: SiteUnderTest, mia: Browser) -> None:
    await site.posted("Hello")
    object.__setattr__(site.service.settings, "base_url", "http://127.0.0.1:8080/talk")

    page = (await mia.get("/moderate/blog")).text

    local = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert [path for path in local if not path.startswith("/talk/")] == []


async def test_a_card_says_what_was_decided_about_its_comment(site: SiteUnderTest, mia: Browser) -> None:
    comment = await site.posted("Hello")
    assert "What was decided" not in (await mia.get("/moderate/blog")).text
    order = {"comment_ids": [comment["id"]], "decision": "spam", "reason": "Sells <things>"}
    bearer = f"Bearer {await site.moderator()}"
    await site.send("POST", "moderation/decisions", order, authorization=bearer)
    await site.decide("restore", comment["id"])

    page = (await mia.get("/moderate/blog")).text
    _, _, told = page.partition('aria-label="What was decided"')
    lines = [
        " ".join(re.sub("<[^>]+>", " ", line).split()) for line in told.partition("</ol>")[0].split("<li>")
    ]

    assert [line.partition("Mia Lindqvist : ")[2] for line in lines[1:]] == [
        "Marked as spam. Reason: Sells &lt;things&gt;",
        "Took back the last decision.",
    ]
