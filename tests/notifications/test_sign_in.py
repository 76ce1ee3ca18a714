"""Sign-in links by mail: for who moderates here, and the same answer for everybody."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from comments.clock import FixedClock
from comments.outbox.models import Outbox
from comments.outbox.queries import failures
from tests.notifications.delivering import TALK, Mailing, addresses, mailing, texts
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio

MIA = "mia@blog.example"
WRITTEN = select(Outbox.payload, Outbox.key)


@pytest.fixture
async def mails(mails: Mailing) -> Mailing:
    await mails.site.moderator()
    return mails


async def ask(mails: Mailing, email: str, onwards: str = "") -> tuple[int, str]:
    answer = await mails.press("/sign-in/mail", email=email, next=onwards)
    return answer.status_code, answer.headers.get("location", answer.text)


async def test_the_mailed_link_leads_to_a_button_that_signs_in_once(mails: Mailing) -> None:
    asked = await ask(mails, " MIA@blog.example", "/moderate/blog")
    (mail,) = await mails.deliver()
    (link,) = addresses(mail)
    scanned = [await mails.page(link) for _ in range(3)]
    secret = link.partition("?")[0].rpartition("/")[2]

    assert asked == (303, "/sign-in?asked=1&next=%2Fmoderate%2Fblog")
    assert "a link is on its way" in (await mails.page(asked[1])).text
    assert str(mail["Subject"]) == "Your sign-in link for talk.example"
    assert (str(mail["From"]), str(mail["To"])) == ("Comments <comments@talk.example>", MIA)
    assert link.startswith(f"{TALK}/sign-in/l_")
    assert "List-Unsubscribe" not in mail
    assert [("Sign in as" in page.text, 'value="/moderate/blog"' in page.text) for page in scanned] == [
        (True, True)
    ] * 3
    pressed = await mails.press("/sign-in", secret=secret, next="/moderate/blog")
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/moderate/blog")
    assert (await mails.press("/sign-in", secret=secret)).status_code == 409


async def test_a_mailed_link_ends_after_a_quarter_of_an_hour(mails: Mailing) -> None:
    await ask(mails, MIA)
    (mail,) = await mails.deliver()
    mails.site.clock.advance(timedelta(minutes=15, seconds=1))

    assert (await mails.page(addresses(mail)[0])).status_code == 404


async def test_a_stranger_gets_the_same_answer_and_no_mail(mails: Mailing) -> None:
    assert await ask(mails, "eve@mail.example") == await ask(mails, MIA)

    assert [str(mail["To"]) for mail in await mails.deliver()] == [MIA]


async def test_asked_twice_before_it_went_out_it_is_one_mail(mails: Mailing) -> None:
    for _ in range(3):
        await ask(mails, MIA)

    assert len(await mails.deliver()) == 1


async def test_links_are_limited_by_address_for_moderators_and_strangers_alike(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    async with mailing(database_url, clock, tmp_path, rate_limits=True) as limited:
        await limited.site.moderator()
        for email in (MIA, "eve@mail.example"):
            answers = [(await ask(limited, spelling))[0] for spelling in [email, email.upper()] * 4]
            assert answers == [303] * 5 + [429] * 3


async def test_what_is_no_address_is_refused(mails: Mailing) -> None:
    status, text = await ask(mails, "mia\r\nBcc: eve@mail.example")

    assert (status, "is not an e-mail address" in text) == (422, True)


async def test_nobody_waits_for_a_link_after_an_hour(mails: Mailing) -> None:
    await ask(mails, MIA)

    assert await mails.deliver(after=timedelta(hours=2)) == []
    (failure,) = await mails.site.service.db.read(failures)
    assert (failure.state, failure.kind) == ("dead", "sign-in")


async def test_the_outbox_holds_no_address_and_no_secret(mails: Mailing) -> None:
    await ask(mails, MIA)
    (mail,) = await mails.deliver()
    secret = addresses(mail)[0].rpartition("/")[2]

    stored = await mails.site.service.db.read(
        lambda session: str(session.query(Outbox.payload, Outbox.key).all())
    )

    assert MIA not in stored
    assert secret not in stored


async def test_a_site_in_german_has_mails_in_german(mails: Mailing) -> None:
    await mails.set(language="de")
    await ask(mails, MIA)
    (mail,) = await mails.deliver()

    assert str(mail["Subject"]) == "Dein Anmeldelink für talk.example"
    assert 'lang="de"' in texts(mail)[1]


async def test_without_a_mail_server_nobody_is_asked_for_an_address(site: SiteUnderTest) -> None:
    page = await site.client.get("/sign-in")
    answer = await site.client.post(
        "/sign-in/mail", data={"email": MIA}, headers={"origin": "http://127.0.0.1:8080"}
    )

    assert "comments moderator add" in page.text
    assert answer.status_code == 404
