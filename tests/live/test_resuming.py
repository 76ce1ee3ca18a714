"""A reader who comes back is told exactly what they missed, or to ask for the page again."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.live.changes import MOST_CHANGES
from comments.storage import WITHOUT_SYNC
from comments.threads.models import Thread
from tests.support.seeding import seed_thread
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest
from tests.support.streams import listening

URL = PAGE["url"]
OTHER = {"url": f"{ORIGIN}/other", "title": "Other"}


async def test_what_was_missed_is_told_at_once(site: SiteUnderTest) -> None:
    seen = await site.said("Seen")
    async with listening(site, URL) as reader:
        known = (await reader.event()).id
    missed = await site.said("Missed")
    gone = await site.said("Came and went")
    await site.decide("remove", gone["id"])
    await site.send("PUT", f"comments/{seen['id']}/vote", {"value": 1}, guest=Guest())
    now = (await site.thread())["thread"]

    async with listening(site, URL, last_event_id=known) as by_header:
        begun, told = await by_header.event(), await by_header.event()
    async with listening(site, URL, since=known) as by_query:
        await by_query.event()
        same = await by_query.event()

    assert begun.id == known
    assert (told.id, told.data["thread"]) == (str(now["version"]), now)
    assert [one["id"] for one in told.data["comments"]] == [missed["id"]]
    assert [(one["id"], one["score"]) for one in told.data["scores"]] == [(seen["id"], 1)]
    assert told.data["gone"] == [{"id": gone["id"], "state": "removed"}]
    assert same == told


async def test_the_header_wins_over_the_address(site: SiteUnderTest) -> None:
    for text in ("One", "Two"):
        await site.said(text)

    async with listening(site, URL, since="0", last_event_id="2") as reader:
        await reader.event()
        told = await reader.event()

    assert [one["html"] for one in told.data["comments"]] == ["<p>Two</p>"]


async def test_who_missed_nothing_is_told_nothing(site: SiteUnderTest) -> None:
    await site.said("Seen")
    async with listening(site, URL, since="2") as reader:
        assert (await reader.event()).id == "2"
        await site.said("New")

        told = await reader.event()

    assert [one["html"] for one in told.data["comments"]] == ["<p>New</p>"]


async def test_each_page_of_a_stream_is_told_what_it_missed(site: SiteUnderTest) -> None:
    await site.said("Here")
    await site.said("There", page=OTHER)
    async with listening(site, URL, OTHER["url"], since="1.2") as reader:
        begun, told = await reader.event(), await reader.event()
        await site.said("There again", page=OTHER)
        further = await reader.event()

    assert begun.id == "1.2"
    assert (told.id, told.data["page"]) == ("2.2", 0)
    assert (further.id, further.data["page"]) == ("2.3", 1)


async def test_a_version_from_the_future_is_reset(site: SiteUnderTest) -> None:
    await site.said("Here")
    async with listening(site, URL, OTHER["url"], since="9.9") as reader:
        await reader.event()
        here, there = await reader.event(), await reader.event()

    now = await site.thread()
    assert (here.name, here.id, here.data) == ("reset", "2.9", {"page": 0, "thread": now["thread"]})
    assert (there.name, there.id) == ("reset", "2.0")
    assert there.data["thread"]["id"] is None


async def test_more_changes_than_are_told_one_by_one_are_a_reset(site: SiteUnderTest) -> None:
    def many(session: Session, site_id: object, count: int) -> None:
        seed_thread(session, site_id, f"{ORIGIN}/{count}", [None] * count)  # type: ignore[arg-type]

    card = await site.app.state.site_cache.card("blog")
    for count in (MOST_CHANGES, MOST_CHANGES + 1):
        await site.service.db.write(many, card.id, count)
    async with listening(site, f"{ORIGIN}/{MOST_CHANGES}", since="0") as reader:
        await reader.event()
        enough = await reader.event()
    async with listening(site, f"{ORIGIN}/{MOST_CHANGES + 1}", since="0") as reader:
        await reader.event()
        too_many = await reader.event()

    assert enough.name == "change"
    assert len(enough.data["comments"]) == MOST_CHANGES
    assert too_many.name == "reset"


async def test_more_bytes_than_are_told_together_are_a_reset(site: SiteUnderTest) -> None:
    long = "\N{HIRAGANA LETTER A}" * 9_500
    await site.said(long)
    async with listening(site, URL, since="0") as reader:
        await reader.event()
        large = await reader.event()
    for number in range(9):
        await site.said(f"{number} {long}")
    async with listening(site, URL, since="0") as reader:
        await reader.event()
        larger = await reader.event()

    assert (large.name, larger.name) == ("change", "reset")


async def test_what_changed_before_changes_were_recorded_is_a_reset(site: SiteUnderTest) -> None:
    def forget(session: Session) -> None:
        session.execute(update(Thread).values(recorded_from=2), execution_options=WITHOUT_SYNC)

    for text in ("One", "Two"):
        await site.said(text)
    await site.service.db.write(forget)
    async with listening(site, URL, since="1") as reader:
        await reader.event()
        older = await reader.event()
    async with listening(site, URL, since="2") as reader:
        await reader.event()
        newer = await reader.event()

    assert older.name == "reset"
    assert [one["html"] for one in newer.data["comments"]] == ["<p>Two</p>"]
