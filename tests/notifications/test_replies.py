"""Mail about replies: asked for, confirmed by who reads the address, once a reply, left with one press."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from comments.background.maintenance import tidy
from comments.threads.models import Watch
from tests.notifications.delivering import TALK, Mailing, addresses, texts
from tests.support.plain import plain_browser
from tests.support.site import PAGE, Guest

pytestmark = pytest.mark.anyio

TOMASZ = "Tomasz@mail.example"
WISH = {"name": "Tomasz", "email": TOMASZ, "notify": True}


def to_readers(arrived: list[Any]) -> list[Any]:
    return [mail for mail in arrived if "mia@" not in str(mail["To"])]


async def asked(mails: Mailing, guest: Guest, body: str = "Is it so?", **more: Any) -> dict[str, Any]:
    """Post with the wish for mail, and have it approved."""
    return await mails.site.approved(body, guest=guest, author=more.pop("author", WISH), **more)


async def confirmed(mails: Mailing, guest: Guest, **more: Any) -> dict[str, Any]:
    comment = await asked(mails, guest, **more)
    (mail,) = to_readers(await mails.deliver())
    await mails.press(addresses(mail)[0], do="confirm")
    return comment


async def answered(
    mails: Mailing, comment: dict[str, Any], body: str = "So it is.", **more: Any
) -> list[Any]:
    await mails.site.said(body, parent_id=comment["id"], **more)
    return to_readers(await mails.deliver())


async def count_watches(mails: Mailing) -> int:
    number: int = await mails.site.service.db.read(
        lambda session: session.execute(select(func.count()).select_from(Watch)).scalar_one()
    )
    return number


async def test_a_reply_is_mailed_once_the_address_has_confirmed(mails: Mailing) -> None:
    assert (await mails.site.thread())["thread"]["mails"] is True
    comment = await asked(mails, Guest("Tomasz"))
    (question,) = to_readers(await mails.deliver())
    (address,) = addresses(question)
    for _ in range(3):
        assert "Yes, mail me about replies" in (await mails.page(address)).text
    assert await answered(mails, comment, "Too early") == []

    assert "Done. You get a mail" in (await mails.press(address, do="confirm")).text
    (mail,) = await answered(mails, comment, "So it *is*.")

    assert str(question["To"]) == str(mail["To"]) == TOMASZ
    assert str(question["Subject"]) == "Mail about replies on blog.example?"
    assert str(mail["Subject"]) == "Mia Lindqvist replied to you: A"
    plain, html = texts(mail)
    assert "> Is it so?" in plain
    assert "Mia Lindqvist, a moderator, answered:\n\n> So it is.\n" in plain
    assert addresses(mail)[0].startswith("https://blog.example/a#comment-")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "So it <em>" not in html


async def test_nothing_goes_to_an_address_before_a_moderator_has_seen_the_comment(mails: Mailing) -> None:
    comment = await mails.site.posted("Spam?", author=WISH)
    assert to_readers(await mails.deliver()) == []

    await mails.site.decide("spam", comment["id"])
    assert to_readers(await mails.deliver()) == []

    await mails.site.decide("approve", comment["id"])
    assert len(to_readers(await mails.deliver(after=timedelta(seconds=1)))) == 1


async def test_a_reply_is_mailed_when_it_is_approved_and_not_again(mails: Mailing) -> None:
    comment = await confirmed(mails, Guest("Tomasz"))
    other = Guest("Ana", "203.0.113.8")
    held = await mails.site.posted("Held", guest=other, parent_id=comment["id"])
    assert to_readers(await mails.deliver()) == []

    await mails.site.decide("approve", held["id"])
    assert len(to_readers(await mails.deliver())) == 1
    for decision in ("remove", "approve", "hold", "approve"):
        await mails.site.decide(decision, held["id"])
    assert to_readers(await mails.deliver(after=timedelta(seconds=1))) == []

    again = await mails.site.posted("By itself", guest=other, parent_id=comment["id"])
    assert again["state"] == "approved"
    assert len(to_readers(await mails.deliver())) == 1


async def test_a_reply_that_is_gone_by_then_is_not_mailed(mails: Mailing) -> None:
    comment = await confirmed(mails, Guest("Tomasz"))
    reply = await mails.site.said("Oh", parent_id=comment["id"])
    await mails.site.decide("remove", reply["id"])

    assert to_readers(await mails.deliver()) == []


async def test_nobody_is_told_of_their_own_reply_or_of_others(mails: Mailing) -> None:
    guest = Guest("Tomasz")
    comment = await confirmed(mails, guest)
    own = await mails.site.posted("And another thing", guest=guest, parent_id=comment["id"])
    assert own["state"] == "approved"
    await mails.site.said("Elsewhere")
    await mails.site.said("To the other one", parent_id=own["id"])

    assert to_readers(await mails.deliver()) == []


async def test_who_has_confirmed_once_is_not_asked_again(mails: Mailing) -> None:
    guest = Guest("Tomasz")
    await confirmed(mails, guest)
    second = await mails.site.posted("Second", guest=guest, author=WISH)
    assert to_readers(await mails.deliver()) == []

    assert len(await answered(mails, second)) == 1


async def test_somebody_else_with_the_same_address_confirms_for_themselves(mails: Mailing) -> None:
    await confirmed(mails, Guest("Tomasz"))
    comment = await asked(mails, Guest("Eve", "203.0.113.66"), "I am Tomasz")

    (question,) = to_readers(await mails.deliver())
    assert "confirm" in str(question["Message-ID"])
    assert await answered(mails, comment) == []


async def test_an_address_is_asked_three_times_at_most_until_it_answers(mails: Mailing) -> None:
    for number in range(6):
        await asked(mails, Guest(f"Eve {number}", f"203.0.113.{number}"), f"Bomb {number}")

    assert len(to_readers(await mails.deliver())) == 3


@pytest.mark.parametrize("press", [{"do": "refuse"}, {"List-Unsubscribe": "One-Click"}])
async def test_who_refuses_is_never_asked_again_and_their_address_is_erased(
    mails: Mailing, press: dict[str, str]
) -> None:
    await asked(mails, Guest("Tomasz"))
    (question,) = to_readers(await mails.deliver())
    address = addresses(question)[0]
    assert str(question["List-Unsubscribe"]) == f"<{address}>"

    answer = await mails.site.client.post(address.removeprefix(TALK), data=press)
    assert "never asked again" in answer.text
    # A mail program may press twice.
    twice = await mails.site.client.post(address.removeprefix(TALK), data=press)
    assert twice.status_code == (404 if "do" in press else 200)

    kept = await mails.site.service.db.read(lambda session: session.scalars(select(Watch.email)).all())
    assert list(kept) == [None]
    await asked(mails, Guest("Eve", "203.0.113.66"), "Again", author={**WISH, "email": TOMASZ.lower()})
    assert to_readers(await mails.deliver()) == []
    assert (await mails.page(addresses(question)[0])).status_code == 404


@pytest.mark.parametrize(
    ("press", "left"),
    [({"stop": "thread"}, 1), ({"stop": "site"}, 0), ({"List-Unsubscribe": "One-Click"}, 1)],
)
async def test_one_press_leaves_and_erases_the_address(
    mails: Mailing, press: dict[str, str], left: int
) -> None:
    guest = Guest("Tomasz")
    comment = await confirmed(mails, guest)
    await mails.site.posted("Here too", guest=guest, author=WISH)
    await mails.site.posted("There", guest=guest, author=WISH, page={**PAGE, "url": "https://blog.example/b"})
    (mail,) = await answered(mails, comment)
    address = str(mail["List-Unsubscribe"]).strip("<>")
    assert "Stop for this discussion" in (await mails.page(address)).text
    assert await count_watches(mails) == 3

    for _ in range(2):
        # As a mail program does it: from no page of ours, perhaps twice.
        answer = await mails.site.client.post(address.removeprefix(TALK), data=press)
        assert answer.status_code == 200

    assert await count_watches(mails) == left
    assert await answered(mails, comment, "More") == []


async def test_no_link_and_no_address_of_another_is_in_a_mail_about_a_reply(mails: Mailing) -> None:
    comment = await confirmed(mails, Guest("Tomasz"), body="See https://mine.example")
    reply = await mails.site.approved(
        "[press](https://evil.example/a) evil.com eve@evil.org ![x](https://evil.example/p.png)",
        guest=Guest("Eve", "203.0.113.66"),
        parent_id=comment["id"],
        author={"name": "evil.com", "email": "eve@mail.example", "website": "https://evil.example"},
    )
    (mail,) = to_readers(await mails.deliver())

    for part in texts(mail):
        assert "evil" not in part
        assert "eve@" not in part
        assert "<img" not in part
    assert {address.split("/")[2] for address in addresses(mail)} == {"blog.example", "talk.example"}
    assert reply["id"] in addresses(mail)[0]


async def test_a_wish_without_an_address_is_no_wish(mails: Mailing) -> None:
    await asked(mails, Guest("Tomasz"), author={"name": "Tomasz", "notify": True})
    await asked(mails, Guest("Ana"), "Hm", author={"name": "Ana", "email": "ana@mail.example"})

    assert to_readers(await mails.deliver()) == []
    assert await count_watches(mails) == 0


async def test_an_address_that_never_answers_is_forgotten_after_a_week(mails: Mailing) -> None:
    await asked(mails, Guest("Tomasz"))
    await mails.deliver()
    db, clock = mails.site.service.db, mails.site.clock
    assert (await tidy(db, clock.now())).unanswered_mails == 0

    clock.advance(timedelta(days=7, seconds=1))

    assert (await tidy(db, clock.now())).unanswered_mails == 1
    assert await count_watches(mails) == 0


async def test_a_mail_server_that_hangs_delays_no_post(mails: Mailing) -> None:
    comment = await confirmed(mails, Guest("Tomasz"))
    await mails.site.said("So it is.", parent_id=comment["id"])
    mails.box.pause = asyncio.Event()
    hanging = asyncio.create_task(mails.deliver())
    assert await asyncio.to_thread(mails.box.reached.wait, 10)

    await mails.site.posted("Meanwhile", guest=Guest("Ana", "203.0.113.8"))

    assert not hanging.done()
    await killed(hanging)


async def test_a_dead_mail_server_loses_no_mail(mails: Mailing) -> None:
    comment = await confirmed(mails, Guest("Tomasz"))
    mails.box.answer = "451 not now"
    assert await answered(mails, comment) == []
    mails.box.answer = "250 Noted"

    assert len(to_readers(await mails.deliver(after=timedelta(minutes=1)))) == 1


async def test_killed_before_the_answer_is_noted_it_sends_the_same_mail_again(mails: Mailing) -> None:
    comment = await confirmed(mails, Guest("Tomasz"))
    await mails.site.said("So it is.", parent_id=comment["id"])
    mails.box.pause = asyncio.Event()
    sending = asyncio.create_task(mails.deliver())
    assert await asyncio.to_thread(mails.box.reached.wait, 10)
    await killed(sending)
    first = mails.box.mails[-1]
    mails.box.pause = None

    assert await mails.deliver() == []
    (again,) = to_readers(await mails.deliver(after=timedelta(minutes=2)))

    assert again["Message-ID"] == first["Message-ID"]
    assert texts(again) == texts(first)


async def killed(sending: asyncio.Task[Any]) -> None:
    """End a process in the middle of a mail, as far as its database and its mail server can tell."""
    sending.cancel()
    await asyncio.wait([sending])
    assert sending.cancelled()


async def test_the_plain_form_asks_too(mails: Mailing) -> None:
    async with plain_browser(mails.site.app, origin=TALK) as reader:
        await reader.open(f"/d/blog/write?url={PAGE['url']}")
        posted = await reader.press("Post", body="Is it so?", name="Tomasz", email=TOMASZ, notify="yes")
        without = await reader.open(f"/d/blog/write?url={PAGE['url']}")
        assert 'name="notify"' in without.source
        await reader.press("Post", body="No mail about this", email=TOMASZ)

    await mails.site.decide("approve", posted.url.rpartition("#comment-")[2])
    (question,) = to_readers(await mails.deliver())

    assert str(question["To"]) == TOMASZ
    assert await count_watches(mails) == 1


async def test_replies_are_told_in_the_sites_language(mails: Mailing) -> None:
    await mails.set(language="de", title="Langsame Linien")
    comment = await asked(mails, Guest("Tomasz"))
    (question,) = to_readers(await mails.deliver())
    assert "Nie wieder fragen" in (await mails.page(addresses(question)[0])).text
    await mails.press(addresses(question)[0], do="confirm")
    (mail,) = await answered(mails, comment)

    assert str(mail["Subject"]) == "Mia Lindqvist hat dir geantwortet: A"
    assert str(mail["From"]) == "Langsame Linien <comments@talk.example>"
