"""The Varnish configuration of docs/examples/deploy, in a real Varnish before a real service."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.deploying.behind import API, PATIENCE_SECONDS, Behind, page
from tests.deploying.nginx import EXAMPLES, is_listened_on
from tests.support.debian import debian_program
from tests.support.ports import free_port
from tests.support.streams import events_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nginx")]

HERE = page("varnish")
START_SECONDS = 60.0


@contextmanager
def varnish(folder: Path, service_port: int) -> Iterator[str]:
    program = debian_program("varnishd", "varnish")
    if not shutil.which("gcc"):
        pytest.skip("Varnish compiles its configuration, and there is no gcc.")
    vcl, port = folder / "default.vcl", free_port()
    text = (EXAMPLES / "varnish.vcl").read_text()
    assert '.port = "8080";' in text
    vcl.write_text(text.replace('"8080"', f'"{service_port}"'))
    work = folder / "varnish"
    own_folder = program.folder / "usr" if program.folder else Path("/usr")
    modules = next(own_folder.glob("lib/*/varnish/vmods"))
    options: list[str | Path] = [
        "-j",
        "none",
        "-F",
        "-n",
        work,
        "-f",
        vcl,
        "-a",
        f"127.0.0.1:{port}",
        "-s",
        "malloc,32m",
    ]
    running = subprocess.Popen(
        [program.path, *options, "-p", f"vmod_path={modules}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=program.environment(),
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_listened_on(port):
            is_late = running.poll() is not None or time.monotonic() > deadline
            assert not is_late, "varnishd did not start"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()


def after(client: httpx.Client, seconds: int) -> httpx.Response:
    """Ask until Varnish shows what it has kept for so long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = client.get(f"{API}/thread", params={"url": HERE["url"]})
        if answer.status_code == 200 and int(answer.headers["age"]) >= seconds:
            return answer
        assert time.monotonic() < deadline, f"{answer.status_code}: {answer.headers}"
        time.sleep(0.05)


def shows(client: httpx.Client, comment: str) -> bool:
    """Ask until a comment is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while comment not in client.get(f"{API}/thread", params={"url": HERE["url"]}).text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return True


def test_behind_varnish(behind: Behind, tmp_path: Path) -> None:
    """One test for all of it: to compile the configuration takes a second."""

    def say(text: str) -> str:
        order = {"page": HERE, "body": text}
        answer = client.post(f"{API}/comments", json=order, headers=behind.moderator)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["comment"]["id"])

    with varnish(tmp_path, behind.port) as url, httpx.Client(base_url=url, timeout=20) as client:
        first = say("First")
        assert shows(client, first)
        kept = client.get(f"{API}/thread", params={"url": HERE["url"]})
        assert (kept.headers["x-cache"], kept.headers["cache-control"][:6]) == ("HIT", "public")
        with client.stream("GET", f"{API}/stream", params={"url": HERE["url"]}) as answer:
            events = events_in(answer.iter_lines())
            next(events)
            second = say("Second")
            assert second in str(next(events))
        assert shows(client, second)

        behind.stop()
        try:
            assert second in after(client, 3).text
            assert client.post(f"{API}/comments", json={}, headers=behind.moderator).status_code == 503
        finally:
            behind.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while client.get("/healthz").status_code != 200:
            assert time.monotonic() < deadline, "Varnish does not notice that the service is back"
            time.sleep(0.05)
        assert shows(client, say("Third"))
