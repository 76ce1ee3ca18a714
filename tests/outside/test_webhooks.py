"""Webhooks: who wants to be told is told, signed, until they take it, and of nothing that is not theirs."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comments.background.maintenance import tidy
from comments.background.outbox_handlers import delivery
from comments.clock import FixedClock
from comments.outbox.models import Outbox
from comments.outside.models import WebhookCall
from comments.sites.actions import add_site
from tests.support.receiver import Receiver, Request, answering, receiver
from tests.support.site import Guest, SiteUnderTest, running_site
from tests.support.team import owners_token

pytestmark = pytest.mark.anyio

A_MOMENT = timedelta(seconds=1)
"""Decisions of the same moment are put one after another, and so are their messages."""


@dataclass
class Hooked:
    """The site `blog`, its owner's token, and a program that wants to be told."""

    site: SiteUnderTest
    server: Receiver
    token: str

    async def ask(self, method: str, rest: str, body: Any = None) -> Any:
        return await self.site.send(method, rest, body, authorization=f"Bearer {self.token}")

    async def add(self, *events: str) -> dict[str, Any]:
        answer = await self.ask("POST", "webhooks", {"url": self.server.url, "events": list(events)})
        assert answer.status_code == 201, answer.text
        added: dict[str, Any] = answer.json()["webhook"]
        return added

    async def told(self, *, after: timedelta = timedelta()) -> list[Request]:
        """Let time pass, do what is due then, and return what arrived by it."""
        before = len(self.server.requests)
        self.site.clock.advance(after)
        await delivery(self.site.service).deliver_due()
        return self.server.requests[before:]

    async def calls(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.ask("GET", f"webhooks/{webhook['id']}/calls")
        calls: list[dict[str, Any]] = answer.json()["calls"]
        return calls


@pytest.fixture
async def hooked(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Hooked]:
    settings = {"COMMENTS_WEBHOOK_NETWORKS": "127.0.0.1"}
    with receiver() as server:
        async with running_site(database_url, clock, tmp_path, settings=settings) as site:
            yield Hooked(site, server, await site.service.db.write(owners_token, site, "blog"))


def kinds(requests: list[Request]) -> list[str]:
    return sorted(json.loads(request.body)["type"] for request in requests)


async def test_what_happens_to_a_comment_is_told(hooked: Hooked) -> None:
    await hooked.add()
    guest = Guest()
    author = {"name": "Jonas", "email": "jonas@mail.example"}
    comment = await hooked.site.posted("Hello *there*", guest=guest, author=author)
    (request,) = await hooked.told()

    body = json.loads(request.body)
    told = body["data"]["comment"]
    assert body["type"] == "comment.created"
    assert body["timestamp"] == told["created_at"]
    assert (body["data"]["site"], body["data"]["page"]["url"]) == ("blog", "https://blog.example/a")
    assert (told["id"], told["state"], told["html"]) == (
        comment["id"],
        "pending",
        "<p>Hello <em>there</em></p>",
    )
    assert told["author"]["name"] == "Jonas"
    assert "First comment" in told["reasons"]
    assert b"mail.example" not in request.body

    for decision in ("approve", "hold", "spam", "remove", "approve"):
        await hooked.site.decide(decision, comment["id"])
    path = f"comments/{comment['id']}"
    await hooked.site.send("PATCH", path, {"body": "Hello again"}, guest=guest)
    await hooked.site.send("DELETE", path, guest=guest)
    await hooked.site.send("POST", f"{path}/restore", guest=guest)
    assert kinds(await hooked.told(after=A_MOMENT)) == sorted(
        [
            *("comment.approved", "comment.held", "comment.spam", "comment.removed", "comment.approved"),
            *("comment.edited", "comment.deleted", "comment.restored"),
        ]
    )


async def test_a_message_is_signed_as_standard_webhooks_are(hooked: Hooked) -> None:
    webhook = await hooked.add()
    await hooked.site.posted()
    (request,) = await hooked.told()

    secret = base64.b64decode(webhook["secret"].removeprefix("whsec_"), validate=True)
    named, seconds = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    signed = f"{named}.{seconds}.".encode() + request.body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert len(secret) == 32
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    assert int(seconds) == int(hooked.site.clock.now().timestamp())


async def test_what_is_not_taken_is_sent_again_under_the_same_id(hooked: Hooked) -> None:
    webhook = await hooked.add()
    hooked.server.answers = [answering(503, "Not now"), answering(302), answering(204)]
    await hooked.site.posted()

    first, second, third = [
        *await hooked.told(),
        *await hooked.told(after=timedelta(minutes=1)),
        *await hooked.told(after=timedelta(minutes=5)),
    ]

    assert first.headers["webhook-id"] == second.headers["webhook-id"] == third.headers["webhook-id"]
    assert first.body == third.body
    (call,) = await hooked.calls(webhook)
    assert (call["attempts"], call["status"]) == (3, 204)
    assert await hooked.told(after=timedelta(days=1)) == []


async def test_who_answers_that_it_is_gone_is_not_asked_again(hooked: Hooked) -> None:
    webhook = await hooked.add()
    hooked.server.answers = [answering(410, "Moved\naway")]
    await hooked.site.posted()
    assert len(await hooked.told()) == 1

    assert await hooked.told(after=timedelta(days=1)) == []
    (call,) = await hooked.calls(webhook)
    assert (call["status"], call["answer"]) == (410, "Moved away")


async def test_only_what_is_wanted_is_told_and_to_everybody_who_does(hooked: Hooked) -> None:
    for events in (["comment.spam"], ["comment.created", "comment.spam"]):
        await hooked.add(*events)
    comment = await hooked.site.posted()
    assert kinds(await hooked.told()) == ["comment.created"]

    await hooked.site.decide("approve", comment["id"])
    await hooked.site.decide("spam", comment["id"])
    assert kinds(await hooked.told(after=A_MOMENT)) == ["comment.spam", "comment.spam"]


async def test_one_that_hangs_on_keeps_no_other_from_being_told(hooked: Hooked) -> None:
    with receiver() as sound:
        await hooked.add()
        hooked.server.answers = [answering(500)]
        await hooked.ask("POST", "webhooks", {"url": sound.url})
        await hooked.site.posted()
        await hooked.told()

        assert len(sound.requests) == 1


async def test_a_removed_webhook_is_told_nothing_more(hooked: Hooked) -> None:
    webhook = await hooked.add()
    await hooked.site.posted()
    assert (await hooked.ask("DELETE", f"webhooks/{webhook['id']}")).status_code == 200

    assert await hooked.told() == []
    assert (await hooked.ask("GET", "webhooks")).json() == {"webhooks": []}


async def test_a_site_without_webhooks_puts_nothing_into_the_outbox_for_them(hooked: Hooked) -> None:
    comment = await hooked.site.posted()
    await hooked.site.decide("approve", comment["id"])

    def count(session: Session) -> int:
        mine = select(func.count()).select_from(Outbox).where(Outbox.kind == "happened")
        return session.execute(mine).scalar_one()

    assert await hooked.site.service.db.read(count) == 0


async def test_a_private_address_is_given_up_with_the_reason(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    with receiver() as server:
        async with running_site(database_url, clock, tmp_path) as site:
            hooked = Hooked(site, server, await site.service.db.write(owners_token, site, "blog"))
            webhook = await hooked.add()
            await site.posted()
            assert await hooked.told() == await hooked.told(after=timedelta(days=1)) == []
            (call,) = await hooked.calls(webhook)

        assert server.connections == 0
    assert call["status"] is None
    assert "private address" in call["answer"]


async def test_an_owner_tries_a_webhook_and_sends_again(hooked: Hooked) -> None:
    webhook = await hooked.add()
    tried = await hooked.ask("POST", f"webhooks/{webhook['id']}/test")
    assert tried.json() == {"status": 200, "answer": "Done"}
    assert kinds(hooked.server.requests) == ["webhook.test"]

    await hooked.site.posted()
    (first,) = await hooked.told()
    (call, _) = await hooked.calls(webhook)
    again = await hooked.ask("POST", f"webhooks/{webhook['id']}/calls/{call['id']}/again")
    assert again.status_code == 202
    (second,) = await hooked.told()
    assert (second.headers["webhook-id"], second.body) == (first.headers["webhook-id"], first.body)


async def test_answers_are_forgotten_after_a_month(hooked: Hooked) -> None:
    webhook = await hooked.add()
    await hooked.site.posted()
    await hooked.told()
    assert len(await hooked.calls(webhook)) == 1

    hooked.site.clock.advance(timedelta(days=30, seconds=1))

    assert (await tidy(hooked.site.service.db, hooked.site.clock.now())).webhook_answers == 1
    assert await hooked.calls(webhook) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "ftp://x.example/"}, "url"),
        ({"url": "https://user:pass@x.example/"}, "url"),
        ({"url": "https://x.example/\u00e4"}, "url"),
        ({"url": "https://x.example/", "events": ["comment.read"]}, "events"),
    ],
)
async def test_what_cannot_be_a_webhook_is_refused(hooked: Hooked, given: Any, field: str) -> None:
    answer = await hooked.ask("POST", "webhooks", given)

    assert (answer.status_code, answer.json()["code"]) == (422, "webhook-refused")
    assert list(answer.json()["errors"]) == [field]


async def test_webhooks_are_for_owners_of_their_own_site(hooked: Hooked) -> None:
    webhook = await hooked.add()
    await hooked.site.posted()
    await hooked.told()
    (call,) = await hooked.calls(webhook)
    mia = f"Bearer {await hooked.site.moderator()}"
    assert (await hooked.site.send("GET", "webhooks", authorization=mia)).status_code == 403
    db, clock = hooked.site.service.db, hooked.site.clock
    await db.write(add_site, "other", ["https://other.example"], at=clock.now())
    hooked.token = await db.write(owners_token, hooked.site, "other")
    hooked.site.name = "other"

    one = f"webhooks/{webhook['id']}"
    for method, rest in (
        ("DELETE", one),
        ("GET", f"{one}/calls"),
        ("POST", f"{one}/test"),
        ("POST", f"{one}/calls/{call['id']}/again"),
        ("DELETE", "webhooks/nonsense"),
    ):
        answer = await hooked.ask(method, rest)
        assert (answer.status_code, answer.json()["code"]) == (404, "webhook-unknown")
    assert len(hooked.server.requests) == 1
    assert await db.read(lambda session: len(session.scalars(select(WebhookCall)).all())) == 1
