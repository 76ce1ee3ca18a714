"""A large discussion is merged in short writes, goes on when interrupted, and can be taken back halfway."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from comments.background.outbox_handlers import delivery
from comments.clock import FixedClock
from comments.moderation.threads.actions import ThreadActor, merge
from comments.moderation.threads.undo import undo_thread
from comments.sites.queries import site_by_name
from comments.threads.actions import merge as merging
from tests.moderation.test_thread_moves import A, B, check, count, merged, texts
from tests.moderation.test_threads import moderated
from tests.support.site import ORIGIN, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

SAID = [f"<p>Number {number}</p>" for number in range(5)]


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_AT_ONCE", 2)


async def large(site: SiteUnderTest) -> None:
    """Five top-level comments on one page, one with an answer and one that waits; one on the other."""
    first = await site.said("Number 0", page=A)
    for number in range(1, 5):
        await site.said(f"Number {number}", page=A)
    await site.said("Below", page=A, parent_id=first["id"])
    await site.posted("Waits", page=A, guest=Guest("Newcomer"))
    await site.said("There before", page=B)


async def begun(site: SiteUnderTest) -> int:
    """Begin to merge as a process that ends right after it, and return the log's number."""
    ids = [UUID((await moderated(site, page))["id"]) for page in ("/a", "/b")]

    def act(session: Session) -> int:
        acting = ThreadActor(site_by_name(session, "blog").id, (ORIGIN,))
        return merge(session, site.service.keys, acting, *ids, at=site.clock.now()).number

    return await site.service.db.write(act)


async def test_all_of_it_comes_in_several_writes(site: SiteUnderTest) -> None:
    await large(site)

    done = await merged(site, "/a", into="/b")

    assert (done.status_code, done.json()["moved"]) == (200, 7)
    assert sorted(await texts(site, A)) == sorted([*SAID, "<p>There before</p>"])
    assert await count(site, A, B) == [7, 7]
    await check(site)
    # Nothing is left to be done, so that it can be merged on at once.
    await site.said("Elsewhere", page={"url": f"{ORIGIN}/c", "title": "c"})
    assert (await merged(site, "/b", into="/c")).status_code == 200


async def test_what_was_interrupted_goes_on_and_counts_as_it_goes(
    site: SiteUnderTest, clock: FixedClock
) -> None:
    await large(site)
    await begun(site)

    assert (await site.posted("Meanwhile", page=A, guest=Guest("Other")))["state"] == "pending"
    assert (await count(site, A))[0] < 7
    clock.advance(timedelta(minutes=1))
    await delivery(site.service).deliver_due()

    assert await count(site, A, B) == [7, 7]
    assert sorted(await texts(site, B)) == sorted([*SAID, "<p>There before</p>"])
    await check(site)


async def test_nothing_else_is_merged_with_it_until_it_is_whole(
    site: SiteUnderTest, clock: FixedClock
) -> None:
    await large(site)
    await site.said("Elsewhere", page={"url": f"{ORIGIN}/c", "title": "c"})
    await begun(site)

    assert (await merged(site, "/b", into="/c")).json()["code"] == "move-refused"
    clock.advance(timedelta(minutes=1))
    await delivery(site.service).deliver_due()
    assert (await merged(site, "/b", into="/c")).status_code == 200
    await check(site)


async def test_half_of_it_is_taken_back_and_no_more_comes(site: SiteUnderTest, clock: FixedClock) -> None:
    await large(site)
    number = await begun(site)

    def act(session: Session) -> None:
        acting = ThreadActor(site_by_name(session, "blog").id, (ORIGIN,))
        undo_thread(session, site.service.keys, acting, number, at=site.clock.now())

    await site.service.db.write(act)
    clock.advance(timedelta(minutes=1))
    await delivery(site.service).deliver_due()

    assert sorted(await texts(site, A)) == SAID
    assert await texts(site, B) == ["<p>There before</p>"]
    assert await count(site, A, B) == [6, 1]
    await check(site)
