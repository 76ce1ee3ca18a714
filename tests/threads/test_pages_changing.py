"""Forms about comments that are there: one's own to edit and delete, others' to vote on and report."""

import asyncio
from datetime import timedelta

import pytest

from comments.identity.models import Author
from comments.threads.models import Comment, Report
from tests.support.plain import OURS, PlainBrowser
from tests.support.site import Guest, SiteUnderTest
from tests.threads.plain_forms import HERE, WRITE, post, rows

pytestmark = pytest.mark.anyio


async def test_a_comment_is_edited_with_a_form(site: SiteUnderTest, reader: PlainBrowser) -> None:
    await post(reader, "Frist")

    form = await reader.follow("Edit")
    assert form.form_with("Save").fields["body"] == "Frist"
    preview = await reader.press("Preview", body="*First*")
    assert "This is how it will look. Not saved yet." in preview.text
    assert (await reader.press("Save", body=" ")).links("Comment: Write something first.") == ["#body"]
    page = await reader.press("Save", body="First")

    assert "Saved. Your comment waits for a moderator" in page.text
    assert "<p>First</p>" in page.source
    comment_id = page.url.rpartition("#comment-")[2]
    await site.decide("approve", comment_id)
    await reader.open(HERE)
    await reader.follow("Edit")
    assert "Saved." in (await reader.press("Save", body="Finest")).text
    assert "Finest" in (await site.client.get(HERE)).text


