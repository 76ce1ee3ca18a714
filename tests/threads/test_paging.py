"""Pages of a discussion: orders, cursors that survive what arrives between two pages, permalinks, depth."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comments.sites.queries import site_by_name
from comments.threads.order.tree import DEEPEST
from tests.support.seeding import seed_thread
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

URL = f"{ORIGIN}/seeded"


async def seeded(site: SiteUnderTest, parents: list[int | None], url: str = URL) -> list[str]:
    site_id = (await site.service.db.read(site_by_name, site.name)).id
    ids = await site.service.db.write(seed_thread, site_id, url, parents)
    site.service.cache.clear()
    return [str(one) for one in ids]


def walk(comments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for comment in comments:
        yield comment
        yield from walk(comment["replies"]["comments"])


async def whole(site: SiteUnderTest, url: str, sort: str, limit: int) -> list[str]:
    """Read a discussion as a client does: every page, and every root's replies to their end."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"url": url, "sort": sort, "limit": limit} | ({"cursor": cursor} if cursor else {})
        page = await site.thread(**query)
        for root in page["comments"]:
            seen += [comment["id"] for comment in walk([root])]
            after = root["replies"]["next"]
            while after:
                answer = await site.get(f"comments/{root['id']}/replies", cursor=after, limit=limit)
                seen += [comment["id"] for comment in answer.json()["comments"]]
                after = answer.json()["next"]
        cursor = page["next"]
        if cursor is None:
            return seen


@pytest.mark.parametrize("sort", ["best", "newest", "oldest"])
async def test_a_walk_sees_every_comment_once(site: SiteUnderTest, sort: str) -> None:
    ids = await seeded(site, [None if n % 3 == 0 else n - 1 - n % 2 for n in range(200)])

    for limit in (1, 7, 100):
        seen = await whole(site, URL, sort, limit)
        assert sorted(seen) == sorted(ids)


@pytest.mark.parametrize(("sort", "first", "last"), [("newest", 59, 0), ("oldest", 0, 59)])
async def test_orders_by_time(site: SiteUnderTest, sort: str, first: int, last: int) -> None:
    ids = await seeded(site, [None] * 60)

    seen = await whole(site, URL, sort, 25)

    assert (seen[0], seen[-1]) == (ids[first], ids[last])


async def test_no_page_holds_more_than_200_comments(site: SiteUnderTest) -> None:
    roots: list[int | None] = [None] * 100
    await seeded(site, roots + [n % 100 for n in range(1_500)])

    for limit in (1, 25, 50, 99, 100):
        page = await site.thread(url=URL, limit=limit)
        assert len(page["comments"]) == limit
        assert len(list(walk(page["comments"]))) <= 200


@st.composite
def parents_of(draw: st.DrawFn) -> list[int | None]:
    count = draw(st.integers(3, 25))
    return [None, *(draw(st.one_of(st.none(), st.integers(0, n - 1))) for n in range(1, count))]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    parents=parents_of(),
    limit=st.integers(1, 6),
    meanwhile=st.lists(st.tuples(st.booleans(), st.integers(0, 24)), min_size=30, max_size=30),
)
@pytest.mark.parametrize("sort", ["newest", "oldest"])
async def test_what_is_public_all_along_is_seen_exactly_once(
    site: SiteUnderTest, sort: str, parents: list[int | None], limit: int, meanwhile: list[tuple[bool, int]]
) -> None:
    # Not drawn: an example that is run again must find a page nobody has written on.
    url = f"{ORIGIN}/{uuid4()}"
    ids = await seeded(site, parents, url)
    roots = [one for one, parent in zip(ids, parents, strict=True) if parent is None]
    gone: set[str] = set()
    seen: list[str] = []
    cursor: str | None = None
    for arrives, victim in meanwhile:
        query = {"url": url, "sort": sort, "limit": limit} | ({"cursor": cursor} if cursor else {})
        page = await site.thread(**query)
        seen += [comment["id"] for comment in page["comments"]]
        cursor = page["next"]
        if cursor is None:
            break
        # With "oldest" what arrives lengthens the walk, so it must not do so at every step.
        if arrives:
            await site.said(f"Meanwhile {len(seen)} {victim}", page={"url": url})
        elif victim < len(roots):
            gone.add(roots[victim])
            await site.decide("remove", roots[victim])
    if cursor is None:
        stayed = [one for one in roots if one not in gone]
        assert [seen.count(one) for one in stayed] == [1] * len(stayed)
    assert len(seen) == len(set(seen))


async def test_replies_come_in_reading_order(site: SiteUnderTest) -> None:
    # 0 ── 1 ── 3 ── 6      and 2, 5 below 0, 4 below 1
    ids = await seeded(site, [None, 0, 0, 1, 1, 0, 3])

    answer = (await site.get(f"comments/{ids[0]}/replies")).json()

    assert [comment["id"] for comment in answer["comments"]] == [ids[n] for n in (1, 3, 6, 4, 2, 5)]
    assert answer["total"] == 6
    branch = (await site.get(f"comments/{ids[1]}/replies")).json()
    assert [comment["id"] for comment in branch["comments"]] == [ids[n] for n in (3, 6, 4)]


async def test_a_chain_is_stored_to_a_cap_and_remembers_whom_it_answers(site: SiteUnderTest) -> None:
    ids = await seeded(site, [None, *range(30)])

    replies = (await site.get(f"comments/{ids[0]}/replies", limit=100)).json()["comments"]

    assert [comment["id"] for comment in replies] == ids[1:]
    assert [comment["depth"] for comment in replies] == [min(n, DEEPEST) for n in range(1, 31)]
    assert [comment["parent_id"] for comment in replies] == ids[:-1]
    assert all(comment["reply_to"]["id"] == comment["parent_id"] for comment in replies)


