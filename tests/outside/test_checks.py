"""Outside checks: asked after the commit, only able to tighten, and what they do not answer waits."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from comments.background.outbox_handlers import delivery
from comments.clock import FixedClock
from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.queries import moderator_by_email
from comments.identity.accounts.token_actions import make_api_token
from comments.outbox import Delivery, Handler
from comments.outbox.actions import revive
from comments.outbox.queries import failures
from comments.outside.external_checks.actions import CheckedComment, CheckResult, settle
from comments.outside.external_checks.answers import CheckAdvice
from comments.outside.external_checks.checks import LANE, LIMIT, Checks
from comments.outside.external_checks.questions import to_ask
from comments.outside.queries import last_check_calls
from comments.sites.check_actions import remove_check, set_check
from comments.sites.checks import CheckOrder
from comments.sites.models import OutsideCheck
from comments.sites.queries import checks_of, site_by_name
from comments.threads.outbox_jobs import TO_BE_CHECKED
from tests.support.ports import free_port
from tests.support.receiver import ENDLESS, HANG, Receiver, Request, answering, receiver
from tests.support.site import Guest, SiteUnderTest, running_site

pytestmark = pytest.mark.anyio

HAM, SPAM = answering(200, "false"), answering(200, "true")
EVEN_LATER = timedelta(days=1)


def saying(outcome: str, reason: str = "") -> bytes:
    return answering(200, json.dumps({"outcome": outcome, "reason": reason}))


@dataclass
class Checked:
    """The site `blog` where anyone's comment is public unless somebody outside says otherwise."""

    site: SiteUnderTest
    server: Receiver
    guest: Guest

    async def set(self, kind: str, server: Receiver | None = None, **order: Any) -> OutsideCheck:
        svc = self.site.service
        site_id = await self.site_id()
        url = f"http://127.0.0.1:{(server or self.server).port}/ask"
        key = "owners-key" if kind == "akismet" else ""
        wanted = CheckOrder(kind, **({"url": url, "key": key} | order))
        return await svc.db.write(set_check, site_id, wanted, svc.keys, at=self.site.clock.now())

    async def site_id(self) -> UUID:
        return (await self.site.service.db.read(site_by_name, "blog")).id

    async def posted(self, body: str = "Hello there, all of you") -> dict[str, Any]:
        return await self.site.posted(body, guest=self.guest)

    async def asked(self, *, after: timedelta = timedelta(), seconds: float = 5) -> list[Request]:
        """Let time pass, do what is due then, and return what was asked by it."""
        svc, before = self.site.service, len(self.server.requests)
        self.site.clock.advance(after)
        if seconds != 5:
            checks = Checks(replace(svc.settings, check_seconds=seconds), svc.keys, svc.clock, svc.db)
            await Delivery(svc.db, svc.clock, {TO_BE_CHECKED: Handler(checks.ask, LANE, LIMIT)}).deliver_due()
        else:
            await delivery(svc).deliver_due()
        return self.server.requests[before:]

    async def held(self, comment: dict[str, Any]) -> dict[str, Any]:
        """Return the comment as moderators see it."""
        answer = await self.site.send(
            "GET", "moderation/comments?state=all", authorization=f"Bearer {await self.site.moderator()}"
        )
        return next(one for one in answer.json()["comments"] if one["id"] == comment["id"])

    async def stands(self, comment: dict[str, Any]) -> tuple[str, list[str]]:
        held = await self.held(comment)
        return held["state"], [one["words"] if isinstance(one, dict) else one for one in held["reasons"]]

    async def log(self) -> list[dict[str, Any]]:
        answer = await self.site.send(
            "GET", "moderation/log", authorization=f"Bearer {await self.site.moderator()}"
        )
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries


@pytest.fixture
async def checked(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Checked]:
    settings = {"COMMENTS_WEBHOOK_NETWORKS": "127.0.0.1"}
    with receiver() as server:
        async with running_site(database_url, clock, tmp_path, settings=settings) as site:
            await site.set(first_comments_held="0", proof_of_work="no")
            yield Checked(site, server, Guest())


UNANSWERED = ["Outside check unanswered"]