async def test_an_edit_that_is_held_says_that_others_see_the_old_text(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    page = await post(reader, "Harmless")
    await site.decide("approve", page.url.rpartition("#comment-")[2])
    await reader.open(HERE)
    await reader.follow("Edit")

    page = await reader.press("Save", body="https://spam.example")

    assert "The new text waits for a moderator; until then everybody sees the old one." in page.text
    assert "Harmless" in page.text
    assert (await reader.follow("Edit")).form_with("Save").fields["body"] == "https://spam.example"


async def test_the_time_to_edit_ends(site: SiteUnderTest, reader: PlainBrowser) -> None:
    page = await post(reader, "Hello")
    await site.decide("approve", page.url.rpartition("#comment-")[2])
    page = await reader.open(HERE)
    assert "until 12:15" in page.text
    await reader.follow("Edit")
    site.clock.advance(timedelta(minutes=16))

    late = await reader.press("Save", body="Hello again")

    assert late.status == 409
    assert "The time to edit this comment is over. You can reply to it instead." in late.text
    assert late.form_with("Save").fields["body"] == "Hello again"
    assert (await reader.open(HERE)).links("Edit") == []
    form = await reader.open(late.url)
    assert form.status == 409
    assert "The time to edit this comment is over." in form.text


async def test_deleting_is_one_press_and_can_be_undone(site: SiteUnderTest, reader: PlainBrowser) -> None:
    page = await post(reader, "Hello")
    assert page.text.count("Hello") == 1

    gone = await reader.press("Delete")
    assert "Deleted." in gone.text
    assert "Hello" not in gone.text
    assert "not here any more" not in gone.text
    back = await reader.press("Undo")

    assert "It is back." in back.text
    assert "Hello" in back.text
    assert await rows(site, Comment) == 1


async def test_deleting_an_answered_comment_leaves_a_place(site: SiteUnderTest, reader: PlainBrowser) -> None:
    page = await post(reader, "Question")
    comment_id = page.url.rpartition("#comment-")[2]
    await site.decide("approve", comment_id)
    await site.approved("Answer", parent_id=comment_id)
    await reader.open(f"/d/blog/comments/{comment_id}")

    page = await reader.press("Delete")

    assert "Deleted." in page.text
    assert "Deleted by its author" in page.text
    assert "Answer" in page.text
    assert "It is back." in (await reader.press("Undo")).text


async def test_opening_the_address_of_a_button_changes_nothing(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    page = await post(reader, "Hello")
    comment_id = page.url.rpartition("#comment-")[2]
    await site.decide("approve", comment_id)

    for what in ("delete", "restore", "vote", "report"):
        shown = await reader.open(f"/d/blog/comments/{comment_id}/{what}")
        assert shown.status == 200
        assert "Hello" in shown.text
    assert (await site.thread())["comments"][0]["state"] == "approved"


async def test_ones_own_comment_that_waits_again_stays_where_its_replies_are(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    page = await post(reader, "Question")
    comment_id = page.url.rpartition("#comment-")[2]
    await site.decide("approve", comment_id)
    await site.approved("Answer", guest=Guest("Ann", "203.0.113.9"), parent_id=comment_id)

    await site.decide("hold", comment_id)

    assert "Removed by a moderator" in (await site.client.get(HERE)).text
    page = await reader.open(HERE)
    assert page.source.count(f'id="comment-{comment_id}"') == 1
    assert "Removed by a moderator" not in page.text
    assert "Only you can see this." in page.text
    assert page.text.index("Question") < page.text.index("Answer")


async def test_what_is_not_ones_own_can_be_neither_seen_nor_changed(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    waiting = await site.posted("Waits")
    public = await site.approved("Public", guest=Guest("Ann", "203.0.113.9"))
    await reader.open(WRITE)
    token = reader.page.form_with("Post").fields["token"]
    ours = {"origin": OURS}

    for comment, status in ((waiting, 404), (public, 403)):
        address = f"/d/blog/comments/{comment['id']}"
        assert (await reader.open(f"{address}/edit")).status == status
        for what in ("edit", "delete", "restore"):
            for given in (token, ""):
                fields = {"token": given, "body": "Mine", "do": "save"}
                answer = await reader.client.post(f"{address}/{what}", data=fields, headers=ours)
                assert answer.status_code == (status if given else answer.status_code)
                assert answer.status_code in {403, 404}
                assert "Waits" not in answer.text
                assert waiting["id"] not in answer.text
    for what in ("vote", "report"):
        assert (await reader.open(f"/d/blog/comments/{waiting['id']}/{what}")).status == 404


async def test_a_vote_is_a_button_and_opening_its_page_changes_nothing(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    comment = await site.approved("Hello")
    await reader.open(f"{HERE}&sort=oldest")

    address = f"/d/blog/comments/{comment['id']}/vote"
    ask = await reader.open(address, referer=reader.page.url)
    assert address in reader.page.source
    assert "Vote for this comment?" in ask.text
    assert (await site.thread())["comments"][0]["score"] == 0
    assert await rows(site, Author) == 1
    page = await reader.press("Vote up")

    assert page.url.endswith(f"&sort=oldest#comment-{comment['id']}")
    assert 'aria-pressed="true" aria-label="Vote up, 1 vote"' in page.source
    await asyncio.gather(*(reader.send("Vote up, 1", page.form_with("Vote up, 1")) for _ in range(3)))
    assert (await site.thread())["comments"][0]["score"] == 0
    await reader.open(HERE)
    form = reader.page.form_with("Vote up, 0")
    answers = await asyncio.gather(*(reader.send("Vote up, 0", form) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert (await site.thread())["comments"][0]["score"] == 1


async def test_a_comment_can_be_voted_down_there(site: SiteUnderTest, reader: PlainBrowser) -> None:
    comment = await site.approved("Hello")
    await reader.open(f"/d/blog/comments/{comment['id']}/vote")

    await reader.press("Vote down")

    (shown,) = (await site.thread())["comments"]
    assert (shown["score"], shown["downvotes"]) == (-1, 1)


async def test_two_presses_by_a_new_reader_are_one_vote(site: SiteUnderTest, reader: PlainBrowser) -> None:
    comment = await site.approved("Hello")
    form = (await reader.open(f"/d/blog/comments/{comment['id']}/vote")).form_with("Vote up")

    answers = await asyncio.gather(*(reader.send("Vote up", form) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {303}
    assert (await site.thread())["comments"][0]["score"] == 1


async def test_one_does_not_vote_on_or_report_ones_own(site: SiteUnderTest, reader: PlainBrowser) -> None:
    page = await post(reader, "Hello")
    comment_id = page.url.rpartition("#comment-")[2]
    await site.decide("approve", comment_id)

    page = await reader.open(HERE)
    assert page.links("Report") == []
    assert "0 votes" in page.text

    await reader.open(f"/d/blog/comments/{comment_id}/vote")
    refused = await reader.press("Vote up")
    assert refused.status == 403
    assert "Nobody votes on their own comment." in refused.text


async def test_a_report_has_a_reason_and_is_thanked_for(site: SiteUnderTest, reader: PlainBrowser) -> None:
    await site.approved("Rude")
    await reader.open(HERE)
    form = await reader.follow("Report")
    assert "What is wrong with it?" in form.text
    assert await rows(site, Report) == 0

    unclear = await reader.press("Send report", note="Look at this")
    assert unclear.status == 422
    assert "Please choose one." in unclear.text
    assert unclear.form_with("Send report").fields["note"] == "Look at this"
    page = await reader.press("Send report", reason="abuse")

    assert "Thank you. A moderator will look at it." in page.text
    assert await rows(site, Report) == 1
    assert "Rude" in (await site.client.get(HERE)).text


async def test_nothing_that_a_form_says_leads_away(site: SiteUnderTest, reader: PlainBrowser) -> None:
    comment = await site.approved("Hello")
    elsewhere = (
        "https://evil.example/",
        "//evil.example",
        "/moderate",
        "/d/blog/../../x",
        "/d/blogger?url=x",
    )
    for back in elsewhere:
        await reader.open(f"/d/blog/comments/{comment['id']}/vote")
        answer = await reader.send("Vote up", back=back)
        assert answer.headers["location"].startswith("/d/blog?url=https%3A%2F%2Fblog.example%2Fa&around=")