async def test_a_permalink_opens_on_any_page_at_any_depth(site: SiteUnderTest) -> None:
    ids = await seeded(site, [*([None] * 60), 30, 60, 61, 62, *([30] * 20)])
    target = ids[63]

    for sort in ("newest", "oldest", "best"):
        page = await site.thread(url=URL, sort=sort, around=target)
        assert page["comments"][0]["id"] == ids[30]
        assert target in [comment["id"] for comment in walk(page["comments"][:1])]
        before = await site.thread(url=URL, sort=sort, cursor=page["previous"])
        after = await site.thread(url=URL, sort=sort, cursor=page["next"])
        shown = [comment["id"] for part in (before, page, after) for comment in part["comments"]]
        assert len(shown) == len(set(shown))


async def test_pages_lead_back_and_forth(site: SiteUnderTest) -> None:
    await seeded(site, [None] * 30)
    first = await site.thread(url=URL, sort="oldest", limit=10)
    second = await site.thread(url=URL, sort="oldest", limit=10, cursor=first["next"])
    back = await site.thread(url=URL, sort="oldest", limit=10, cursor=second["previous"])

    assert back["comments"] == first["comments"]
    assert back["previous"] is None
    assert back["next"] is not None


async def test_a_permalink_to_what_is_gone_says_so(site: SiteUnderTest) -> None:
    waiting = await site.posted()

    for missing in (waiting["id"], str(UUID(int=7))):
        answer = await site.get("thread", url=PAGE["url"], around=missing)
        assert (answer.status_code, answer.json()["code"]) == (404, "comment-unknown")


async def test_cursors_are_bound_to_site_thread_and_order(site: SiteUnderTest) -> None:
    await seeded(site, [None] * 30)
    await seeded(site, [None] * 30, f"{ORIGIN}/other")
    cursor = (await site.thread(url=URL, sort="newest"))["next"]
    assert (await site.thread(url=URL, sort="newest", cursor=cursor, limit=3))["comments"]

    wrong = [
        {"url": URL, "sort": "oldest", "cursor": cursor},
        {"url": f"{ORIGIN}/other", "sort": "newest", "cursor": cursor},
        {"url": f"{ORIGIN}/nowhere", "sort": "newest", "cursor": cursor},
        {"url": URL, "sort": "newest", "cursor": cursor[:-2] + "AA"},
        {"url": URL, "sort": "newest", "cursor": "garbage"},
        {"url": URL, "sort": "newest", "cursor": "é"},
    ]
    for query in wrong:
        answer = await site.get("thread", **query)
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor-refused"), query


@given(st.text(max_size=80))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_no_text_is_a_cursor(site: SiteUnderTest, text: str) -> None:
    from comments.threads.errors import CursorRefused
    from comments.threads.order.cursors import read_cursor

    with pytest.raises(CursorRefused):
        read_cursor(site.service.keys, "anywhere", text)


async def test_counts_come_in_the_order_asked(site: SiteUnderTest) -> None:
    await site.said("One")
    await site.said("Two")
    asked = f"counts?url={ORIGIN}/b&identifier=none&url=http://www.blog.example/a/&url=javascript:x"

    answer = (await site.client.get(site.path(asked))).json()

    assert [one["count"] for one in answer["counts"]] == [0, 0, 2, 0]
    assert answer["counts"][2]["key"] == "http://www.blog.example/a/"
    lines = await site.client.post(
        site.path("counts"),
        content=f"{ORIGIN}/a\n{ORIGIN}/b\nidentifier:none\n",
        headers={"content-type": "text/plain"},
    )
    assert lines.json()["counts"][2] == {"key": "none", "count": 0}
    assert [one["count"] for one in lines.json()["counts"]] == [2, 0, 0]


async def test_counts_take_a_hundred_pages(site: SiteUnderTest) -> None:
    pages = [f"{ORIGIN}/{n}" for n in range(101)]

    assert (await site.get("counts", url=pages[:100])).status_code == 200
    answer = await site.get("counts", url=pages)
    assert (answer.status_code, answer.json()["code"]) == (422, "too-many-keys")


async def test_removed_replies_leave_nothing_behind(site: SiteUnderTest) -> None:
    root = await site.said("Root")
    reply = await site.said("Reply", parent_id=root["id"])
    await site.decide("remove", root["id"])
    assert [place["state"] for place in (await site.thread())["comments"]] == ["removed"]

    await site.decide("remove", reply["id"])

    assert (await site.thread())["comments"] == []
    assert (await site.thread())["thread"]["comment_count"] == 0
    await site.decide("restore", reply["id"])
    assert (await site.thread())["comments"][0]["replies"]["total"] == 1


async def test_one_page_is_one_thread(site: SiteUnderTest) -> None:
    await site.said("Here", page={"url": f"{ORIGIN}/post/?utm_source=x#comments"})

    for same in ("http://www.blog.example/post", f"{ORIGIN}//post/index.html", f"{ORIGIN}/post?fbclid=1"):
        assert await site.shown(url=same) == ["<p>Here</p>"]
    assert await site.shown(url=f"{ORIGIN}/Post") == []
    guest = Guest()
    assert (await site.post("There", guest=guest, page={"identifier": "no-url"})).json()[
        "code"
    ] == "page-missing"


async def test_an_answer_tells_its_order_and_whether_one_can_write(site: SiteUnderTest) -> None:
    await site.said()
    assert (await site.thread())["sort"] == "best"
    await site.set(sort="newest", closed="yes")

    for url in (PAGE["url"], f"{ORIGIN}/nothing-yet"):
        answer = await site.thread(url=url)
        assert answer["sort"] == "newest"
        assert answer["thread"]["state"] == "closed"
    assert (await site.thread(sort="oldest"))["sort"] == "oldest"
