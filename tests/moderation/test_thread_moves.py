"""Discussions that get another address, become one, or lose a branch to another; nothing gets lost."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.moderation.audit.verify import checked
from comments.sites.queries import site_by_name
from comments.threads.models import MERGED, Comment, Thread
from comments.threads.order.tree import TOP, TreePosition, ancestors, place_below
from tests.moderation.test_threads import bearer, moderated, set_page
from tests.support.site import ORIGIN, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

A, B, C = ({"url": f"{ORIGIN}/{name}", "title": name} for name in "abc")


async def moved(site: SiteUnderTest, comment: dict[str, Any], **to: Any) -> Any:
    return await site.send(
        "POST", f"moderation/comments/{comment['id']}/move", to, authorization=await bearer(site)
    )


async def merged(site: SiteUnderTest, page: str, into: str) -> Any:
    thread = await moderated(site, page)
    body = {"into": into}
    rest = f"moderation/threads/{thread['id']}/merge"
    return await site.send("POST", rest, body, authorization=await bearer(site))


async def texts(site: SiteUnderTest, page: dict[str, str]) -> list[str]:
    return await site.shown(url=page["url"], sort="oldest")


async def count(site: SiteUnderTest, *pages: dict[str, str]) -> list[int]:
    answer = await site.get("counts", url=[page["url"] for page in pages])
    return [one["count"] for one in answer.json()["counts"]]


async def a_branch(site: SiteUnderTest, length: int, page: dict[str, str]) -> list[dict[str, Any]]:
    """Return comments each of which answers the one before; every third one waits."""
    chain: list[dict[str, Any]] = []
    for number in range(length):
        parent = chain[-1]["id"] if chain else None
        chain.append(await site.said(f"Level {number}", page=page, parent_id=parent))
    return chain


async def check(site: SiteUnderTest) -> None:
    await site.service.db.read(check_invariants)
    found = await site.service.db.read(site_by_name, "blog")
    assert (await site.service.db.read(checked, site.service.keys, found.id)).faults == []


def check_invariants(session: Session) -> None:
    """All that follows from parents, times and states is what following it again gives."""
    comments = {one.id: one for one in session.scalars(select(Comment))}
    threads = {one.id: one for one in session.scalars(select(Thread))}
    public = [one for one in comments.values() if one.state == "approved"]
    below = Counter(above for one in public for above in ancestors(place_of(one)))
    for one in comments.values():
        parent = comments.get(one.parent_id) if one.parent_id else None
        assert place_of(one) == place_again(one, parent), one.source
        assert parent is None or parent.thread_id == one.thread_id
        assert all(comments[above].thread_id == one.thread_id for above in ancestors(place_of(one)))
        assert one.reply_total == below[one.id], one.source
        assert one.listed == (one.state == "approved" or below[one.id] > 0)
        assert one.content_version <= one.changed_version <= threads[one.thread_id].version
        assert (one.changed_version > 0) >= one.listed
        assert threads[one.thread_id].state != MERGED
    counted = Counter(one.thread_id for one in public)
    for thread in threads.values():
        assert thread.comment_count == counted[thread.id]
        assert thread.title_confirmed or not thread.comment_count


def place_of(one: Comment) -> TreePosition:
    return TreePosition(one.root_id, one.depth, one.path)


def place_again(one: Comment, parent: Comment | None) -> TreePosition:
    return TOP if parent is None else place_below(parent.id, place_of(parent), one.id, one.created_at)


async def test_a_renamed_page_is_found_by_both_addresses(site: SiteUnderTest) -> None:
    comment = await site.said("Hello", page=A)
    assert await texts(site, B) == []

    renamed = await set_page(site, "/a", url=B["url"])

    assert renamed["url"] == B["url"]
    assert [one["key"] for one in renamed["keys"]] == ["http://blog.example/a", "http://blog.example/b"]
    assert await texts(site, A) == await texts(site, B) == ["<p>Hello</p>"]
    assert await count(site, A, B) == [1, 1]
    shown = await site.get(f"comments/{comment['id']}")
    assert shown.json()["comment"]["permalink"] == f"{B['url']}#comment-{comment['id']}"
    for page in (A, B):
        assert B["url"] in (await site.client.get("/d/blog/feed", params={"url": page["url"]})).text
    await site.said("Again", page=B)
    assert await count(site, A, B) == [2, 2]
    version = (await moderated(site, "/b"))["version"]
    assert (await set_page(site, "/a", url=B["url"]))["version"] == version
    await check(site)


async def test_a_page_gets_no_address_of_another_site_or_discussion(site: SiteUnderTest) -> None:
    await site.said("Hello", page=A)
    other = await site.said("Other", page=B)
    thread = await moderated(site, "/a")

    refused = [
        await site.send(
            "PATCH", f"moderation/threads/{thread['id']}", {"url": url}, authorization=await bearer(site)
        )
        for url in ("https://elsewhere.example/a", B["url"], "javascript:alert(1)")
    ]

    assert [one.json()["code"] for one in refused] == ["page-refused", "url-taken", "url-refused"]
    assert refused[1].json()["thread"] == (await site.get(f"comments/{other['id']}")).json()["thread"]["id"]
    assert (await moderated(site, "/a"))["keys"] == thread["keys"]


async def test_two_discussions_become_one(site: SiteUnderTest) -> None:
    jonas = Guest()
    first = await site.said("First", page=A)
    await site.said("Below", page=A, parent_id=first["id"])
    waiting = await site.posted("Waits", page=A, guest=jonas)
    await site.said("Second", page=B)
    assert await texts(site, C) == []
    before = max([(await moderated(site, page))["version"] for page in ("/a", "/b")])

    done = await merged(site, "/a", into="/b")

    assert (done.status_code, done.json()["moved"]) == (200, 3)
    assert await texts(site, A) == await texts(site, B) == ["<p>First</p>", "<p>Second</p>"]
    assert await count(site, A, B) == [3, 3]
    assert (await site.thread(url=A["url"]))["thread"]["version"] == before + 1
    assert (await moderated(site, "/a"))["url"] == B["url"]
    shown = (await site.get(f"comments/{first['id']}")).json()["comment"]
    assert shown["permalink"].startswith(f"{B['url']}#")
    await check(site)
    assert (await site.decide("approve", waiting["id"])).json()["decided"] == [waiting["id"]]
    await site.posted("Third", page=A, guest=jonas)
    assert await count(site, A, B) == [5, 5]
    await check(site)


async def test_a_discussion_is_not_merged_into_itself_or_into_nothing(site: SiteUnderTest) -> None:
    await site.said("Hello", page=A)

    assert (await merged(site, "/a", into="/a")).json()["code"] == "move-refused"
    assert (await merged(site, "/a", into="/none")).json()["code"] == "thread-unknown"
    await site.said("Hello", page=B)
    gone = (await moderated(site, "/a"))["id"]
    await merged(site, "/a", into="/b")
    again = await site.send(
        "PATCH", f"moderation/threads/{gone}", {"state": "open"}, authorization=await bearer(site)
    )
    assert again.json()["code"] == "thread-unknown"


async def test_a_comment_moves_with_its_answers_to_the_top_of_another_page(site: SiteUnderTest) -> None:
    chain = await a_branch(site, 4, A)
    waiting = await site.posted("Waits", page=A, parent_id=chain[2]["id"])
    await site.posted("Opens the page", page=B)

    done = await moved(site, chain[1], page="/b")

    assert (done.status_code, done.json()["moved"]) == (200, 4)
    assert done.json()["thread"]["url"] == B["url"]
    assert await texts(site, A) == ["<p>Level 0</p>"]
    assert await texts(site, B) == ["<p>Level 1</p>"]
    assert await count(site, A, B) == [1, 3]
    shown = (await site.get(f"comments/{chain[3]['id']}")).json()
    assert [one["id"] for one in shown["ancestors"]] == [chain[1]["id"], chain[2]["id"]]
    assert shown["comment"]["permalink"] == f"{B['url']}#comment-{chain[3]['id']}"
    await check(site)
    await site.decide("approve", waiting["id"])
    assert await count(site, A, B) == [1, 4]
    await check(site)


async def test_a_comment_moves_below_another_one(site: SiteUnderTest) -> None:
    chain = await a_branch(site, 3, A)
    other = await a_branch(site, 2, B)
    await site.decide("remove", chain[0]["id"])

    done = await moved(site, chain[1], parent_id=other[1]["id"])

    assert done.json()["moved"] == 2
    assert await count(site, A, B) == [0, 4]
    assert await texts(site, A) == []
    shown = (await site.get(f"comments/{chain[2]['id']}")).json()
    assert [one["id"] for one in shown["ancestors"]] == [*(one["id"] for one in other), chain[1]["id"]]
    assert shown["ancestors"][2]["reply_to"]["id"] == other[1]["id"]
    await check(site)


async def test_moves_past_the_deepest_level_and_back_keep_every_place_right(site: SiteUnderTest) -> None:
    chain = await a_branch(site, 15, A)
    top = await site.said("Top", page=A)
    await site.said("Beside", page=A, parent_id=chain[12]["id"])

    for comment, parent in ((chain[13], None), (chain[3], top), (chain[3], chain[2]), (top, chain[12])):
        to = {"parent_id": parent["id"]} if parent else {"page": "/a"}
        done = await moved(site, comment, **to)
        assert done.status_code == 200, done.text
        await check(site)
        assert await count(site, A) == [17]


async def test_a_comment_does_not_go_below_itself_or_two_ways_at_once(site: SiteUnderTest) -> None:
    chain = await a_branch(site, 2, A)
    await site.said("Other", page=B)

    refused = [
        await moved(site, chain[0], parent_id=chain[1]["id"]),
        await moved(site, chain[0], parent_id=chain[0]["id"]),
        await moved(site, chain[1], parent_id=chain[0]["id"], page="/b"),
    ]

    assert [one.json()["code"] for one in refused] == ["move-refused"] * 3
    assert await count(site, A, B) == [2, 1]


async def test_a_moved_comment_is_found_on_its_new_page(site: SiteUnderTest) -> None:
    comment = await site.said("Needle", page=A)
    await site.said("Other", page=B)
    await moved(site, comment, page="/b")

    found = [
        (
            await site.send(
                "GET", f"moderation/comments?state=all&page=/{page}", authorization=await bearer(site)
            )
        )
        for page in "ab"
    ]

    ids = [[one["id"] for one in answer.json()["comments"]] for answer in found]
    assert (ids[0], comment["id"] in ids[1]) == ([], True)
