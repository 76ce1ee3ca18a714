"""A flood of nearly the same texts: one row of the queue, decided about and taken back as one."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from comments.moderation.decisions.groups import decide_rows
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder
from comments.moderation.queue import duplicate_groups, sections
from comments.moderation.queue.comments import JudgedComment, JudgedPage, held_comments
from comments.moderation.queue.duplicate_groups import RowVersion, group_named
from comments.moderation.queue.filters import QueueFilter
from comments.moderation.search.query_language import parse
from comments.moderation.search.terms import criteria
from tests.moderation.desk import KEYS, Desk
from tests.moderation.test_pages import signed_in
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio

FLOOD = -3_000_000_000_000_000_001


async def page(desk: Desk, wish: QueueFilter, **asked: object) -> JudgedPage:
    given = {"after": None, "limit": 25, **asked}
    return await desk.db.read(lambda session: held_comments(session, desk.seed.site_id, wish, **given))  # type: ignore[arg-type]


def times(held: JudgedComment) -> int:
    return held.alike.count if held.alike else 1


async def test_a_flood_is_one_row_with_its_newest_or_oldest_first(desk: Desk) -> None:
    (before,) = await desk.comments()
    flood = await desk.comments(37, similar_group=FLOOD)
    (after,) = await desk.comments(similar_group=5)
    await desk.comments(3, similar_group=FLOOD, state="spam")

    newest = (await page(desk, QueueFilter(grouped=True))).comments
    oldest = (await page(desk, QueueFilter(grouped=True, newest_first=False))).comments

    assert [held.row.id for held in newest] == [after, flood[-1], before]
    assert [held.row.id for held in oldest] == [before, flood[0], after]
    assert [times(held) for held in newest] == [1, 37, 1]
    assert len((await page(desk, QueueFilter(), limit=100)).comments) == 39


async def test_pages_go_on_behind_a_flood_and_find_each_row_once(desk: Desk) -> None:
    single = await desk.comments(3)
    flood = await desk.comments(700, similar_group=FLOOD)
    top = await desk.comments(2)

    seen, after = [], None
    for _ in range(10):
        found = await page(desk, QueueFilter(grouped=True), limit=2, after=after)
        seen += [held.row.id for held in found.comments]
        after = found.next
        if after is None:
            break

    assert seen == [*reversed(top), flood[-1], *reversed(single)]


async def test_the_members_of_a_row_are_listed_by_its_name(desk: Desk) -> None:
    await desk.comments(2)
    flood = await desk.comments(4, similar_group=FLOOD)
    (row, *_) = (await page(desk, QueueFilter(grouped=True))).comments
    assert row.alike is not None

    members = (await page(desk, QueueFilter(alike=group_named(row.alike.name)), limit=3)).comments

    assert [held.row.id for held in members] == flood[:0:-1]


async def test_a_decision_on_a_row_is_about_all_that_were_there_and_comes_back_as_one(desk: Desk) -> None:
    flood = await desk.comments(4, similar_group=FLOOD)
    (row,) = (await page(desk, QueueFilter(grouped=True))).comments
    assert row.alike is not None
    (late,) = await desk.comments(similar_group=FLOOD)
    order = DecisionOrder(desk.mia, "spam", [CommentChoice(row.row.id, row.row.version)])
    shown = {row.row.id: RowVersion(row.row.version, row.alike.newest)}

    decided = await desk.db.write(decide_rows, order, shown, KEYS, at=desk.clock.now())

    assert sorted(one.comment_id for one in decided.decided) == sorted(flood)
    assert await desk.states([*flood, late]) == ["spam"] * 4 + ["pending"]
    undone = await desk.undo(decided)
    assert len(undone.decided) == 4
    assert await desk.states(flood) == ["pending"] * 4

    # Somebody else decided about the comment that stands for them: the row means nothing any more.
    desk.clock.advance(timedelta(seconds=5))
    await desk.decide("approve", [row.row.id], by=desk.ana)
    order = replace(order, wanted=[*order.wanted, CommentChoice(late)])
    again = await desk.db.write(decide_rows, order, shown, KEYS, at=desk.clock.now())
    assert [one.comment_id for one in again.decided] == [late]
    assert await desk.states(flood[:3]) == ["pending"] * 3


async def test_a_search_shows_a_flood_once_and_goes_on_behind_it(desk: Desk) -> None:
    single = await desk.comments(3, text="hello there")
    flood = await desk.comments(60, similar_group=FLOOD, text="hello casino")
    top = await desk.comments(2, text="hello you")
    await desk.comments(4, similar_group=FLOOD, text="not looked for")
    wish = QueueFilter(grouped=True, criteria=criteria(parse("hello"), {}))

    seen, after = [], None
    for _ in range(4):
        found = await page(desk, wish, limit=2, after=after)
        seen += [(held.row.id, times(held)) for held in found.comments]
        after = found.next
        if after is None:
            break

    alone = [[(one, 1) for one in reversed(some)] for some in (top, single)]
    assert seen == [*alone[0], (flood[-1], 64), *alone[1]]


async def test_a_page_goes_on_behind_a_flood_that_is_longer_than_what_is_walked_past_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicate_groups, "MOST_PASSED", 20)
    single = await desk.comments(3)
    flood = await desk.comments(60, similar_group=FLOOD)
    top = await desk.comments(1)
    wish = QueueFilter(grouped=True, criteria=criteria(parse("page:x"), {"x": desk.thread_id}))

    seen: list[UUID] = []
    after, pages = None, 0
    while pages < 10 and (after is not None or not pages):
        found = await page(desk, wish, limit=2, after=after)
        seen += [held.row.id for held in found.comments]
        after, pages = found.next, pages + 1

    # What is left of a flood can come again on a later page; what lies behind it is skipped by none.
    assert list(dict.fromkeys(one for one in seen if one not in flood)) == [*reversed(top), *reversed(single)]
    assert seen[:2] == [top[0], flood[-1]]
    assert pages < 10


@pytest.mark.parametrize("most_pages", [0, 5_000], ids=["walked", "page by page"])
async def test_who_moderates_a_section_sees_and_decides_about_its_part_of_a_flood(
    desk: Desk, most_pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "MOST_PAGES", most_pages)
    news = desk.seed.thread(section="/news/")
    nils = replace(desk.mia, sections=("/news/",))
    outside = await desk.comments(3, similar_group=FLOOD)
    inside = [desk.seed.comment(news, desk.jonas, similar_group=FLOOD) for _ in range(5)]
    (single,) = await desk.comments(1)
    outside += await desk.comments(2, similar_group=FLOOD)
    await desk.db.write(desk.seed.store)

    (row,) = (await page(desk, QueueFilter(grouped=True, sections=nils.sections))).comments
    assert (row.row.id, times(row)) == (inside[-1], 5)
    assert row.alike is not None
    order = DecisionOrder(nils, "spam", [CommentChoice(row.row.id, row.row.version)])
    shown = {row.row.id: RowVersion(row.row.version, row.alike.newest)}
    decided = await desk.db.write(decide_rows, order, shown, KEYS, at=desk.clock.now())

    assert sorted(one.comment_id for one in decided.decided) == sorted(inside)
    assert await desk.states([*outside, single]) == ["pending"] * 6


async def test_the_form_of_a_row_decides_about_all_and_the_api_counts_them(site: SiteUnderTest) -> None:
    mia = await signed_in(site)
    text = "The best replica watches of the whole wide world are sold here for very little money, hurry up"
    for number in range(3):
        await site.posted(text, name=f"Deals{number}", page={"url": f"https://blog.example/{number}"})

    shown = (await mia.get("/moderate/blog")).text
    assert shown.count("<article") == 1
    assert "× 3" in shown
    members = await mia.get(re.findall(r'href="([^"]*alike=[^"]*)"', shown)[0].replace("&amp;", "&"))
    assert members.text.count("<article") == 3

    bearer = {"authorization": f"Bearer {await site.moderator()}"}
    listed = await site.client.get(
        site.path("moderation/comments"), params={"grouped": "true"}, headers=bearer
    )
    assert [one["alike"]["count"] for one in listed.json()["comments"]] == [3]

    answer = await mia.press(shown, {"decision": "spam"})

    assert answer.status_code == 303
    after = (await mia.get(answer.headers["location"])).text
    assert "3 comments marked as spam." in after
    assert "Nothing waits." in after
