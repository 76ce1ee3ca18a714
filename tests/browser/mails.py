"""Every mail that this service sends, as it was sent, and every page that mails lead to."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from playwright.async_api import Page, Route

from comments.clock import FixedClock
from comments.moderation.authors.message import LIES_FOR
from comments.notifications.messages import Mail
from comments.notifications.senders.factory import mailer
from comments.notifications.trial_mail import trial_letter
from comments.web.html.template_engine import all_templates
from tests.notifications.delivering import TALK, Mailing, addresses, mailing, texts
from tests.support.site import Guest

INBOX = "https://inbox.example"
"""Where the mails are opened; nothing is there but they."""

ARTICLE = {"url": "https://blog.example/night-train", "title": "The quiet return of the night train"}
NIGHT = (
    "You write that people want the night back. I think they want someone else to be awake while they sleep."
)
ANSWER = (
    "That last sentence is better than anything in the piece. The stationmaster in Villach said nearly the"
    " same: “We are paid to be awake.”\n\nI cut it, and now I regret it."
)
WAITING = {
    "Jonas Lind": "My grandmother worked that line. She said the trick was to learn who snores by Wrocław.",
    "Marek Havel": "It is, and the railway says so itself: https://rail.example/a and https://rail.example/b",
    "ليلى حدّاد": "سافرتُ بالقطار الليلي من القاهرة إلى أسوان وأنا في العاشرة.",
    "Donaudampfschifffahrtsgesellschaftskapitän": "https://" + "a-very-long-word-" * 8 + " Oh.",
}
LONG_AGO = "ZA"


class Post:
    """The mails by name, and the pages' addresses by name: as they stand, nothing is pressed yet."""

    def __init__(self, mails: Mailing) -> None:
        self._mails = mails
        self.html: dict[str, str] = {}
        self.pages: dict[str, str] = {}

    async def open(self, page: Page, name: str) -> None:
        """Open a mail, or a page that one of them leads to."""
        await page.goto(self.pages.get(name, f"{INBOX}/{name}"))

    async def serve(self, page: Page) -> None:
        """Answer the page's requests: with mails, and with what the service says."""
        await page.route(f"{INBOX}/**", self._mail)
        await page.route(f"{TALK}/**", self._ours)

    async def _mail(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        await route.fulfill(body=self.html[name], content_type="text/html; charset=utf-8")

    async def _ours(self, route: Route) -> None:
        asked = route.request
        headers = {name: value for name, value in asked.headers.items() if name != "accept-encoding"}
        answer = await self._mails.site.client.request(
            asked.method,
            asked.url.removeprefix(TALK),
            content=asked.post_data_buffer,
            headers={**headers, "accept-encoding": "identity", "origin": TALK},
        )
        await route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


@asynccontextmanager
async def posted(database_url: str, folder: Path, at: datetime, language: str = "en") -> AsyncIterator[Post]:
    """Have each of the mails sent, by what it is sent for."""
    async with mailing(database_url, FixedClock(at), folder) as mails:
        await mails.set(title="Slow Lines", proof_of_work="no", language=language)
        await mails.site.moderator()
        post = Post(mails)
        for name, mail in (await _sent(mails, language)).items():
            post.html[name] = texts(mail)[1]
            post.pages |= _pages(name, mail)
        yield post


async def _sent(mails: Mailing, language: str) -> Mapping[str, EmailMessage]:
    site, found = mails.site, {}
    await mails.press("/sign-in/mail", email="mia@blog.example")
    (found["mail-sign-in"],) = await mails.deliver()

    wish = {"name": "Tomasz Wieczorek", "email": "tomasz@mail.example", "notify": True}
    comment = await site.approved(NIGHT, guest=Guest("Tomasz"), author=wish, page=ARTICLE)
    (question,) = await mails.deliver()
    await mails.press(addresses(question)[0], do="confirm")
    await site.said(ANSWER, parent_id=comment["id"], page=ARTICLE)
    (found["mail-reply"],) = await mails.deliver()

    order = {
        "comment_ids": [comment["id"]],
        "decision": "message",
        "reason": "Please leave names out.\n\nThank you!",
    }
    bearer = f"Bearer {await site.moderator()}"
    assert (await site.send("POST", "moderation/decisions", order, authorization=bearer)).status_code == 200
    (found["mail-message"],) = await mails.deliver(after=LIES_FOR)

    ana = {"name": "Ana", "email": "ana@mail.example", "notify": True}
    await site.approved("It is a long way.", guest=Guest("Ana"), author=ana, page=ARTICLE)
    (found["mail-confirm"],) = await mails.deliver()

    for name, text in WAITING.items():
        await site.posted(text, guest=Guest(name), author={"name": name}, page=ARTICLE)
    for number in range(3):
        await site.posted(f"Thank you for this one, {number}.", guest=Guest(f"Guest {number}"), page=ARTICLE)
        site.clock.advance(timedelta(minutes=1))
    (found["mail-digest"],) = await mails.deliver(after=timedelta(minutes=22))

    sending = mailer(site.service.settings, site.clock, all_templates())
    assert sending is not None
    trial = trial_letter(language, TALK, site.clock.now())
    await sending.send(Mail("mia@blog.example", "", trial, id="test-1"))
    found["mail-test"] = mails.box.mails[-1]
    return found


def _pages(name: str, mail: EmailMessage) -> Mapping[str, str]:
    match name:
        case "mail-confirm":
            return {"page-confirm": addresses(mail)[0]}
        case "mail-reply":
            return {"page-leave": str(mail["List-Unsubscribe"]).strip("<>")}
        case "mail-message":
            return {"page-stop": str(mail["List-Unsubscribe"]).strip("<>")}
        case "mail-digest":
            return {
                "page-digest": str(mail["List-Unsubscribe"]).strip("<>"),
                "page-outdated": f"{TALK}/mail/{LONG_AGO}",
            }
        case _:
            return {}
