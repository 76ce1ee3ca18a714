"""A moderator's message to an author: mailed to an address that the moderator never sees."""

import httpx2 as httpx
import pytest

from comments.identity.asking_actions import SIGN_IN_MAIL
from comments.notifications.handlers import OF_A_SITE, handlers
from tests.notifications.delivering import Mailing, texts
from tests.support.site import Guest

pytestmark = pytest.mark.anyio


WORDS = "Please leave the names out."


async def write_to(mails: Mailing, comment_id: str) -> httpx.Response:
    order = {"comment_ids": [comment_id], "decision": "message", "reason": WORDS}
    bearer = f"Bearer {await mails.site.moderator()}"
    return await mails.site.send("POST", "moderation/decisions", order, authorization=bearer)


async def test_a_message_reaches_the_author_and_stands_in_the_log(mails: Mailing) -> None:
    author = {"name": "Tomasz", "email": "tomasz@mail.example"}
    comment = await mails.site.posted("Is it so?", guest=Guest("Tomasz"), author=author)
    silent = await mails.site.posted("Me too", guest=Guest("Ana"))

    sent = await write_to(mails, comment["id"])
    refused = await write_to(mails, silent["id"])
    arrived = await mails.deliver()

    assert (sent.status_code, refused.json()["code"]) == (200, "author-unreachable")
    (mail,) = [one for one in arrived if "tomasz@" in str(one["To"])]
    assert all(WORDS in text and "Is it so?" in text for text in texts(mail))
    thread = (await mails.site.thread())["thread"]["id"]
    assert str(mail["References"]).startswith(f"<thread-{thread}@")
    bearer = {"authorization": f"Bearer {await mails.site.moderator()}"}
    log = await mails.site.client.get(mails.site.path("moderation/log"), headers=bearer)
    assert [(entry["decision"], entry["reason"]) for entry in log.json()["entries"]] == [("message", WORDS)]
    assert "tomasz@" not in log.text


async def test_owners_see_every_kind_of_mail_of_their_site_that_fails(mails: Mailing) -> None:
    assert set(handlers(mails.site.service)) - set(OF_A_SITE) == {SIGN_IN_MAIL}
