"""Streams of the service as it runs: over HTTP, with several processes, until it stops."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest

from tests.support.live import Installation, LiveService
from tests.support.site import ORIGIN, PAGE
from tests.support.streams import Event, events_in

pytestmark = pytest.mark.slow

API = "/api/v1/sites/blog"
URL = PAGE["url"]


class Moderator:
    """Writes, and decides, over HTTP."""

    def __init__(self, installation: Installation) -> None:
        installation.run("site", "add", "blog", "--origin", ORIGIN)
        installation.run("moderator", "add", "mia@blog.example", "--site", "blog")
        printed = installation.run("moderator", "token", "mia@blog.example", "--site", "blog")
        token = next(word for word in printed.split() if word.startswith("m_"))
        self.headers = {"authorization": f"Bearer {token}", "origin": ORIGIN}

    def say(self, service: LiveService, text: str, url: str = URL) -> str:
        order = {"page": {"url": url}, "body": text}
        answer = httpx.post(f"{service.base_url}{API}/comments", json=order, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["comment"]["id"])

    def remove(self, service: LiveService, comment_id: str) -> None:
        order = {"comment_ids": [comment_id], "decision": "remove"}
        decide = f"{service.base_url}{API}/moderation/decisions"
        assert httpx.post(decide, json=order, headers=self.headers).status_code == 200


@contextmanager
def stream(service: LiveService, **headers: str) -> Iterator[Iterator[Event]]:
    address = f"{service.base_url}{API}/stream"
    with httpx.stream("GET", address, params={"url": URL}, headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        yield events_in(answer.iter_lines())


def is_forgotten(service: LiveService) -> bool:
    return "comments_open_streams 0.0" in httpx.get(f"{service.base_url}/metrics").text


def test_a_change_reaches_the_readers_of_every_process_within_a_second(installation: Installation) -> None:
    moderator = Moderator(installation)
    with (
        installation.serving() as one,
        installation.serving() as other,
        stream(one) as here,
        stream(other) as there,
    ):
        assert [next(here).id, next(there).id] == ["0", "0"]
        comment_id = moderator.say(one, "Hello")
        since = time.monotonic()
        told = [next(here), next(there)]
        seconds = time.monotonic() - since
        moderator.remove(other, comment_id)
        gone = [next(here), next(there)]

    assert [event.data["comments"][0]["id"] for event in told] == [comment_id, comment_id]
    assert [event.data["gone"] for event in gone] == [[{"id": comment_id, "state": "removed"}]] * 2
    # A second is promised; the rest is for a busy machine.
    assert seconds < 3


def test_a_reader_goes_on_where_they_were_when_the_service_comes_back(installation: Installation) -> None:
    moderator = Moderator(installation)
    with installation.serving() as service:
        moderator.say(service, "Before")
        with stream(service) as events:
            known = next(events).id
            since = time.monotonic()
            service.process.terminate()
            rest: list[Any] = list(events)
            service.process.wait(20)
            seconds = time.monotonic() - since
        assert rest == []
        # It waits five seconds for requests under way, and streams have no end of their own.
        assert seconds < 4
    with installation.serving() as service:
        missed = moderator.say(service, "Missed")
        with stream(service, **{"last-event-id": known}) as events:
            next(events)
            assert [comment["id"] for comment in next(events).data["comments"]] == [missed]


def test_who_reads_nothing_loses_their_connection(tmp_path: Path) -> None:
    """Ten pages at a time, for the system keeps some megabytes on the way before anybody notices."""
    installation = Installation(tmp_path / "data")
    moderator = Moderator(installation)
    pages = [f"{ORIGIN}/{number}" for number in range(10)]
    with installation.serving() as service:
        address = urlsplit(service.base_url)
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            slow.connect((address.hostname, address.port))
            query = "&".join(f"url={page}" for page in pages)
            slow.sendall(f"GET {API}/stream?{query} HTTP/1.1\r\nHost: blog\r\n\r\n".encode())
            assert slow.recv(12) == b"HTTP/1.1 200"
            for number in range(400):
                moderator.say(service, f"{number} " + "\N{HIRAGANA LETTER A}" * 9_500, pages[number % 10])
                if number % 10 == 9 and is_forgotten(service):
                    break
            assert is_forgotten(service)
            received = b""
            while some := slow.recv(65_536):
                received += some
    # Cut in the middle: an answer that ends well has a last chunk of no bytes.
    assert not received.endswith(b"\r\n0\r\n\r\n")
