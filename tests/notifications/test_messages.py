"""A moderator's message to an author: mailed to an address that the moderator never sees."""

from email.message import EmailMessage

import httpx2 as httpx
import pytest

from comments.identity.sign_in.email_link_actions import SIGN_IN_MAIL
from comments.moderation.authors.message import LIES_FOR, MESSAGE_MAIL
from comments.notifications.handlers import OF_A_SITE, handlers
from comments.outbox.queries import failures
from tests.notifications.delivering import TALK, Mailing, texts
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
    arrived = await mails.deliver(after=LIES_FOR)

    assert (sent.status_code, refused.json()["code"]) == (200, "author-unreachable")
    (mail,) = [one for one in arrived if "tomasz@" in str(one["To"])]
    assert all(WORDS in text and "Is it so?" in text for text in texts(mail))
    thread = (await mails.site.thread())["thread"]["id"]
    assert str(mail["References"]).startswith(f"<thread-{thread}@")
    bearer = {"authorization": f"Bearer {await mails.site.moderator()}"}
    log = await mails.site.client.get(mails.site.path("moderation/log"), headers=bearer)
    assert [(entry["decision"], entry["reason"]) for entry in log.json()["entries"]] == [("message", WORDS)]
    assert "tomasz@" not in log.text


async def test_who_wants_no_mail_says_so_with_one_press_and_is_written_to_no_more(mails: Mailing) -> None:
    author, guest = {"name": "Tomasz", "email": "tomasz@mail.example"}, Guest("Tomasz")
    comment = await mails.site.posted("Is it so?", guest=guest, author=author)
    await mails.set(mail_note="Ask us: 555 0100.")
    await write_to(mails, comment["id"])
    (mail,) = to_author(await mails.deliver(after=LIES_FOR))
    address = str(mail["List-Unsubscribe"]).strip("<>")
    assert all("Ask us: 555 0100." in text and address in text for text in texts(mail))
    page = (await mails.page(address)).text
    assert "Stop all mail from blog.example" in page
    assert "You get no more of these mails" not in page

    for _ in range(2):
        # As a mail program does it: from no page of ours, perhaps twice.
        press = {"List-Unsubscribe": "One-Click"}
        answer = await mails.site.client.post(address.removeprefix(TALK), data=press)
        assert (answer.status_code, "You get no more of these mails" in answer.text) == (200, True)

    assert (await write_to(mails, comment["id"])).json()["code"] == "author-unreachable"
    # The address is given once more, for another comment and with a wish for notices.
    again = await mails.site.posted(
        "And so?", guest=guest, author={**author, "email": "Tomasz@mail.example", "notify": True}
    )
    assert (await write_to(mails, again["id"])).status_code == 200
    await mails.site.decide("approve", again["id"])
    assert to_author(await mails.deliver(after=LIES_FOR)) == []
    (failed,) = await mails.site.service.db.read(failures)
    assert (failed.kind, failed.last_error) == (
        MESSAGE_MAIL,
        "Whoever reads this address wants no mail from this site.",
    )


async def test_a_program_takes_a_message_back_until_it_is_sent(mails: Mailing) -> None:
    author = {"name": "Tomasz", "email": "tomasz@mail.example"}
    comment = await mails.site.posted("Is it so?", guest=Guest("Tomasz"), author=author)
    bearer = f"Bearer {await mails.site.moderator()}"

    async def take_back(sent: httpx.Response) -> httpx.Response:
        order = {"at": sent.json()["at"]}
        return await mails.site.send("POST", "moderation/undo", order, authorization=bearer)

    undone = await take_back(await write_to(mails, comment["id"]))
    sent = await write_to(mails, comment["id"])
    arrived = to_author(await mails.deliver(after=2 * LIES_FOR))
    late = await take_back(sent)

    assert (undone.status_code, undone.json()["decided"]) == (200, [comment["id"]])
    assert len(arrived) == 1
    assert (late.status_code, late.json()["code"]) == (409, "message-sent")


async def test_an_old_link_takes_no_other_address_along(mails: Mailing) -> None:
    guest = Guest("Tomasz")
    comment = await mails.site.posted(
        "Is it so?", guest=guest, author={"name": "T", "email": "old@mail.example"}
    )
    await write_to(mails, comment["id"])
    (mail,) = to_author(await mails.deliver(after=LIES_FOR))
    new = {"name": "T", "email": "new@mail.example"}
    later = await mails.site.posted("It is.", guest=guest, author=new)

    await mails.press(str(mail["List-Unsubscribe"]).strip("<>"), stop="site")
    await write_to(mails, later["id"])

    assert [str(one["To"]) for one in to_author(await mails.deliver(after=LIES_FOR))] == ["new@mail.example"]


def to_author(arrived: list[EmailMessage]) -> list[EmailMessage]:
    return [mail for mail in arrived if not str(mail["Message-ID"]).startswith("<digest")]


async def test_owners_see_every_kind_of_mail_of_their_site_that_fails(mails: Mailing) -> None:
    assert set(handlers(mails.site.service)) - set(OF_A_SITE) == {SIGN_IN_MAIL}