async def test_what_the_rules_let_pass_waits_until_the_check_finds_no_spam(checked: Checked) -> None:
    assert (await checked.posted("Nobody is asked"))["state"] == "approved"
    await checked.set("akismet")
    checked.server.answers = [HAM]

    comment = await checked.posted()

    assert comment["state"] == "pending"
    assert await checked.stands(comment) == ("pending", UNANSWERED)
    assert checked.server.requests == []
    (request,) = await checked.asked()
    assert request.line == "POST /ask/1.1/comment-check HTTP/1.1"
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    said = dict(parse_qsl(request.body.decode()))
    assert (said["api_key"], said["blog"], said["permalink"]) == (
        "owners-key",
        "https://blog.example/",
        "https://blog.example/a",
    )
    assert (said["comment_author"], said["comment_content"]) == ("Jonas", "Hello there, all of you")
    assert said["user_ip"].startswith("fd")
    assert "203.0.113.7" not in request.body.decode()
    assert await checked.stands(comment) == ("approved", [])
    assert "<p>Hello there, all of you</p>" in await checked.site.shown()
    (entry,) = await checked.log()
    assert (entry["who"], entry["decision"], entry["reason"]) == ("127.0.0.1", "check_approve", "no spam")
    assert await checked.asked(after=EVEN_LATER) == []


async def test_a_check_can_only_tighten_and_what_it_finds_has_its_reason(checked: Checked) -> None:
    await checked.site.set(links_before_hold="0", spam_words="pills")
    endpoint = await checked.set("http")
    checked.server.answers = [saying("spam", "Sells\n  things")]
    sold = await checked.posted("Come and buy my book")
    held = await checked.posted("Look at https://a.example and b.example")
    await checked.posted("Cheap pills here")
    await checked.site.said("The moderator is not asked about")
    first, second = await checked.asked()

    assert await checked.stands(sold) == ("spam", ["127.0.0.1: Sells things"])
    assert (await checked.stands(held))[0] == "spam"
    bodies = [json.loads(one.body) for one in (first, second)]
    assert {one["data"]["comment"]["body"] for one in bodies} == {
        "Come and buy my book",
        "Look at https://a.example and b.example",
    }
    about = next(one["data"] for one in bodies if one["data"]["comment_id"] == sold["id"])
    assert (about["site"], about["comment"]["state"], about["email"]) == ("blog", "pending", None)
    secret = checked.site.service.keys.mac("webhook", endpoint.id.bytes, size=32)
    signed = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode() + first.body
    mac = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert first.headers["webhook-signature"] == f"v1,{mac}"

    checked.server.answers = [saying("approve")]
    also_held = await checked.posted("See https://c.example and d.example")
    assert len(await checked.asked()) == 1
    assert (await checked.stands(also_held))[0] == "pending"

    checked.server.answers = [saying("hold", "Rude")]
    rude = await checked.posted("You know nothing at all of this")
    await checked.asked()
    assert await checked.stands(rude) == ("pending", ["127.0.0.1: Rude"])
    assert (await checked.log())[0]["decision"] == "check_hold"

    await checked.site.decide("approve_trust", rude["id"])
    assert (await checked.posted("Now I am trusted here, thanks"))["state"] == "approved"


async def test_what_is_no_answer_leaves_it_waiting_until_nobody_asks_any_more(checked: Checked) -> None:
    check = await checked.set("akismet")
    comment = await checked.posted()
    nothing = [
        HANG,
        answering(500, "true"),
        answering(302, "false"),
        answering(200, "invalid", header="X-akismet-debug-help: Missing required field: blog."),
        answering(200, "false" + " " * 20_000),
        ENDLESS,
        b"Hello\r\n\r\n",
    ]
    faults = []
    for answer in nothing:
        checked.server.answers = [answer]
        assert len(await checked.asked(after=EVEN_LATER, seconds=0.3)) == 1
        assert await checked.stands(comment) == ("pending", UNANSWERED)
        (call,) = await checked.site.service.db.read(last_check_calls, check.id, limit=2)
        faults.append(call.answer)
    assert "no answer within" in faults[0]
    assert faults[3] == "It answered invalid. Missing required field: blog."
    assert faults[4] == "Its answer is too long."

    await checked.set("akismet", url=f"http://127.0.0.1:{free_port()}")
    for _ in range(3):
        await checked.asked(after=EVEN_LATER)

    assert await checked.stands(comment) == ("pending", ["Outside check gave no answer"])
    checked.server.answers = [HAM]
    await checked.set("akismet")
    assert await checked.asked(after=EVEN_LATER) == []

    svc = checked.site.service
    (given_up,) = await svc.db.read(failures)
    await svc.db.write(revive, [given_up.id], await checked.site_id(), at=checked.site.clock.now())
    await checked.asked()
    assert (await checked.stands(comment))[0] == "approved"


