"""Posting: who may, what becomes of it, and what a repeat is."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.threads.events import ThreadChanged
from comments.threads.models import Comment
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

KEY = "0123456789abcdef012345"


async def test_a_first_comment_waits_for_a_moderator(site: SiteUnderTest) -> None:
    response = await site.post("Hello *there*")

    assert response.status_code == 201
    assert response.json()["comment"]["state"] == "pending"
    assert response.json()["comment"]["reasons"] == ["First comment"]
    assert response.json()["comment"]["waits_for"] == [{"rule": "first-comment", "n": None}]
    assert await site.shown() == []


async def test_an_approved_author_is_not_read_first_again(site: SiteUnderTest) -> None:
    jonas = Guest()
    await site.approved("First", guest=jonas)

    second = await site.posted("Second", guest=jonas)

    assert second["state"] == "approved"
    assert await site.shown(sort="oldest") == ["<p>First</p>", "<p>Second</p>"]


async def test_a_known_author_under_a_new_name_is_read_first(site: SiteUnderTest) -> None:
    jonas = Guest()
    await site.approved("First", guest=jonas)

    assert (await site.posted("Second", guest=jonas, author={"name": "Somebody"}))["state"] == "pending"


async def test_a_moderators_post_is_public_at_once_with_a_badge(site: SiteUnderTest) -> None:
    comment = await site.said("Welcome")

    assert comment["state"] == "approved"
    assert comment["author"]["badge"] == "moderator"
    assert comment["author"]["name"] == "Mia Lindqvist"


async def test_reading_creates_nothing(site: SiteUnderTest) -> None:
    empty = (await site.thread())["thread"]

    assert empty["id"] is None
    assert empty["comment_count"] == 0


async def test_a_reply_stands_under_what_it_answers(site: SiteUnderTest) -> None:
    root = await site.said("Root")
    reply = await site.said("Reply", parent_id=root["id"])

    (shown,) = (await site.thread())["comments"]

    assert shown["replies"]["total"] == 1
    assert shown["replies"]["comments"][0]["id"] == reply["id"]
    assert reply["reply_to"] == {"id": root["id"], "name": "Mia Lindqvist"}
    assert (await site.thread())["thread"]["comment_count"] == 2


async def test_a_comment_that_waits_cannot_be_answered(site: SiteUnderTest) -> None:
    waiting = await site.posted()

    answer = await site.post("Reply", parent_id=waiting["id"])

    assert answer.status_code == 409
    assert answer.json()["code"] == "parent-not-public"


async def test_a_reply_belongs_to_its_parents_page(site: SiteUnderTest) -> None:
    root = await site.said("Root")
    other = {"url": f"{ORIGIN}/other"}
    await site.said("There", page=other)

    answer = await site.post("Reply", parent_id=root["id"], page=other)

    assert answer.status_code == 409
    assert answer.json()["code"] == "parent-elsewhere"


async def test_fifty_posts_at_once_are_all_kept(site: SiteUnderTest) -> None:
    root = await site.said("Root")
    token = f"Bearer {await site.moderator()}"

    answers = await asyncio.gather(
        *(
            site.post(f"Reply {n}", parent_id=root["id"] if n % 2 else None, authorization=token)
            for n in range(50)
        )
    )

    assert {answer.status_code for answer in answers} == {201}
    thread = await site.thread(limit=100, sort="oldest")
    assert thread["thread"]["comment_count"] == 51
    assert thread["comments"][0]["replies"]["total"] == 25
    assert len(thread["comments"]) == 26


async def test_posts_of_many_at_once_are_each_judged_counted_and_refused_by_themselves(
    site: SiteUnderTest,
) -> None:
    await site.set(first_comments_held="0", proof_of_work="no")
    root, inner = await site.said("Root"), await site.posted("It waits", guest=Guest("Waits"))
    below = await site.said("Below", parent_id=root["id"])
    await site.decide("remove", inner["id"])
    parents = [None, root["id"], below["id"], inner["id"]]

    guests = [Guest(f"Guest {n}") for n in range(24)]
    heard: list[object] = []
    site.service.db.subscribe(heard.extend)

    async def all_post(words: str) -> int:
        heard.clear()
        answers = await asyncio.gather(
            *(
                site.post(f"Number {n} {words} {n}", parent_id=parents[n % 4], guest=guest)
                for n, guest in enumerate(guests)
            )
        )
        assert [answer.status_code for answer in answers] == [201, 201, 201, 409] * 6
        return sum(isinstance(change, ThreadChanged) for change in heard)

    # First as newcomers, then with the tokens that they were given.
    commits = [await all_post("speaks of"), await all_post("speaks again of")]

    assert commits == [18, 18]
    thread = await site.thread(limit=100, sort="oldest")
    assert thread["thread"]["comment_count"] == 2 + 36
    assert thread["comments"][0]["replies"]["total"] == 1 + 24
    versions = await site.service.db.read(_versions)
    assert len(set(versions)) == len(versions) == 38
    assert max(versions) == thread["thread"]["version"]


def _versions(session: Session) -> list[int]:
    return list(session.scalars(select(Comment.content_version).where(Comment.state == "approved")))


async def test_posts_that_open_the_same_page_at_once_share_its_thread(site: SiteUnderTest) -> None:
    token = f"Bearer {await site.moderator()}"

    answers = await asyncio.gather(*(site.post(f"First {n}", authorization=token) for n in range(8)))

    assert {answer.status_code for answer in answers} == {201}
    assert (await site.thread())["thread"]["comment_count"] == 8


async def test_the_same_key_makes_the_same_comment_and_a_fresh_token(site: SiteUnderTest) -> None:
    first = await site.post("Once", guest=Guest(), idempotency_key=KEY)
    again = await site.post("Once", guest=Guest(), idempotency_key=KEY)

    assert again.status_code == 201
    assert again.json()["comment"]["id"] == first.json()["comment"]["id"]
    assert again.json()["token"] != first.json()["token"]
    mine = await site.get("me", guest=Guest(token=again.json()["token"]), url=PAGE["url"])
    assert [comment["id"] for comment in mine.json()["waiting"]] == [first.json()["comment"]["id"]]


async def test_the_same_key_with_another_text_is_refused(site: SiteUnderTest) -> None:
    await site.post("Once", idempotency_key=KEY)

    answer = await site.post("Twice", idempotency_key=KEY)

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency-key-reused"


async def test_a_key_is_forgotten_after_a_day(site: SiteUnderTest) -> None:
    first = await site.posted("Once", idempotency_key=KEY)
    site.clock.advance(timedelta(hours=25))
    await site.service.db.write(_forget_keys)

    assert (await site.posted("Twice", idempotency_key=KEY))["id"] != first["id"]


def _forget_keys(session: object) -> None:
    from sqlalchemy import update
    from sqlalchemy.orm import Session

    from comments.threads.models import Comment

    assert isinstance(session, Session)
    session.execute(update(Comment).values(post_key=None))


async def test_a_short_key_is_refused(site: SiteUnderTest) -> None:
    answer = await site.post("Once", idempotency_key="guessable")

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency-key-short"


async def test_the_same_text_within_a_minute_is_the_same_comment(site: SiteUnderTest) -> None:
    first = await site.post("Once", guest=Guest())
    again = await site.post("Once", guest=Guest())

    assert again.json()["comment"]["id"] == first.json()["comment"]["id"]
    assert "token" not in again.json()
    site.clock.advance(timedelta(seconds=61))
    assert (await site.posted("Once", guest=Guest()))["id"] != first.json()["comment"]["id"]


async def test_the_same_text_of_somebody_else_is_another_comment(site: SiteUnderTest) -> None:
    first = await site.posted("Me too", guest=Guest())
    other = await site.posted("Me too", guest=Guest(address="198.51.100.1"))

    assert other["id"] != first["id"]


@pytest.mark.parametrize(
    "name",
    ["Mia Lindqvist", "mia lindqvist", "Міа Lindqvіst", "M1a\u200b L1ndqvist ✓", "MODERATOR", "rnoderator"],
)
async def test_a_moderators_name_cannot_be_taken(site: SiteUnderTest, name: str) -> None:
    await site.moderator()

    answer = await site.post(author={"name": name})

    assert answer.status_code == 422
    assert answer.json()["code"] == "name-reserved"
    assert answer.json()["errors"] == {
        "author.name": "This name belongs to the author here. Please choose another."
    }


async def test_a_guest_needs_a_name(site: SiteUnderTest) -> None:
    answer = await site.post(author={"name": "  "})

    assert answer.status_code == 422
    assert answer.json()["code"] == "name-missing"


async def test_a_page_of_another_site_is_refused_and_both_are_named(site: SiteUnderTest) -> None:
    answer = await site.post(page={"url": "https://evil.example/a"})

    assert answer.status_code == 403
    assert answer.json()["code"] == "page-refused"
    assert "https://evil.example" in answer.json()["detail"]
    assert ORIGIN in answer.json()["detail"]


async def test_nobody_hangs_one_pages_discussion_under_another(site: SiteUnderTest) -> None:
    await site.said("About one", page={"url": f"{ORIGIN}/one", "identifier": "one"})
    await site.said("About two", page={"url": f"{ORIGIN}/two", "identifier": "two"})

    await site.post("Mixed", page={"url": f"{ORIGIN}/two", "identifier": "one"})
    await site.post("New", page={"url": f"{ORIGIN}/three", "identifier": "one"})

    assert await site.shown(url=f"{ORIGIN}/one") == ["<p>About one</p>"]
    assert await site.shown(url=f"{ORIGIN}/two") == ["<p>About two</p>"]
    assert (await site.thread(url=f"{ORIGIN}/three"))["thread"]["id"] is None


async def test_a_guests_title_is_provisional_until_a_comment_is_approved(site: SiteUnderTest) -> None:
    waiting = await site.posted()
    before = await site.thread()
    await site.decide("approve", waiting["id"])
    after = await site.thread()

    assert before["thread"]["title"] is None
    assert after["thread"]["title"] == "A"


async def test_a_closed_site_takes_no_comments(site: SiteUnderTest) -> None:
    await site.set(closed="yes")

    answer = await site.post()

    assert answer.status_code == 403
    assert answer.json()["code"] == "thread-closed"


async def test_a_rule_can_refuse(site: SiteUnderTest) -> None:
    await site.set(refuse_words="casino")

    answer = await site.post("Come to the casino")

    assert answer.status_code == 403
    assert answer.json()["code"] == "post-refused"


async def test_spam_reads_as_waiting_to_its_author(site: SiteUnderTest) -> None:
    await site.set(spam_words="casino")
    guest = Guest()

    assert (await site.posted("Come to the casino", guest=guest))["state"] == "pending"
    mine = (await site.get("me", guest=guest, url=PAGE["url"])).json()
    assert [comment["state"] for comment in mine["waiting"]] == ["pending"]


async def test_an_unknown_token_is_a_clean_refusal(site: SiteUnderTest) -> None:
    for token in ("Bearer g_garbage", "Bearer m_garbage"):
        answer = await site.post(authorization=token)
        assert answer.status_code == 401
        assert answer.json()["code"] == "token-unknown"
    assert (await site.post(authorization="Basic x")).json()["code"] == "token-malformed"


async def test_a_token_ends_twelve_months_after_its_last_use(site: SiteUnderTest) -> None:
    guest = Guest()
    await site.posted("One", guest=guest)
    site.clock.advance(timedelta(days=300))
    await site.posted("Two", guest=guest)
    site.clock.advance(timedelta(days=300))
    await site.posted("Three", guest=guest)
    site.clock.advance(timedelta(days=366))

    assert (await site.post("Four", guest=guest)).status_code == 401


async def test_an_author_is_not_told_which_word_of_the_list_they_used(site: SiteUnderTest) -> None:
    await site.set(hold_words="casino")

    comment = await site.posted("Come to the casino")

    assert comment["reasons"] == ["First comment"]
    assert [reason["rule"] for reason in comment["waits_for"]] == ["first-comment"]
