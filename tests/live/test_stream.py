"""What a reader's stream tells, and what it never tells."""

from contextlib import AsyncExitStack
from pathlib import Path

from comments.clock import FixedClock
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest, running_site
from tests.support.streams import listening

URL = PAGE["url"]
OTHER = f"{ORIGIN}/other"


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


async def test_the_first_comment_of_a_page_reaches_who_waits_for_it(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reader:
        assert (await reader.event()).id == "0"
        await site.said("First")

        told = await reader.event()

    assert [comment["html"] for comment in told.data["comments"]] == ["<p>First</p>"]
    assert told.data["thread"] == (await site.thread())["thread"]


async def test_what_waits_is_never_named(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reader:
        await reader.event()
        guest = Guest()
        waiting = await site.posted("Waits", guest=guest)
        await site.send("PATCH", f"comments/{waiting['id']}", {"body": "Waits longer"}, guest=guest)
        await site.decide("spam", waiting["id"])
        public = await site.said("Public")

        told = await reader.event()

    assert [comment["id"] for comment in told.data["comments"]] == [public["id"]]
    assert (told.data["scores"], told.data["gone"]) == ([], [])


async def test_the_stream_is_kept_by_nobody_on_the_way(site: SiteUnderTest) -> None:
    async with listening(site, URL, accept_encoding="br, gzip") as reader:
        headers = reader.headers

    assert reader.status == 200
    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert headers["access-control-allow-origin"] == "*"
    assert "content-encoding" not in headers


async def test_what_is_refused_is_refused_with_its_code(site: SiteUnderTest) -> None:
    for query, code in (
        ("", "page-missing"),
        ("?url=" + "&url=".join(f"{ORIGIN}/{n}" for n in range(11)), "too-many-pages"),
        (f"?url={URL}&since=1.2", "since-refused"),
        (f"?url={URL}&since=x", "since-refused"),
        (f"?url={URL}&since=99999999999", "since-refused"),
        ("?url=ftp://blog.example/a", "url-refused"),
        ("?url=https://elsewhere.example/a", "page-refused"),
    ):
        answer = await site.client.get(site.path("stream") + query)
        assert answer.json()["code"] == code, query
        assert 400 <= answer.status_code < 500
    unknown = await site.client.get(f"/api/v1/sites/nowhere/stream?url={URL}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "site-unknown")


async def test_one_address_may_have_twenty_streams(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    async with (
        running_site(database_url, clock, tmp_path, rate_limits=True) as site,
        AsyncExitStack() as open_,
    ):
        neighbours = [f"2001:db8::{n}" for n in range(20)]
        readers = [await open_.enter_async_context(listening(site, URL, address=one)) for one in neighbours]
        assert {reader.status for reader in readers} == {200}

        refused = await site.client.get(
            site.path("stream"), params={"url": URL}, headers={"x-forwarded-for": "2001:db8::ffff"}
        )
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
        assert int(refused.headers["retry-after"]) > 0
        async with listening(site, URL, address="2001:db8:0:1::1") as elsewhere:
            assert elsewhere.status == 200

        readers[0].leave()
        await readers[0].over()
        async with listening(site, URL, address="2001:db8::ffff") as again:
            assert again.status == 200