async def test_both_checks_are_heard_and_only_who_has_not_answered_is_asked_again(checked: Checked) -> None:
    with receiver() as endpoint:
        await checked.set("akismet")
        await checked.set("http", endpoint)
        checked.server.answers, endpoint.answers = [HAM], [answering(503), saying("approve")]
        comment = await checked.posted()

        assert len(await checked.asked()) == 1
        assert await checked.stands(comment) == ("pending", UNANSWERED)
        assert await checked.asked(after=EVEN_LATER) == []
        assert len(endpoint.requests) == 2
        assert endpoint.requests[0].headers["webhook-id"] == endpoint.requests[1].headers["webhook-id"]
        assert (await checked.stands(comment))[0] == "approved"

        checked.server.answers, endpoint.answers = [SPAM], [answering(503)]
        other = await checked.posted("Something else altogether now")
        await checked.asked()
        assert (await checked.stands(other))[0] == "spam"


async def test_a_moderator_who_decides_meanwhile_wins_and_no_answer_is_done_twice(checked: Checked) -> None:
    await checked.set("akismet")
    svc, keys, clock = checked.site.service, checked.site.service.keys, checked.site.clock
    site_id = await checked.site_id()
    checked.server.answers = [SPAM]
    before = await checked.posted("Decided before anybody is asked")
    await checked.site.decide("approve", before["id"])
    assert await checked.asked() == []
    assert (await checked.stands(before))[0] == "approved"

    comment = await checked.posted("Decided while the answer is on its way")
    found = await svc.db.read(to_ask, site_id, UUID(comment["id"]), 1)
    await checked.site.decide("approve", comment["id"])
    assert found is not None
    heard = [CheckResult(found.checks[0].id, CheckAdvice("spam", "spam"))]
    asked = CheckedComment(site_id, UUID(comment["id"]), 1, is_last=False)
    assert await svc.db.write(settle, asked, heard, keys, at=clock.now())
    assert (await checked.stands(comment))[0] == "approved"

    twice = await checked.posted("Answered to two workers at once")
    asked = CheckedComment(site_id, UUID(twice["id"]), 1, is_last=False)
    said = [CheckResult(found.checks[0].id, CheckAdvice("approve", "no spam"))]
    await asyncio.gather(*(svc.db.write(settle, asked, said, keys, at=clock.now()) for _ in range(2)))
    assert (await checked.stands(twice))[0] == "approved"
    assert [one["decision"] for one in await checked.log()].count("check_approve") == 1
    assert await checked.asked() == []
    assert (await checked.site.thread())["thread"]["comment_count"] == 3


async def test_an_edit_is_asked_about_and_the_approved_text_stays_until_then(checked: Checked) -> None:
    await checked.set("akismet")
    checked.server.answers = [HAM]
    comment = await checked.posted("The first text of it")
    path = f"comments/{comment['id']}"
    await checked.site.send("PATCH", path, {"body": "The second text, still waiting"}, guest=checked.guest)
    (request,) = await checked.asked()
    said = dict(parse_qsl(request.body.decode()))
    assert (said["comment_content"], said["recheck_reason"]) == ("The second text, still waiting", "edit")
    assert await checked.site.shown() == ["<p>The second text, still waiting</p>"]

    await checked.site.send("PATCH", path, {"body": "The third text"}, guest=checked.guest)
    assert await checked.site.shown() == ["<p>The second text, still waiting</p>"]
    await checked.asked()
    assert await checked.site.shown() == ["<p>The third text</p>"]

    checked.server.answers = [SPAM]
    await checked.site.send("PATCH", path, {"body": "Now it sells pills"}, guest=checked.guest)
    await checked.asked()
    assert await checked.site.shown() == ["<p>The third text</p>"]
    assert (await checked.log())[0]["decision"] == "check_hold"


async def test_an_edit_frees_nothing_that_waits_for_a_moderator(checked: Checked) -> None:
    await checked.set("akismet")
    checked.server.answers = [HAM]
    comment = await checked.posted("Look at https://a.example")
    await checked.site.send(
        "PATCH", f"comments/{comment['id']}", {"body": "Look at nothing"}, guest=checked.guest
    )
    assert len(await checked.asked()) == 1
    assert await checked.stands(comment) == ("pending", ["1 link"])
    approved = await checked.posted("This one would pass")

    await checked.site.service.db.write(remove_check, await checked.site_id(), "akismet")
    assert await checked.asked() == []
    assert await checked.stands(approved) == ("pending", ["Outside check gave no answer"])


