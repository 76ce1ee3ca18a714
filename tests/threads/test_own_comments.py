"""What authors do with their own comments."""

from datetime import timedelta

import pytest

from tests.support.site import PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def test_a_waiting_comment_can_be_edited_until_it_is_decided(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.posted("Frist", guest=guest)
    site.clock.advance(timedelta(hours=2))

    answer = await site.send("PATCH", f"comments/{comment['id']}", {"body": "First"}, guest=guest)

    assert answer.status_code == 200
    assert answer.json()["comment"]["body"] == "First"
    assert answer.json()["comment"]["state"] == "pending"


async def test_a_public_comment_is_edited_in_place_and_marked(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Frist", guest=guest)

    answer = await site.send("PATCH", f"comments/{comment['id']}", {"body": "First"}, guest=guest)

    assert answer.json()["comment"]["state"] == "approved"
    (shown,) = (await site.thread())["comments"]
    assert shown["html"] == "<p>First</p>"
    assert shown["edited_at"] is not None


async def test_an_edit_that_is_held_leaves_the_approved_text_public(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Harmless", guest=guest)

    answer = await site.send(
        "PATCH", f"comments/{comment['id']}", {"body": "See https://spam.example"}, guest=guest
    )

    assert answer.json()["comment"]["waiting_body"] == "See https://spam.example"
    assert answer.json()["comment"]["reasons"] == ["1 link"]
    assert answer.json()["comment"]["waits_for"] == [{"rule": "links", "n": 1}]
    assert await site.shown() == ["<p>Harmless</p>"]
    await site.decide("approve", comment["id"])
    assert "https://spam.example" in (await site.shown())[0]


async def test_an_edit_takes_back_an_edit_that_waits(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Harmless", guest=guest)
    await site.send("PATCH", f"comments/{comment['id']}", {"body": "https://spam.example"}, guest=guest)

    answer = await site.send("PATCH", f"comments/{comment['id']}", {"body": "Better"}, guest=guest)

    assert "waiting_body" not in answer.json()["comment"]
    assert await site.shown() == ["<p>Better</p>"]


async def test_the_edit_window_closes(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("First", guest=guest)
    site.clock.advance(timedelta(minutes=16))

    for method, body in (("PATCH", {"body": "Changed"}), ("DELETE", None)):
        answer = await site.send(method, f"comments/{comment['id']}", body, guest=guest)
        assert answer.status_code == 409
        assert answer.json()["code"] == "edit-window-over"
        assert answer.json()["closed_at"]


async def test_only_its_author_edits_a_comment(site: SiteUnderTest) -> None:
    comment = await site.approved("Mine", guest=Guest())
    other = Guest(address="198.51.100.9")
    await site.posted("Other", guest=other)

    answer = await site.send("PATCH", f"comments/{comment['id']}", {"body": "Yours"}, guest=other)
    nobody = await site.send("PATCH", f"comments/{comment['id']}", {"body": "Yours"})

    assert (answer.status_code, answer.json()["code"]) == (403, "not-yours")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "token-missing")


async def test_others_cannot_tell_a_waiting_comment_from_none(site: SiteUnderTest) -> None:
    waiting = await site.posted(guest=Guest())
    other = Guest(address="198.51.100.9")
    await site.posted("Other", guest=other)

    for guest in (None, other):
        assert (await site.get(f"comments/{waiting['id']}", guest=guest)).status_code == 404
        assert (await site.get(f"comments/{waiting['id']}/replies", guest=guest)).status_code == 404
    answer = await site.send("DELETE", f"comments/{waiting['id']}", guest=other)
    assert answer.status_code == 404


async def test_ones_own_waiting_comment_is_shown_by_id(site: SiteUnderTest) -> None:
    guest = Guest()
    waiting = await site.posted("Mine", guest=guest)

    answer = await site.get(f"comments/{waiting['id']}", guest=guest)

    assert answer.json()["comment"]["body"] == "Mine"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_deleted_comment_comes_back_within_the_window(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Mine", guest=guest)

    gone = await site.send("DELETE", f"comments/{comment['id']}", guest=guest)
    assert gone.json()["comment"]["state"] == "deleted"
    assert (await site.thread())["thread"]["comment_count"] == 0
    assert await site.shown() == []

    back = await site.send("POST", f"comments/{comment['id']}/restore", guest=guest)
    assert back.json()["comment"]["state"] == "approved"
    assert await site.shown() == ["<p>Mine</p>"]

    await site.send("DELETE", f"comments/{comment['id']}", guest=guest)
    site.clock.advance(timedelta(minutes=16))
    late = await site.send("POST", f"comments/{comment['id']}/restore", guest=guest)
    assert late.json()["code"] == "edit-window-over"


async def test_a_deleted_parent_of_public_replies_stays_as_an_empty_place(site: SiteUnderTest) -> None:
    guest = Guest()
    parent = await site.approved("Parent", guest=guest)
    await site.said("Reply", parent_id=parent["id"])

    await site.send("DELETE", f"comments/{parent['id']}", guest=guest)

    (place,) = (await site.thread())["comments"]
    assert (place["state"], place["author"], place["html"]) == ("deleted", None, None)
    assert place["replies"]["comments"][0]["html"] == "<p>Reply</p>"
    assert place["replies"]["comments"][0]["reply_to"] is None
    assert (await site.thread())["thread"]["comment_count"] == 1


async def test_a_waiting_comment_can_be_withdrawn(site: SiteUnderTest) -> None:
    guest = Guest()
    waiting = await site.posted(guest=guest)
    site.clock.advance(timedelta(hours=3))

    assert (await site.send("DELETE", f"comments/{waiting['id']}", guest=guest)).status_code == 200
    assert (await site.get("me", guest=guest, url=PAGE["url"])).json()["waiting"] == []


async def test_what_a_moderator_removed_its_author_cannot_bring_back(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Rude", guest=guest)
    await site.decide("remove", comment["id"])

    for method, rest, body in (
        ("POST", "/restore", None),
        ("PATCH", "", {"body": "Kind"}),
        ("DELETE", "", None),
    ):
        answer = await site.send(method, f"comments/{comment['id']}{rest}", body, guest=guest)
        assert (answer.status_code, answer.json()["code"]) == (409, "already-decided")


async def test_an_edit_never_publishes_what_waits(site: SiteUnderTest) -> None:
    guest = Guest()
    await site.approved("Known", guest=guest)
    held = await site.posted("https://spam.example", guest=guest)

    answer = await site.send("PATCH", f"comments/{held['id']}", {"body": "Harmless"}, guest=guest)

    assert answer.json()["comment"]["state"] == "pending"


async def test_me_tells_what_may_still_be_edited(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Mine", guest=guest)

    mine = (await site.get("me", guest=guest, url=PAGE["url"], ids=comment["id"])).json()

    assert mine["bodies"] == {comment["id"]: "Mine"}
    assert list(mine["editable"]) == [comment["id"]]
    site.clock.advance(timedelta(minutes=16))
    assert (await site.get("me", guest=guest, ids=comment["id"])).json()["editable"] == {}
    assert (await site.get("me", url=PAGE["url"])).json()["identity"] is None


async def test_me_takes_two_hundred_ids(site: SiteUnderTest) -> None:
    one = "01a20dfc-fcf7-7478-853f-3143a0ffdf30"

    assert (await site.get("me", ids=",".join([one] * 200))).status_code == 200
    assert (await site.get("me", ids=",".join([one] * 201))).json()["code"] == "ids-refused"
    assert (await site.get("me", ids="x")).json()["code"] == "ids-refused"
