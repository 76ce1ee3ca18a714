"""Readers' reports: enough of them let a comment wait, once; who was wrong counts less; no flood of mail."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from comments.background.maintenance import tidy
from comments.background.outbox_handlers import delivery
from comments.moderation.audit.verify import checked
from comments.outbox.models import Outbox
from comments.sites.queries import site_by_name
from comments.threads.models import Report
from tests.moderation.test_api import Api
from tests.moderation.test_pages import signed_in
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

ADDRESSES_KEPT = timedelta(days=30)


@pytest.fixture
def api(site: SiteUnderTest) -> Api:
    return Api(site)


def readers(count: int, *, first: int = 20) -> list[Guest]:
    return [Guest(f"Reader {number}", f"198.51.100.{first + number}") for number in range(count)]


async def report(site: SiteUnderTest, comment_id: str, *guests: Guest) -> None:
    """Report a comment, and do what the outbox has to do then."""
    for guest in guests:
        answer = await site.send("POST", f"comments/{comment_id}/reports", {"reason": "spam"}, guest=guest)
        assert answer.status_code == 202, answer.text
    await delivery(site.service).deliver_due()


async def state(api: Api, comment_id: str) -> str:
    [found] = [one for one in (await api.queue(state="all"))["comments"] if one["id"] == comment_id]
    word: str = found["state"]
    return word


async def kinds(site: SiteUnderTest) -> list[str]:
    return await site.service.db.read(
        lambda session: sorted(session.scalars(select(Outbox.kind).where(Outbox.state == "waiting")))
    )


async def test_enough_reports_let_a_comment_wait_and_the_log_says_so(site: SiteUnderTest, api: Api) -> None:
    comment = await site.approved("Buy pills")
    *first, last = readers(3)

    await report(site, comment["id"], *first, *first)
    assert await state(api, comment["id"]) == "approved", "the same reader twice is one"
    await report(site, comment["id"], last)

    assert await state(api, comment["id"]) == "pending"
    assert await site.shown() == []
    [entry, _] = (await api.get("log")).json()["entries"]
    assert (entry["who"], entry["decision"], entry["reason"]) == ("Readers’ reports", "reported", "3 reports")
    log = (await (await signed_in(site)).get("/moderate/blog/log")).text
    assert log.count(f">Rules {entry['rules']}<") == log.count(">Rules ") == 1, "one is a moderator's"
    found = await site.service.db.scan(
        lambda session: checked(session, site.service.keys, site_by_name(session, site.name).id)
    )
    assert found.faults == []


async def test_a_comment_that_was_kept_is_not_put_back_again(site: SiteUnderTest, api: Api) -> None:
    comment = await site.approved("An unpopular view")
    brigade = readers(3)
    await report(site, comment["id"], *brigade)
    await api.decide(decision="approve", comment_ids=[comment["id"]])

    await report(site, comment["id"], *brigade, *readers(5, first=60))

    assert await state(api, comment["id"]) == "approved"


async def test_reports_of_one_address_count_as_one(site: SiteUnderTest, api: Api) -> None:
    comment = await site.approved("An unpopular view")

    await report(site, comment["id"], *[Guest(f"Reader {number}", "198.51.100.9") for number in range(5)])

    assert await state(api, comment["id"]) == "approved"


async def test_who_reported_wrongly_counts_less_until_that_is_taken_back(
    site: SiteUnderTest, api: Api
) -> None:
    brigade = readers(3)
    fine, other = await site.approved("A fine view"), await site.approved("Another one")
    await report(site, fine["id"], *brigade)
    await api.decide(decision="approve", comment_ids=[fine["id"]])

    await report(site, other["id"], *brigade)
    assert await state(api, other["id"]) == "approved", "three times a half is not enough"

    await report(site, other["id"], *readers(2, first=80))
    assert await state(api, other["id"]) == "pending"


async def test_the_threshold_is_the_sites(site: SiteUnderTest, api: Api) -> None:
    await site.set(reports_before_hold="0")
    never = await site.approved("Never")
    await report(site, never["id"], *readers(5))
    assert await state(api, never["id"]) == "approved"

    await site.set(reports_before_hold="1")
    await report(site, never["id"], *readers(1, first=90))
    assert await state(api, never["id"]) == "pending"


async def test_reports_make_no_flood_of_tasks(site: SiteUnderTest, api: Api) -> None:
    comment = await site.approved("Buy pills")
    before = await kinds(site)

    for guest in readers(30):
        await site.send("POST", f"comments/{comment['id']}/reports", {"reason": "spam"}, guest=guest)
    assert await kinds(site) == sorted([*before, "reported"])
    await delivery(site.service).deliver_due()

    assert (await kinds(site)).count("digest") <= 1
    assert "reported" not in await kinds(site)


async def test_addresses_of_reports_are_forgotten(site: SiteUnderTest) -> None:
    comment = await site.approved("Buy pills")
    await report(site, comment["id"], *readers(2))

    async def keys() -> list[bytes | None]:
        return await site.service.db.read(lambda session: list(session.scalars(select(Report.address_key))))

    assert None not in await keys()
    await tidy(site.service.db, site.clock.now() + ADDRESSES_KEPT)
    assert None not in await keys()
    site.clock.advance(ADDRESSES_KEPT * 1.1)
    await tidy(site.service.db, site.clock.now())
    assert await keys() == [None, None]