async def test_akismet_is_told_once_what_moderators_decided_and_still_stand_by(checked: Checked) -> None:
    decide, thanks = checked.site.decide, answering(200, "Thanks for making the web a better place.")
    unasked = await checked.posted("Written before anybody was asked")
    await checked.set("akismet")
    checked.server.answers = [HAM, SPAM, HAM, answering(500), thanks]
    missed, wrong, undone = [
        await checked.posted(text) for text in ("It missed this one", "It was wrong here", "Nobody is sure")
    ]
    await checked.asked()
    await decide("spam", missed["id"], unasked["id"])
    await decide("approve", wrong["id"])
    await decide("spam", undone["id"])
    await decide("restore", undone["id"])
    assert await checked.asked() == []

    sent = [*await checked.asked(after=timedelta(minutes=6)), *await checked.asked(after=EVEN_LATER)]
    told = {(one.line.split()[1], dict(parse_qsl(one.body.decode()))["comment_content"]) for one in sent}
    assert len(sent) == 3
    assert told == {
        ("/ask/1.1/submit-spam", "It missed this one"),
        ("/ask/1.1/submit-ham", "It was wrong here"),
    }

    await decide("spam", missed["id"])
    assert await checked.asked(after=EVEN_LATER) == []
    await decide("approve", missed["id"])
    (changed,) = await checked.asked(after=EVEN_LATER)
    assert changed.line.split()[1] == "/ask/1.1/submit-ham"


async def test_owners_say_over_the_api_who_is_asked(checked: Checked) -> None:
    token = await checked.site.service.db.write(owners_token, checked.site)

    async def ask(method: str, rest: str, body: Any = None) -> Any:
        return await checked.site.send(method, rest, body, authorization=f"Bearer {token}")

    url = f"http://127.0.0.1:{checked.server.port}"
    assert (await ask("PUT", "checks/akismet", {"url": url})).json()["code"] == "check-refused"
    assert (await ask("PUT", "checks/magic", {"url": url})).json()["code"] == "check-refused"
    assert (await ask("PUT", "checks/http", {"url": "ftp://a.example"})).json()["code"] == "check-refused"
    assert (await ask("GET", "checks/http/calls")).json()["code"] == "check-unknown"
    made = await ask("PUT", "checks/akismet", {"url": url, "key": "owners-key", "sends_email": True})
    assert made.json()["check"] | {"created_at": ""} == {
        "kind": "akismet",
        "url": url,
        "sends_email": True,
        "secret": None,
        "created_at": "",
    }
    stored = await checked.site.service.db.read(checks_of, await checked.site_id())
    assert b"owners-key" not in (stored[0].key or b"")

    checked.server.answers = [answering(200, "valid"), answering(200, "invalid"), HAM]
    assert (await ask("POST", "checks/akismet/test")).json() == {"works": True, "answer": "It knows the key."}
    assert (await ask("POST", "checks/akismet/test")).json()["works"] is False
    await checked.site.posted(guest=checked.guest, author={"name": "Jo", "email": "jo@mail.example"})
    (request,) = await checked.asked()
    assert dict(parse_qsl(request.body.decode()))["comment_author_email"] == "jo@mail.example"
    (call,) = (await ask("GET", "checks/akismet/calls")).json()["calls"]
    assert (call["outcome"], call["answer"], call["attempts"]) == ("approve", "no spam", 1)

    assert (await ask("DELETE", "checks/akismet")).status_code == 200
    assert (await ask("GET", "checks")).json() == {"checks": []}
    secret = (await ask("PUT", "checks/http", {"url": url})).json()["check"]["secret"]
    assert secret.startswith("whsec_")
    checked.server.answers = [saying("approve")]
    assert (await ask("POST", "checks/http/test")).json() == {"works": True, "answer": "It answered approve."}


def owners_token(session: Session, site: SiteUnderTest) -> str:
    at, site_id = site.clock.now(), site_by_name(session, "blog").id
    add_moderator(session, site_id, "olga@blog.example", role="owner", name="Olga", at=at)
    session.flush()
    olga = moderator_by_email(session, site_id, "olga@blog.example")
    return make_api_token(session, site.service.keys, site_id, olga.account_id, at=at, scopes=["admin"])
