"""Writing in a discussion with a form alone: posting, preview, and what can be wrong."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.identity.models import Author, GuestToken
from comments.limits import Rate
from comments.threads.models import Comment, Thread
from tests.support.plain import OURS, PlainBrowser, cookie_of, plain_browser
from tests.support.site import ORIGIN, Guest, SiteUnderTest, running_site
from tests.threads.plain_forms import HERE, WRITE, post, rows

pytestmark = pytest.mark.anyio

ADDRESS = "198.51.100.20"


async def test_the_form_belongs_to_a_cookie_that_no_script_can_read(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    form = await reader.open(WRITE)

    assert form.status == 200
    assert form.answer.headers["cache-control"] == "no-store"
    cookie = cookie_of(form.answer)
    assert re.match(r"guest-blog=g_[\w-]{43};", cookie)
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    again = await reader.open(WRITE)
    assert cookie_of(again.answer) == ""
    assert await rows(site, Author) == await rows(site, GuestToken) == await rows(site, Thread) == 0


async def test_a_first_comment_waits_and_its_author_alone_sees_it(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    page = await post(reader, "Hello **there**")

    comment_id = page.url.rpartition("#comment-")[2]
    told = (
        "Thank you, Jonas. Your comment waits for a moderator, because it is your first one here. "
        "You can see it below, and edit it until then."
    )
    assert told in page.text
    assert "Waiting for a moderator" in page.text
    assert "Only you can see this." in page.text
    assert f'<li class="item is-waiting" id="comment-{comment_id}">' in page.source
    assert "<p>Hello <strong>there</strong></p>" in page.source
    assert "Hello" not in (await site.client.get(HERE)).text
    await site.decide("approve", comment_id)
    assert "Only you can see this." not in (await reader.open(HERE)).text
    assert "Hello" in (await site.client.get(HERE)).text


async def test_a_known_guest_is_public_at_once_and_need_not_say_their_name_again(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    first = await post(reader, "First")
    await site.decide("approve", first.url.rpartition("#comment-")[2])

    form = await reader.open(WRITE)
    assert form.form_with("Post").fields["name"] == "Jonas"
    page = await reader.press("Post", body="Second")

    assert "Posted." in page.text
    assert "Second" in (await site.client.get(HERE)).text
    assert await rows(site, Author) == 1


async def test_why_a_comment_waits_is_told_in_words(site: SiteUnderTest, reader: PlainBrowser) -> None:
    first = await post(reader, "First")
    await site.decide("approve", first.url.rpartition("#comment-")[2])

    links = await post(reader, "https://one.example and https://two.example")
    assert "waits for a moderator, because it has 2 links." in links.text

    await site.set(hold_all="yes")
    page = await post(reader, "Third")
    assert "waits for a moderator, because comments on this page are read first." in page.text
    assert "Comments on this page are read by a moderator" in (await reader.open(WRITE)).text


async def test_a_preview_shows_and_keeps_everything_and_stores_nothing(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    form = await reader.open(WRITE)
    before = form.form_with("Post").fields["key"]

    page = await reader.press("Preview", body="One\n\n> *two*", name="", email="a@b.example")

    assert page.status == 200
    assert "This is how it will look. Not posted yet." in page.text
    assert "<blockquote><p><em>two</em></p></blockquote>" in re.sub(r">\s+<", "><", page.source)
    kept = page.form_with("Post").fields
    assert (kept["body"], kept["email"], kept["key"]) == ("One\n\n> *two*", "a@b.example", before)
    assert await rows(site, Comment) == 0
    assert "Thank you, Ines." in (await reader.press("Post", name="Ines")).text


async def test_all_faults_are_named_at_once_and_nothing_is_lost(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.moderator()
    text = "é" * 10_214
    await reader.open(WRITE)

    page = await reader.press("Post", body=text, name="Mia Lindqvist", email="nonsense")

    assert page.status == 422
    assert re.search(r'id="told" role="alert" tabindex="-1"', page.source)
    assert "Not posted yet. Please look at this:" in page.text
    assert page.links("Comment: Please shorten this by 214 characters.") == ["#body"]
    assert page.links("Name: This name belongs to the author here. Please choose another.") == ["#name"]
    assert page.links("E-mail: Please check this address, or leave it out.") == ["#email"]
    kept = page.form_with("Post").fields
    assert (kept["body"], kept["name"], kept["email"]) == (text, "Mia Lindqvist", "nonsense")
    fixed = await reader.press("Post", body="é" * 10_000, name="Mia L", email="")
    assert "Thank you, Mia L." in fixed.text


async def test_an_empty_form_asks_for_text_and_name(site: SiteUnderTest, reader: PlainBrowser) -> None:
    page = await post(reader, "  \n ", name=" ")

    assert page.status == 422
    assert page.links("Comment: Write something first.") == ["#body"]
    assert page.links("Name: Please give a name.") == ["#name"]


async def test_a_double_click_posts_once(site: SiteUnderTest, reader: PlainBrowser) -> None:
    form = (await reader.open(WRITE)).form_with("Post")

    answers = await asyncio.gather(*(reader.send("Post", form, body="Hello", name="Jonas") for _ in range(4)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await rows(site, Comment) == await rows(site, GuestToken) == await rows(site, Author) == 1
    assert "Only you can see this." in (await reader.arrive(answers[-1])).text


async def test_who_sends_it_again_without_cookies_is_thanked_and_not_told_that_it_is_gone(
    site: SiteUnderTest,
) -> None:
    for _ in range(2):
        async with plain_browser(site.app, **{"x-forwarded-for": ADDRESS}) as reader:
            page = await post(reader, "Hello")

    assert "Thank you. Your comment waits for a moderator." in page.text
    assert "is not here any more" not in page.text
    assert await rows(site, Comment) == 1


async def test_a_form_sent_again_with_another_text_asks_and_then_posts_it_too(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    form = (await reader.open(WRITE)).form_with("Post")
    await reader.press("Post", form, body="One", name="Jonas")

    page = await reader.press("Post", form, body="Two", name="Jonas")
    assert page.status == 422
    assert "This form was sent before, with another text." in page.text
    assert page.form_with("Post").fields["body"] == "Two"

    await reader.press("Post")
    assert await rows(site, Comment) == 2


async def test_a_reply_names_what_it_answers_and_stands_below_it(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    parent = await site.approved("A question", guest=Guest("Ann"))
    await reader.open(HERE)

    form = await reader.follow("Reply")
    assert "Reply to Ann" in form.text
    assert "<p>A question</p>" in form.source
    page = await reader.press("Post reply", body="An answer", name="Jonas")

    assert page.source.index("A question") < page.source.index("An answer")
    assert f"#comment-{parent['id']}" in page.source
    await site.decide("approve", page.url.rpartition("#comment-")[2])
    (shown,) = (await site.thread())["comments"]
    assert shown["replies"]["comments"][0]["html"] == "<p>An answer</p>"


async def test_what_is_answered_may_be_gone_before_or_after(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    parent = await site.approved("A question")
    await reader.open(f"{WRITE}&reply_to={parent['id']}")
    await site.decide("remove", parent["id"])

    page = await reader.press("Post reply", body="An answer", name="Jonas")
    assert page.status == 409
    assert "The comment you wanted to answer is not here any more." in page.text
    assert page.form_with("Post").fields["body"] == "An answer"
    assert "Thank you, Jonas." in (await reader.press("Post comment")).text

    form = await reader.open(f"{WRITE}&reply_to={parent['id']}")
    assert "The comment you wanted to answer is not here any more." in form.text
    assert "reply_to" not in form.form_with("Post").fields


async def test_too_fast_says_how_long_and_keeps_the_text(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    async with (
        running_site(database_url, clock, tmp_path, rate_limits=True) as site,
        plain_browser(site.app, **{"x-forwarded-for": ADDRESS}) as reader,
    ):
        while not site.service.limits.hit(Rate.POST, ADDRESS):
            pass
        page = await post(reader, "Hello")

        assert page.status == 429
        assert re.search(r"A moment, please\. You can post again in \d+ seconds?\.", page.text)
        assert "Your text is below, untouched." in page.text
        assert int(page.answer.headers["retry-after"]) > 0
        assert page.form_with("Post").fields["body"] == "Hello"


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", "null", ""])
async def test_only_our_own_pages_may_send_a_form(
    site: SiteUnderTest, reader: PlainBrowser, origin: str
) -> None:
    comment = await site.approved("Hello")
    form = (await reader.open(WRITE)).form_with("Post")
    headers = {"origin": origin} if origin else {}
    vote = f"/d/blog/comments/{comment['id']}/vote"

    answers = [
        await reader.client.post(
            "/d/blog/write", data={**form.fields, "body": "x", "name": "x"}, headers=headers
        ),
        await reader.client.post(vote, data={"token": form.fields["token"], "value": "1"}, headers=headers),
    ]

    for answer in answers:
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert OURS in answer.text
        assert (origin or "nowhere") in answer.text
    assert await rows(site, Comment) == 1


async def test_a_form_without_its_cookie_keeps_the_text_and_works_the_second_time(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await reader.open(WRITE)
    reader.client.cookies.clear()

    page = await reader.press("Post", body="Hello", name="Jonas")

    assert page.status == 403
    assert "or this browser keeps no cookies. Please send it again." in page.text
    assert page.form_with("Post").fields["body"] == "Hello"
    assert await rows(site, Comment) == 0
    assert "Thank you, Jonas." in (await reader.press("Post")).text


async def test_one_browsers_form_is_nothing_to_another(site: SiteUnderTest, reader: PlainBrowser) -> None:
    form = (await reader.open(WRITE)).form_with("Post")
    async with plain_browser(site.app) as other:
        await other.open(WRITE)

        page = await other.press("Post", form, body="Hello", name="Jonas")

        assert page.status == 403
    assert await rows(site, Comment) == 0


async def test_a_cookie_that_has_ended_is_taken_back(site: SiteUnderTest, reader: PlainBrowser) -> None:
    await post(reader, "Hello")
    site.clock.advance(timedelta(days=366))

    page = await reader.open(HERE)

    assert page.status == 401
    assert "Go back, reload the page, and try again." in page.text
    assert 'guest-blog=""' in cookie_of(page.answer)
    assert (await reader.open(HERE)).status == 200


async def test_a_long_text_in_another_script_can_be_sent(site: SiteUnderTest, reader: PlainBrowser) -> None:
    """As form fields alone it would be three times as long as a request may be."""
    form = (await reader.open(WRITE)).form_with("Post")
    assert 'enctype="multipart/form-data"' in reader.page.source
    fields = {**form.fields, "body": "夜" * 10_000, "name": "Mei", "do": "post"}

    answer = await reader.client.post(
        "/d/blog/write",
        files={name: (None, value) for name, value in fields.items()},
        headers={"origin": OURS},
    )

    assert answer.status_code == 303, answer.text


async def test_a_strangers_form_waits_without_a_proof_and_its_reader_is_told_before(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.set(first_comments_held="0")
    form = await reader.open(WRITE)
    site.clock.advance(timedelta(seconds=5))
    await reader.press("Post", body="Hello", name="Jonas")

    assert "is read by a moderator before it appears" in form.text
    assert await reasons_of(site, "pending") == [["No proof of work"]]


async def test_a_form_sent_at_once_waits_and_its_time_goes_on_in_the_preview(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.set(first_comments_held="0", proof_of_work="no")
    await reader.open(WRITE)
    await reader.press("Post", body="At once", name="Jonas")

    await reader.open(WRITE)
    site.clock.advance(timedelta(seconds=5))
    await reader.press("Preview", body="After a look", name="Jonas")
    await reader.press("Post")

    assert await reasons_of(site, "pending") == [["Written within 3 seconds"]]
    assert await reasons_of(site, "approved") == [[]]


async def test_a_field_that_nobody_meets_takes_a_programs_comment_silently(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    form = await reader.open(WRITE)
    page = await reader.press("Post", body="Buy", name="Bot", website="https://spam.example")

    trap = re.search(r'<div class="visually-hidden" aria-hidden="true">.*?</div>', form.source, re.DOTALL)
    assert trap is not None
    assert 'name="website" tabindex="-1" autocomplete="off"' in trap.group()
    assert "Waiting for a moderator" in page.text
    assert await reasons_of(site, "pending") == await reasons_of(site, "spam") == []
    assert await site.shown() == []


async def reasons_of(site: SiteUnderTest, state: str) -> list[list[str]]:
    """Return why the comments of a queue wait, the newest first."""
    token = f"Bearer {await site.moderator()}"
    answer = await site.client.get(
        site.path("moderation/comments"), params={"state": state}, headers={"authorization": token}
    )
    return [comment["reasons"] for comment in answer.json()["comments"]]
