"""Votes and reports."""

import asyncio

import pytest

from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def vote(site: SiteUnderTest, comment_id: str, value: int, guest: Guest) -> dict[str, int]:
    answer = await site.send("PUT", f"comments/{comment_id}/vote", {"value": value}, guest=guest)
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()
    return found


async def test_a_vote_can_be_changed_and_taken_back(site: SiteUnderTest) -> None:
    comment = await site.said()
    guest = Guest()

    assert (await vote(site, comment["id"], 1, guest))["score"] == 1
    assert (await vote(site, comment["id"], 1, guest))["score"] == 1
    assert (await vote(site, comment["id"], -1, guest))["score"] == -1
    assert (await vote(site, comment["id"], 0, guest))["score"] == 0
    (shown,) = (await site.thread())["comments"]
    assert (shown["upvotes"], shown["downvotes"]) == (0, 0)


async def test_the_first_vote_gives_a_token_and_no_other_does(site: SiteUnderTest) -> None:
    comment = await site.said()
    guest = Guest()

    assert (await vote(site, comment["id"], 1, guest))["token"]
    assert "token" not in await vote(site, comment["id"], -1, guest)
    mine = (await site.get("me", guest=guest, ids=comment["id"])).json()
    assert mine["votes"] == {comment["id"]: -1}


async def test_three_guests_of_an_address_are_counted(site: SiteUnderTest) -> None:
    comment = await site.said()
    household = [Guest() for _ in range(5)]

    for guest in household:
        last = await vote(site, comment["id"], 1, guest)

    assert last["score"] == 3
    assert (await vote(site, comment["id"], 0, household[4]))["score"] == 3
    assert (await vote(site, comment["id"], 0, household[0]))["score"] == 2


async def test_votes_at_once_are_all_counted(site: SiteUnderTest) -> None:
    comment = await site.said()
    guests = [Guest(address=f"198.51.100.{number}") for number in range(20)]

    await asyncio.gather(*(vote(site, comment["id"], 1, guest) for guest in guests))

    (shown,) = (await site.thread())["comments"]
    assert shown["upvotes"] == 20


async def test_nobody_votes_on_their_own_comment(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved(guest=guest)

    answer = await site.send("PUT", f"comments/{comment['id']}/vote", {"value": 1}, guest=guest)

    assert (answer.status_code, answer.json()["code"]) == (403, "own-comment")


async def test_what_is_not_public_cannot_be_voted_on_or_reported(site: SiteUnderTest) -> None:
    waiting = await site.posted()

    for method, rest, body in (("PUT", "vote", {"value": 1}), ("POST", "reports", {"reason": "spam"})):
        answer = await site.send(method, f"comments/{waiting['id']}/{rest}", body, guest=Guest())
        assert (answer.status_code, answer.json()["code"]) == (404, "comment-unknown")


@pytest.mark.parametrize("value", [2, "1", 1.5, None, True])
async def test_a_vote_is_one_of_three_numbers(site: SiteUnderTest, value: object) -> None:
    comment = await site.said()

    answer = await site.send("PUT", f"comments/{comment['id']}/vote", {"value": value})

    assert answer.status_code == 422


async def test_votes_decide_the_best(site: SiteUnderTest) -> None:
    first = await site.said("First")
    await site.said("Second")
    disliked = await site.said("Third")

    await vote(site, first["id"], 1, Guest())
    await vote(site, disliked["id"], -1, Guest())

    assert await site.shown(sort="best") == ["<p>First</p>", "<p>Second</p>", "<p>Third</p>"]


async def test_a_report_hides_nothing(site: SiteUnderTest) -> None:
    comment = await site.said()
    guest = Guest()

    first = await site.send(
        "POST", f"comments/{comment['id']}/reports", {"reason": "abuse", "note": "rude"}, guest=guest
    )
    again = await site.send("POST", f"comments/{comment['id']}/reports", {"reason": "spam"}, guest=guest)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["token"]
    assert again.json() == {}
    assert await site.shown() == ["<p>Hello</p>"]
