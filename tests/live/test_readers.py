"""How many may listen, how they leave, and what becomes of who reads nothing."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.live import heartbeats
from comments.live.hub import Hub
from comments.sites.actions import remove_site
from comments.web import event_stream
from tests.support.site import ORIGIN, PAGE, SiteUnderTest, running_site
from tests.support.streams import listening

URL = PAGE["url"]


def hub_of(site: SiteUnderTest) -> Hub:
    hub: Hub = site.app.state.hub
    return hub


async def test_the_stream_is_kept_by_nobody_on_the_way(site: SiteUnderTest) -> None:
    async with listening(site, URL, accept_encoding="br, gzip") as reader:
        headers = reader.headers

    assert reader.status == 200
    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert headers["access-control-allow-origin"] == "*"
    assert "content-encoding" not in headers


async def test_a_head_request_ends_at_once_and_listens_to_nothing(site: SiteUnderTest) -> None:
    answer = await site.client.head(site.path("stream"), params={"url": URL})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/event-stream"
    assert len(hub_of(site)) == 0


async def test_what_cannot_be_listened_to_is_refused_with_its_code(site: SiteUnderTest) -> None:
    for query, code in (
        ("", "page-missing"),
        ("?url=" + "&url=".join(f"{ORIGIN}/{n}" for n in range(11)), "too-many-pages"),
        (f"?url={URL}&since=1.2", "since-refused"),
        (f"?url={URL}&since=x", "since-refused"),
        (f"?url={URL}&since=-1", "since-refused"),
        (f"?url={URL}&since=9999999999", "since-refused"),
        ("?url=ftp://blog.example/a", "url-refused"),
        ("?url=https://elsewhere.example/a", "page-refused"),
    ):
        answer = await site.client.get(site.path("stream") + query)
        assert answer.json()["code"] == code, query
        assert 400 <= answer.status_code < 500
    unknown = await site.client.get(f"/api/v1/sites/nowhere/stream?url={URL}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "site-unknown")


async def test_a_token_of_another_site_shows_nothing_more(site: SiteUnderTest) -> None:
    waiting = await site.posted("Waits")
    public = await site.said("Public")

    async with listening(site, URL, since="0", authorization="Bearer m_of-another-site") as reader:
        await reader.event()
        told = await reader.event()

    assert [one["id"] for one in told.data["comments"]] == [public["id"]]
    assert waiting["id"] not in str(told.data)


async def test_one_address_may_have_twenty_streams(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    async with (
        running_site(database_url, clock, tmp_path, rate_limits=True) as site,
        AsyncExitStack() as all_,
    ):
        household = [f"2001:db8::{number}" for number in range(20)]
        readers = [await all_.enter_async_context(listening(site, URL, address=one)) for one in household]
        assert {reader.status for reader in readers} == {200}

        refused = await site.client.get(
            site.path("stream"), params={"url": URL}, headers={"x-forwarded-for": "2001:db8::ffff"}
        )
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
        assert int(refused.headers["retry-after"]) > 0
        async with listening(site, URL, address="2001:db8:0:1::1") as neighbour:
            assert neighbour.status == 200

        readers[0].leave()
        await readers[0].over()
        async with listening(site, URL, address="2001:db8::ffff") as again:
            assert again.status == 200


async def test_a_process_holds_no_more_streams_than_it_can(
    database_url: str, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comments.live.hub.MOST_STREAMS", 1)
    async with running_site(database_url, clock, tmp_path) as site, listening(site, URL) as reader:
        await reader.event()
        refused = await site.client.get(site.path("stream"), params={"url": URL})

        assert (refused.status_code, refused.json()["code"]) == (503, "streams-full")
        assert int(refused.headers["retry-after"]) > 0
        assert (await site.thread())["comments"] == []


async def test_who_leaves_is_forgotten(site: SiteUnderTest) -> None:
    await site.said("Hello")
    async with listening(site, URL) as stays:
        async with listening(site, URL, f"{ORIGIN}/unwritten") as leaves:
            await leaves.event()
            assert len(hub_of(site)) == 2
            leaves.leave()
            await leaves.over()
        assert len(hub_of(site)) == 1
        await stays.event()
        await site.said("Still told")
        assert (await stays.event()).name == "change"
    await stays.over()

    hub = hub_of(site)
    assert (len(hub), hub._channels, dict(hub._waiting_by_key), dict(hub._by_address)) == (0, {}, {}, {})


async def test_who_reads_nothing_is_cut_off(site: SiteUnderTest) -> None:
    async with listening(site, URL) as slow, listening(site, URL) as quick:
        await slow.event()
        await quick.event()
        slow.stop_reading()
        sent = 0
        while not slow.is_cut:
            await site.said(f"{sent}" + "&" * 2_000)
            sent += len(str((await quick.event()).data))
            assert sent < 2 * event_stream.LARGEST_BACKLOG
        await slow.over()
        assert sent > event_stream.LARGEST_BACKLOG
        await site.said("Goes on")
        assert (await quick.event()).name == "change"

    assert len(hub_of(site)) == 0


async def test_a_silent_stream_shows_now_and_then_that_it_lives(
    site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heartbeats.BEAT_SECONDS == 20
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.02)
    async with listening(site, URL) as reader:
        await reader.event()
        assert await reader.heartbeat() == ":\n\n"
        assert await reader.heartbeat() == ":\n\n"


async def test_the_streams_of_a_site_that_is_removed_end(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reader:
        await reader.event()
        await site.service.db.write(remove_site, "blog")

        await reader.over()

    assert (await site.client.get(site.path("stream"), params={"url": URL})).status_code == 404


async def test_all_streams_end_when_the_service_stops(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reads, listening(site, URL) as stalled:
        await reads.event()
        stalled.stop_reading()
        await site.said("Hello")
        await reads.event()

        hub_of(site).close()

        await reads.over()
        await stalled.over()
        assert (reads.is_cut, stalled.is_cut) == (False, True)


async def test_open_streams_are_counted(site: SiteUnderTest) -> None:
    async with listening(site, URL) as reader:
        await reader.event()
        assert "comments_open_streams 1.0" in (await site.client.get("/metrics")).text
    await reader.over()
    assert "comments_open_streams 0.0" in (await site.client.get("/metrics")).text
