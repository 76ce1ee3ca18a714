"""Moderators' digests: what waits, at most once an hour, never for spam, and with no stranger's links."""

import re
from datetime import timedelta
from secrets import token_bytes

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.actors import Credentials
from comments.identity.models import Membership
from comments.moderation.audit.hash_chain import named
from comments.moderation.audit.verify import checked
from comments.sites.queries import site_by_name
from comments.threads.models import Comment
from comments.threads.posting.parse import Sender, parse
from comments.threads.posting.post_comment import post_comment
from comments.threads.posting.prepare import prepare
from comments.threads.posting.rates import Rates
from comments.threads.requests import AuthorGiven, Page, PostBody
from comments.threads.site_card import site_card
from tests.notifications.delivering import TALK, Mailing, addresses, texts
from tests.support.site import PAGE, Guest

pytestmark = pytest.mark.anyio

MIA, TEO = "mia@blog.example", "teo@blog.example"
A_WHILE = timedelta(minutes=5, seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def mails(mails: Mailing) -> Mailing:
    await mails.site.moderator()
    return mails


async def test_what_waits_is_told_in_one_mail(mails: Mailing) -> None:
    await mails.set(title="Slow Lines", proof_of_work="no")
    for number in range(7):
        await mails.site.posted(f"Text {number}", guest=Guest(f"Guest {number}"))

    assert await mails.deliver() == []
    (mail,) = await mails.deliver(after=A_WHILE)

    assert str(mail["To"]) == MIA
    assert str(mail["From"]) == "Slow Lines <comments@talk.example>"
    assert str(mail["Subject"]) == "7 comments wait on Slow Lines"
    plain, html = texts(mail)
    assert "The oldest for 5 minutes." in plain
    assert "* Guest 6 (nothing approved yet)\n  Text 6\n  Waits: First comment\n  On: /a\n" in plain
    assert "and 2 more." in plain
    assert "Text 1" not in plain
    assert f'href="{TALK}/moderate/blog"' in html


async def test_spam_alone_is_no_reason_and_is_only_counted(mails: Mailing) -> None:
    await mails.set(spam_words="pills")
    await mails.site.posted("Cheap pills")

    assert await mails.deliver(after=A_WHILE) == []

    await mails.site.posted("A question")
    (mail,) = await mails.deliver(after=A_WHILE)
    assert "1 more was stopped as spam; it is not listed." in " ".join(texts(mail)[0].split())
    assert "pills" not in mail.as_string()


async def test_there_is_at_most_one_an_hour_and_none_without_anything_new(mails: Mailing) -> None:
    await mails.site.posted("One")
    assert len(await mails.deliver(after=A_WHILE)) == 1
    assert await mails.deliver(after=2 * HOUR) == []

    await mails.site.posted("Two")
    assert len(await mails.deliver(after=A_WHILE)) == 1
    for number in range(3):
        await mails.site.posted(f"More {number}")
        assert await mails.deliver(after=A_WHILE) == []

    (mail,) = await mails.deliver(after=HOUR)
    assert str(mail["Subject"]) == "5 comments wait on blog.example"
    assert await mails.deliver(after=3 * HOUR) == []


async def test_what_is_decided_by_then_is_not_told(mails: Mailing) -> None:
    comment = await mails.site.posted("Hello")
    await mails.site.decide("approve", comment["id"])

    assert await mails.deliver(after=A_WHILE) == []


async def test_an_edit_that_waits_is_told_with_its_new_text(mails: Mailing) -> None:
    guest = Guest()
    await mails.site.approved("Hello", guest=guest)
    await mails.deliver(after=A_WHILE)
    comment = await mails.site.posted("Hello again", guest=guest)
    assert comment["state"] == "approved"
    await mails.site.send(
        "PATCH", f"comments/{comment['id']}", {"body": "See https://x.example"}, guest=guest
    )

    (mail,) = await mails.deliver(after=A_WHILE)

    assert "See [link]" in texts(mail)[0]


async def test_no_link_and_no_address_of_a_stranger_is_in_a_digest(mails: Mailing) -> None:
    await mails.site.posted(
        "[press](https://evil.example/a) evil.com <b>www.evil.net</b> eve@evil.org ![x](https://evil.example/p.png)",
        author={"name": "buy.evil.com", "email": "tomasz@mail.example", "website": "https://evil.example"},
        page={**PAGE, "title": "Win at evil.biz"},
    )
    (mail,) = await mails.deliver(after=A_WHILE)

    for part in texts(mail):
        assert "evil" not in part
        assert "tomasz" not in part
        assert "<img" not in part
    assert {address.split("/")[2] for address in addresses(mail)} == {"talk.example"}


async def test_one_moderators_dead_mailbox_keeps_no_other_from_theirs(mails: Mailing) -> None:
    await mails.site.service.db.write(add_teo, mails.site.clock.now())
    mails.box.refused = {MIA: "550 no such user"}
    await mails.site.posted("Hello")

    arrived = await mails.deliver(after=A_WHILE)

    assert [str(mail["To"]) for mail in arrived] == [TEO]


def add_teo(session, at):  # type: ignore[no-untyped-def]
    add_moderator(session, site_by_name(session, "blog").id, TEO, at=at)


async def test_who_moderates_a_section_is_told_of_that_section_alone(mails: Mailing) -> None:
    here = update(Membership).values(sections='["/news/"]')
    await mails.site.service.db.write(lambda session: session.execute(here))
    await mails.site.posted("Elsewhere")
    assert await mails.deliver(after=A_WHILE) == []

    await mails.site.posted("Here", page={"url": "https://blog.example/news/a"})
    (mail,) = await mails.deliver(after=A_WHILE)

    assert str(mail["Subject"]) == "1 comment waits on blog.example"
    assert "Elsewhere" not in mail.as_string()


async def test_the_address_in_the_mail_shows_a_choice_and_decides_nothing(mails: Mailing) -> None:
    await mails.site.posted("One")
    (mail,) = await mails.deliver(after=A_WHILE)
    address = str(mail["List-Unsubscribe"]).strip("<>")
    assert address in addresses(mail)
    scanned = await mails.page(address)
    assert "At most once an hour" in scanned.text
    assert 'value="hourly" checked' in scanned.text

    saved = await mails.press(address, digest="daily")
    assert 'value="daily" checked' in saved.text

    await mails.site.posted("Two")
    assert await mails.deliver(after=2 * HOUR) == []
    assert len(await mails.deliver(after=24 * HOUR)) == 1


async def test_one_press_of_the_mail_program_ends_digests(mails: Mailing) -> None:
    await mails.site.posted("One")
    (mail,) = await mails.deliver(after=A_WHILE)
    address = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(TALK)

    answer = await mails.site.client.post(address, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    await mails.site.posted("Two")
    assert await mails.deliver(after=2 * HOUR) == []


@pytest.mark.parametrize("secret", ["x", "ZA", "d" * 64, "ä", "AAAA" * 20])
async def test_an_address_that_we_did_not_make_does_nothing(mails: Mailing, secret: str) -> None:
    problem = await mails.site.client.get(f"/mail/{secret}", headers={"accept": "application/json"})
    assert problem.json()["code"] == "ticket-unknown"
    assert (await mails.page(f"/mail/{secret}")).status_code == 404
    assert (await mails.press(f"/mail/{secret}", digest="never")).status_code == 404


async def test_a_ticket_is_good_for_its_own_site_only_as_long_as_one_moderates(mails: Mailing) -> None:
    await mails.site.posted("One")
    (mail,) = await mails.deliver(after=A_WHILE)
    await mails.site.service.db.write(lambda session: session.query(Membership).delete())

    assert (await mails.page(str(mail["List-Unsubscribe"]).strip("<>"))).status_code == 404


async def test_digests_are_in_the_sites_language(mails: Mailing) -> None:
    await mails.set(language="de")
    await mails.site.posted("Hallo")
    (mail,) = await mails.deliver(after=A_WHILE)

    assert str(mail["Subject"]) == "1 Kommentar wartet bei blog.example"
    page = await mails.page(str(mail["List-Unsubscribe"]).strip("<>"))
    assert '<html lang="de" dir="ltr">' in page.text
    assert "Höchstens stündlich" in page.text


async def test_four_hundred_at_once_are_one_mail_and_one_line_of_it(mails: Mailing) -> None:
    svc = mails.site.service
    card = await svc.db.read(site_card, "blog")
    drafts = [
        parse(
            card,
            Sender("", Credentials((), False, token_bytes(16), token_bytes(16)), svc.clock.now()),
            PostBody(Page(PAGE["url"]), f"Flood {number}", author=AuthorGiven(f"Guest {number}")),
            None,
            svc.keys,
            sends_mail=True,
        )
        for number in range(400)
    ]
    flood = [prepare(draft, svc.keys) for draft in drafts]

    def post(session: Session) -> set[str]:
        at = svc.clock.now()
        states = {post_comment(session, one, Rates(), at=at).comment.state for one in flood}
        guests = update(Comment).where(Comment.author_name.startswith("Guest"))
        session.execute(guests.values(similar_group=4_711))
        return states

    await mails.site.posted("Something else", guest=Guest("Ana"))
    assert await svc.db.write(post) == {"pending"}

    (mail,) = await mails.deliver(after=A_WHILE)
    assert str(mail["Subject"]) == "401 comments wait on blog.example"
    plain, html = texts(mail)
    listed = re.findall(r"^\* (.*?)(?: \d+)?( × \d+)? \(", plain, re.MULTILINE)
    assert sorted(listed) == [("Ana", ""), ("Guest", " × 400")]
    assert "× 400</bdi>" in html
    assert "more." not in plain
    assert await mails.deliver(after=2 * HOUR) == []


async def test_the_end_of_the_log_is_named_by_which_a_cut_is_found_later(mails: Mailing) -> None:
    svc = mails.site.service
    first, second = [await mails.site.posted(text) for text in ("One", "Two")]
    (mail,) = await mails.deliver(after=A_WHILE)
    assert "log of decisions" not in texts(mail)[0], "there is none yet"

    await mails.site.decide("approve", first["id"])
    await mails.site.posted("Three")
    (mail,) = await mails.deliver(after=HOUR)
    words = re.search(r"The log of decisions ends with (\S+)\.", " ".join(texts(mail)[0].split()))
    assert words is not None
    end = named(words[1])
    await mails.site.decide("spam", second["id"])

    site_id = (await svc.db.read(site_by_name, "blog")).id
    assert end is not None
    assert (await svc.db.scan(checked, svc.keys, site_id, end)).faults == []
    assert (await svc.db.scan(checked, svc.keys, site_id, (end[0], "0" * 32))).faults == [
        f"Entry {end[0]} is not the one that was the log's end."
    ]


async def test_a_digest_that_could_not_be_sent_is_sent_later_and_noted_once(mails: Mailing) -> None:
    mails.box.answer = "451 come back later"
    await mails.site.posted("Hello")
    assert await mails.deliver(after=A_WHILE) == []
    mails.box.answer = "250 Noted"

    assert len(await mails.deliver(after=timedelta(minutes=1))) == 1


async def test_nobody_is_told_who_wants_none(mails: Mailing) -> None:
    await mails.site.service.db.write(
        lambda session: session.execute(update(Membership).values(digest="never"))
    )
    await mails.site.posted("Hello")

    assert await mails.deliver(after=A_WHILE) == []
