"""What a stream tells of a discussion as it changes, and what it never tells."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.sites.actions import add_site
from comments.storage import WITHOUT_SYNC, open_database
from comments.threads.models import Thread
from tests.conftest import NOON
from tests.support.seeding import seed_thread
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest
from tests.support.streams import listening

URL = PAGE["url"]
OTHER = {"url": f"{ORIGIN}/other", "title": "Other"}


async def numbers_of(site: SiteUnderTest, comment: dict[str, Any]) -> dict[str, Any]:
    shown = (await site.get(f"comments/{comment['id']}")).json()["comment"]
    votes = {name: shown[name] for name in ("id", "score", "upvotes", "downvotes")}
    return {**votes, "total": shown["replies"]["total"]}


async def test_a_new_comment_reaches_who_listens_as_the_page_shows_it(site: SiteUnderTest) -> None:
    await site.said("Before")
    async with listening(site, URL) as reader:
        begun = await reader.event()
        await site.said("Hello")

        told = await reader.event()

    now = await site.thread(sort="newest")
    assert (begun.id, begun.name) == ("2", "")
    assert (told.id, told.name) == ("3", "change")
    assert told.data == {
        "page": 0,
        "thread": now["thread"],
        "comments": [now["comments"][0]],
        "scores": [],
        "gone": [],
    }


async def test_a_reply_comes_with_whom_it_answers_and_is_counted_above(site: SiteUnderTest) -> None:
    root = await site.approved("Root", guest=Guest("Ana"))
    between = await site.said("Between", parent_id=root["id"])
    async with listening(site, URL) as reader:
        await reader.event()
        reply = await site.said("Reply", parent_id=between["id"])

        told = (await reader.event()).data

    assert told["comments"] == [(await site.get(f"comments/{reply['id']}")).json()["comment"]]
    assert told["comments"][0]["reply_to"] == {"id": between["id"], "name": "Mia Lindqvist"}
    counted = {one["id"]: one for one in told["scores"]}
    assert counted == {one["id"]: await numbers_of(site, one) for one in (root, between)}
    assert counted[root["id"]]["total"] == 2


async def test_the_first_comment_of_a_page_reaches_who_waits_for_it(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reader:
        assert (await reader.event()).id == "0"
        await site.said("Elsewhere", page=OTHER)
        await site.said("First")

        told = await reader.event()

    assert [comment["html"] for comment in told.data["comments"]] == ["<p>First</p>"]
    assert told.data["thread"] == (await site.thread())["thread"]


async def test_who_waits_is_told_though_another_reader_found_the_discussion_first(
    site: SiteUnderTest, database_url: str
) -> None:
    """Another process has opened it, and this one has not looked yet when the second reader comes."""

    def open_thread(session: Session, site_id: UUID) -> None:
        seed_thread(session, site_id, URL, [None])
        session.execute(update(Thread).values(updated_at=NOON), execution_options=WITHOUT_SYNC)

    card = await site.app.state.site_cache.card("blog")
    other_process = await open_database(database_url)
    async with listening(site, URL) as waits:
        await waits.event()
        await other_process.write(open_thread, card.id)
        async with listening(site, URL) as finds:
            assert (await finds.event()).id == "1"
            told = await waits.event()
    await other_process.close()

    assert [one["html"] for one in told.data["comments"]] == ["<p>Comment 0</p>"]


async def test_a_page_without_a_url_is_found_by_its_identifier(site: SiteUnderTest) -> None:
    page = {**PAGE, "identifier": "post-7"}
    async with listening(site, identifier="post-7") as reader:
        await reader.event()
        await site.said("First", page=page)

        told = await reader.event()

    assert told.data["thread"]["comment_count"] == 1


async def test_what_waits_is_never_named(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reader:
        await reader.event()
        guest = Guest()
        waiting = await site.posted("Waits", guest=guest)
        await site.send("PATCH", f"comments/{waiting['id']}", {"body": "Waits longer"}, guest=guest)
        await site.decide("spam", waiting["id"])
        withdrawn = await site.posted("Withdrawn", guest=guest)
        await site.send("DELETE", f"comments/{withdrawn['id']}", guest=guest)
        public = await site.said("Public")

        told = await reader.event()

    assert [comment["id"] for comment in told.data["comments"]] == [public["id"]]
    assert (told.data["scores"], told.data["gone"]) == ([], [])


async def test_approving_shows_what_waited(site: SiteUnderTest) -> None:
    waiting = await site.posted("Waits")
    async with listening(site, URL) as reader:
        await reader.event()
        await site.decide("approve", waiting["id"])

        told = await reader.event()

    assert told.data["comments"] == (await site.thread())["comments"]


async def test_an_edit_comes_as_the_whole_comment(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Before", guest=guest)
    async with listening(site, URL) as reader:
        await reader.event()
        site.clock.advance(timedelta(minutes=1))
        await site.send("PATCH", f"comments/{comment['id']}", {"body": "After"}, guest=guest)

        told = await reader.event()

    (edited,) = told.data["comments"]
    assert edited["html"] == "<p>After</p>"
    assert edited["edited_at"] is not None
    assert "body" not in edited


async def test_an_edit_that_is_held_is_told_when_it_is_approved(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Before", guest=guest)
    links = "https://a.example https://b.example https://c.example"
    async with listening(site, URL) as reader:
        await reader.event()
        await site.send("PATCH", f"comments/{comment['id']}", {"body": links}, guest=guest)
        await site.decide("approve", comment["id"])

        told = await reader.event()

    assert told.id == "3"
    assert "https://c.example" in told.data["comments"][0]["html"]


async def test_a_vote_comes_as_numbers_alone(site: SiteUnderTest) -> None:
    comment = await site.said("Hello")
    async with listening(site, URL) as reader:
        await reader.event()
        await site.send("PUT", f"comments/{comment['id']}/vote", {"value": -1}, guest=Guest())

        told = await reader.event()

    assert (told.data["comments"], told.data["gone"]) == ([], [])
    assert told.data["scores"] == [
        {"id": comment["id"], "score": -1, "upvotes": 0, "downvotes": 1, "total": 0}
    ]


async def test_what_is_removed_goes_and_what_is_restored_comes_again(site: SiteUnderTest) -> None:
    comment = await site.said("Hello")
    async with listening(site, URL) as reader:
        await reader.event()
        await site.decide("remove", comment["id"])
        removed = (await reader.event()).data
        await site.decide("restore", comment["id"])
        restored = (await reader.event()).data

    assert (removed["comments"], removed["gone"]) == ([], [{"id": comment["id"], "state": "removed"}])
    assert removed["thread"]["comment_count"] == 0
    assert [one["html"] for one in restored["comments"]] == ["<p>Hello</p>"]


async def test_a_removed_parent_of_public_replies_stays_as_an_empty_place(site: SiteUnderTest) -> None:
    parent = await site.said("Parent")
    reply = await site.said("Reply", parent_id=parent["id"])
    async with listening(site, URL) as reader:
        await reader.event()
        await site.decide("remove", parent["id"])
        emptied = (await reader.event()).data
        await site.decide("remove", reply["id"])
        gone = (await reader.event()).data
        await site.decide("restore", reply["id"])
        back = (await reader.event()).data

    (place,) = emptied["comments"]
    assert (place["id"], place["state"]) == (parent["id"], "removed")
    assert (place["author"], place["html"]) == (None, None)
    assert {one["id"] for one in gone["gone"]} == {parent["id"], reply["id"]}
    assert {one["id"]: one["html"] for one in back["comments"]} == {
        parent["id"]: None,
        reply["id"]: "<p>Reply</p>",
    }


async def test_what_its_author_deletes_and_brings_back_does_so_for_all(site: SiteUnderTest) -> None:
    guest = Guest()
    comment = await site.approved("Hello", guest=guest)
    async with listening(site, URL) as reader:
        await reader.event()
        await site.send("DELETE", f"comments/{comment['id']}", guest=guest)
        deleted = (await reader.event()).data
        await site.send("POST", f"comments/{comment['id']}/restore", guest=guest)
        restored = (await reader.event()).data

    assert deleted["gone"] == [{"id": comment["id"], "state": "deleted"}]
    assert [one["id"] for one in restored["comments"]] == [comment["id"]]


async def test_several_pages_share_a_stream_and_keep_their_numbers(site: SiteUnderTest) -> None:
    await site.said("Here")
    third = f"{ORIGIN}/third"
    async with listening(site, URL, third, OTHER["url"]) as reader:
        begun = await reader.event()
        await site.said("There", page=OTHER)
        other = await reader.event()
        await site.said("Here again")
        here = await reader.event()

    assert begun.id == "2.0.0"
    assert (other.id, other.data["page"], other.data["thread"]["url"]) == ("2.0.2", 2, OTHER["url"])
    assert (here.id, here.data["page"]) == ("3.0.2", 0)


async def test_two_addresses_of_one_page_are_both_told(site: SiteUnderTest) -> None:
    async with listening(site, URL, f"{URL}/?utm_source=feed#top") as reader:
        await reader.event()
        await site.said("Hello")

        told = [await reader.event(), await reader.event()]

    assert {event.data["page"] for event in told} == {0, 1}
    assert told[0].data["comments"] == told[1].data["comments"]
    assert told[1].id == "2.2"


async def test_what_happens_in_quick_succession_is_told_together(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reader:
        await reader.event()
        said = [await site.said(f"Number {number}") for number in range(12)]

        told = await reader.event()
        events = 1
        named = [one["id"] for one in told.data["comments"]]
        while said[-1]["id"] not in named:
            told = await reader.event()
            events += 1
            named += [one["id"] for one in told.data["comments"]]

    assert named == [one["id"] for one in said]
    assert events < len(said)


async def test_only_one_site_is_told(site: SiteUnderTest) -> None:
    """Two sites may both have discussions of one page."""
    await site.service.db.write(add_site, "other", [ORIGIN], at=site.clock.now())
    async with listening(site, URL, name="other") as elsewhere, listening(site, URL) as reader:
        await elsewhere.event()
        await reader.event()
        await site.said("Hello")
        await reader.event()
        site.name = "other"
        site._moderator = ""
        await site.said("Of the other site")

        told = await elsewhere.event()

    assert [one["html"] for one in told.data["comments"]] == ["<p>Of the other site</p>"]
