"""Attacks by people nobody has approved: bots, floods, edits, names, titles, and mail to others."""

import re
from functools import partial
from urllib.parse import urlencode

import httpx2 as httpx
import pytest

from tests.defence.stronghold import SPAM, Site, Stronghold, at_once, wait_for
from tests.support.plain import Page

pytestmark = pytest.mark.slow

LINK = f"Cheap {SPAM}: https://{SPAM}.example/buy and https://{SPAM}.example/more"


def test_a_naive_form_bot(hold: Stronghold) -> None:
    """It fetches the form's page, fills in every field there is, and sends it, on thirty pages."""
    site = hold.site()
    reader = site.regular()

    with site.watched(pages=30) as watch:
        answers = form_bot(hold, site, website=f"https://{SPAM}.example")
        genuine = site.posted(reader, "It was built in 1890, says the plaque.", on=1)

    assert set(answers) <= {303, 403, 422}
    assert 303 in answers
    assert watch.saw_no_spam
    assert site.state_of(genuine["id"]) == "approved"
    # It filled in what nobody sees: taken silently, it is in no queue and in no mail.
    assert site.queue("pending") == []
    assert site.queue("spam") == []
    hold.let_time_pass()
    wait_for(hold.is_idle)
    assert site.mails() == []


def test_a_form_bot_that_knows_the_trap(hold: Stronghold) -> None:
    """It does the same, and leaves alone what people do not see."""
    site = hold.site()
    reader = site.regular()

    with site.watched(pages=30) as watch:
        answers = form_bot(hold, site, website="")
        genuine = site.posted(reader, "It was built in 1890, says the plaque.", on=1)

    assert set(answers) <= {303, 403, 422}
    assert 303 in answers
    assert watch.saw_no_spam
    assert site.state_of(genuine["id"]) == "approved"
    assert site.mails_in_the_end() == 1


def form_bot(hold: Stronghold, site: Site, *, website: str) -> list[int]:
    """Send the form of thirty pages with a link; return the statuses of the answers."""

    def attack(number: int) -> int:
        headers = {"x-forwarded-for": hold.address(), "origin": "https://talk.example"}
        place = f"{hold.service.base_url}/d/{site.name}/write?{urlencode({'url': site.page(number)})}"
        page = hold.client.get(place, headers=headers)
        # Over plain HTTP a client sends no cookie that is for HTTPS alone: what it got goes along by hand.
        headers["cookie"] = page.headers["set-cookie"].partition(";")[0]
        form = Page(page).form_with("Post")
        filled = {name: value or f"bot@{SPAM}.example" for name, value in form.fields.items()}
        filled |= {"body": LINK, "name": f"Offer {number}", "website": website, "do": "post"}
        to = f"{hold.service.base_url}{httpx.URL(form.action).raw_path.decode()}"
        return hold.client.post(to, data=filled, headers=headers).status_code

    return at_once([partial(attack, number) for number in range(30)])


def test_400_posts_in_a_minute_from_50_addresses(hold: Stronghold) -> None:
    site = hold.site()
    reader, newcomer = site.regular(), site.somebody("Lena")
    bots = [hold.address() for _ in range(50)]

    def attack(number: int) -> int:
        who = site.somebody(f"Bot {number}")
        who.address = bots[number % 50]
        return site.post(who, f"{number} {LINK}", on=number % 20).status_code

    acts = [partial(attack, number) for number in range(400)]
    with site.watched(pages=20) as watch:
        answers = at_once(acts[:390])
        genuine = [
            site.posted(reader, "The second arch was mended after the flood.", on=3),
            site.posted(newcomer, "My grandfather worked there.", on=3),
        ]
        answers += at_once(acts[390:])

    assert set(answers) <= {201, 429}
    assert watch.saw_no_spam
    # Held while the flood lasts, and found by who looks.
    assert {site.state_of(comment["id"]) for comment in genuine} <= {"approved", "pending"}
    assert site.mails_in_the_end() == 1


@pytest.mark.parametrize("first", ["", ".", "Nice article!"])
def test_an_empty_post_and_links_edited_in(hold: Stronghold, first: str) -> None:
    site = hold.site()
    who = site.somebody()
    with site.watched() as watch:
        answer = site.post(who, first)
        if answer.status_code == 201:
            comment = answer.json()["comment"]
            assert site.edit(who, comment["id"], LINK).status_code == 200
            assert "link" in str(site.queue("pending")[0]["reasons"])
            # Who looked at the harmless text approves that one alone.
            seen = [{"id": comment["id"], "expected_version": 1}]
            late = site.send("POST", "moderation/decisions", {"decisions": seen, "decision": "approve"}, None)
            assert (late.status_code, late.json()["code"]) == (409, "already-handled")

    assert answer.status_code == (201 if first else 422)
    assert watch.saw_no_spam


@pytest.mark.parametrize("held", ["1", "0"])
def test_links_in_the_name(hold: Stronghold, held: str) -> None:
    """Also on a site that holds no first comments."""
    site = hold.site(first_comments_held=held)
    names = [f"{SPAM}.com", f"https://{SPAM}.example", f"www.{SPAM}.net", f"Ana ({SPAM}.org)"]
    with site.watched() as watch:
        for name in names:
            site.posted(site.somebody(name), "What a lovely bridge.")
        website = {"website": f"https://{SPAM}.example"}
        site.posted(site.somebody("Ana"), "What a lovely river.", author=website)

    assert watch.saw_no_spam
    assert len(site.queue("pending")) == len(names) + 1


def test_spam_in_the_page_that_a_comment_opens(hold: Stronghold) -> None:
    """A comment says which page it is on, and what that is called; while it waits nobody reads either."""
    site = hold.site()
    with site.watched() as watch:
        site.posted(site.somebody(), "Hello", title=f"Buy {SPAM} now")

    assert watch.saw_no_spam


def test_the_same_text_on_30_pages(hold: Stronghold) -> None:
    site = hold.site()
    text = (
        f"I tried {SPAM} for three weeks and can only tell everybody here how much better I sleep since then."
    )
    with site.watched(pages=30) as watch:
        acts = [partial(site.posted, site.somebody(f"Guest {n}"), text, on=n) for n in range(30)]
        at_once(acts)

    assert watch.saw_no_spam
    waiting = site.queue("pending")
    assert len(waiting) == 30
    assert sum("imilar" in str(one["reasons"]) or "same" in str(one["reasons"]) for one in waiting) >= 20
    assert site.mails_in_the_end() == 1


def test_mail_to_somebody_who_never_asked_for_it(hold: Stronghold) -> None:
    """Thirty comments that wish for mail about replies, all with a stranger's address."""
    site = hold.site()
    victim = f"victim@{site.name}.example"
    author = {"email": victim, "notify": True}
    with site.watched() as watch:
        for number in range(30):
            site.posted(site.somebody(f"Guest {number}"), f"{number} {LINK}", author=author)

    assert watch.saw_no_spam
    assert site.mails_in_the_end() == 1
    assert [mail for mail in hold.box.mails if victim in str(mail["To"])] == []
    assert not re.search(SPAM, site.mails()[0].as_string().partition("\n\n")[0])
