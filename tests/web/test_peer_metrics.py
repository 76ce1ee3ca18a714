"""Processes on one port tell each other what they have counted."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from comments.web.monitoring import peer_metrics, prometheus
from comments.web.monitoring.metrics import Metrics
from comments.web.monitoring.peer_metrics import PeerMetrics

pytestmark = pytest.mark.anyio


@pytest.fixture
async def three() -> AsyncIterator[PeerMetrics]:
    made = PeerMetrics(3)
    yield made
    made.close()


async def test_who_is_away_is_left_out_and_its_successor_is_heard(
    three: PeerMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = b"x" * 1_000_000
    three.listen(0, lambda: b"first")
    three.listen(2, lambda: long)

    with monkeypatch.context() as impatient:
        impatient.setattr(peer_metrics, "PATIENCE_SECONDS", 0.05)
        # More often than a way keeps questions.
        for _ in range(30):
            assert 1 not in await three.ask()
    three.listen(1, lambda: b"second")

    assert await three.ask() == {0: b"first", 1: b"second", 2: long}


async def test_who_opens_a_connection_after_the_end_hears_on_it() -> None:
    """The system gives numbers of closed sockets again, and the loop must not take them for watched."""
    ended, loop = PeerMetrics(3), asyncio.get_running_loop()
    for number in range(3):
        ended.listen(number, bytes)
    ended.close()

    with ExitStack() as opened:
        for one, other in [[opened.enter_context(end) for end in socket.socketpair()] for _ in range(4)]:
            for mine, theirs in ((one, other), (other, one)):
                mine.setblocking(False)
                hearing = asyncio.ensure_future(loop.sock_recv(mine, 1))
                await asyncio.sleep(0)
                theirs.send(b"!")
                async with asyncio.timeout(20):
                    assert await hearing == b"!"


def test_each_has_a_label_and_what_all_share_has_none() -> None:
    one, other = Metrics(), Metrics()
    one.observe("/a", 200, 0.01)
    other.requests = Counter({("/a", 200): 2})
    other.watch_total("comments_refused", "Refused.", lambda: 3)
    told = {
        number: prometheus.encoded_metrics(prometheus.counted_here(counted, 5))
        for number, counted in enumerate((one, other))
    }

    metrics = prometheus.counted_by_all({**told, 2: told[0][:-9]})
    lines = prometheus.exposed(metrics, {("waiting", "mail"): 7}).decode().splitlines()

    assert 'comments_http_requests_total{process="1",route="/a",status="200"} 1.0' in lines
    assert 'comments_http_requests_total{process="2",route="/a",status="200"} 2.0' in lines
    assert 'comments_http_request_seconds_bucket{le="+Inf",process="1",route="/a"} 1.0' in lines
    assert 'comments_page_cache_bytes{process="2"} 5.0' in lines
    assert 'comments_refused_total{process="2"} 3.0' in lines
    assert 'comments_outbox_tasks{kind="mail",state="waiting"} 7.0' in lines
    assert len([line for line in lines if line.startswith("process_open_fds{")]) == 2
    assert len([line for line in lines if line.startswith("# TYPE comments_http_requests_total ")]) == 1
    assert not any('process="3"' in line for line in lines)
