"""The application is ASGI and nothing else: any server for that serves it whole, event streams too."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx2 as httpx
import pytest

from tests.live.test_serving import Moderator, stream
from tests.support.live import Installation, LiveService, wait_until_healthy
from tests.support.ports import free_port
from tests.support.site import PAGE

pytestmark = pytest.mark.slow

APPLICATION = "comments.asgi:app"
SERVERS = {
    "uvicorn": ["uvicorn", APPLICATION, "--port", "{port}", "--no-access-log"],
    "hypercorn": ["hypercorn", APPLICATION, "--bind", "127.0.0.1:{port}"],
    "granian": ["granian", "--interface", "asgi", "--port", "{port}", APPLICATION],
}


@contextmanager
def served(installation: Installation, server: str) -> Iterator[LiveService]:
    port = free_port()
    command = [sys.executable, "-m", *(word.format(port=port) for word in SERVERS[server])]
    log = installation.data_folder.parent / f"{server}-{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            env=installation.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    service = LiveService(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_healthy(service, port)
        yield service
    finally:
        service.kill()


@pytest.mark.parametrize("server", SERVERS)
def test_it_is_served_whole(fresh: Installation, server: str) -> None:
    moderator = Moderator(fresh)
    address = "/api/v1/sites/blog/thread"
    with served(fresh, server) as service:
        with stream(service) as events:
            assert next(events).id == "0"
            moderator.say(service, "Hello *there*")
            assert next(events).data["comments"][0]["html"] == "<p>Hello <em>there</em></p>"

            first = httpx.get(f"{service.base_url}{address}", params={"url": PAGE["url"]})
            again = httpx.get(
                f"{service.base_url}{address}",
                params={"url": PAGE["url"]},
                headers={"if-none-match": first.headers["etag"]},
            )

            # Servers wait for open answers: a stream ends when it is told to, by the application.
            began = time.monotonic()
            os.kill(service.process.pid, signal.SIGTERM)
            with suppress(httpx.RemoteProtocolError):
                # hypercorn cuts the connection before the last chunk.
                assert list(events) == []
        service.process.wait(20)

    assert (first.status_code, again.status_code) == (200, 304)
    assert "x-request-id" in again.headers
    assert first.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert time.monotonic() - began < 10
