"""A service that can be stopped and started, and readers on the other side of nginx."""

import time
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx

from tests.deploying.nginx import nginx, reader
from tests.support.databases import sqlite_copy
from tests.support.in_process import InThisProcess
from tests.support.ports import free_port
from tests.support.site import ORIGIN, PAGE

API = "/api/v1/sites/blog"
PATIENCE_SECONDS = 20.0


class Behind:
    """A service that can be stopped and started, and readers on the other side of nginx."""

    def __init__(self, folder: Path, run_folder: Path) -> None:
        self.port = free_port()
        settings = {
            "COMMENTS_BASE_URL": "https://blog.example/talk",
            "COMMENTS_TRUSTED_PROXIES": "127.0.0.1",
        }
        self.installation = InThisProcess(folder / "data", sqlite_copy(run_folder, folder), settings)
        self.installation.run("site", "add", "blog", "--origin", ORIGIN)
        self.installation.run("moderator", "add", "mia@blog.example", "--site", "blog")
        printed = self.installation.run("moderator", "token", "mia@blog.example", "--site", "blog")
        token = next(word for word in printed.split() if word.startswith("m_"))
        self.moderator = {"authorization": f"Bearer {token}", "origin": ORIGIN}
        self.running = ExitStack()
        self.start()

    def start(self) -> None:
        self.running.enter_context(self.installation.serving(port=self.port))

    def stop(self) -> None:
        self.running.close()

    def open_nginx(self, folder: Path, stack: ExitStack) -> None:
        self.nginx_port = stack.enter_context(nginx(folder, self.port))
        self.reader = stack.enter_context(self.from_address("127.0.0.2"))

    def from_address(self, address: str, host: str = "talk.example", *, http2: bool = True) -> httpx.Client:
        return reader(self.nginx_port, host, address, http2=http2)

    def say(self, text: str, page: dict[str, str] = PAGE) -> str:
        answer = self.reader.post(
            f"{API}/comments", json={"page": page, "body": text}, headers=self.moderator
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["comment"]["id"])

    def read(self, page: dict[str, str] = PAGE) -> httpx.Response:
        return self.reader.get(f"{API}/thread", params={"url": page["url"], "sort": "newest"})

    def after_the_second(self, path: str, **query: str) -> httpx.Response:
        """Ask until nginx has to look after what it kept, and return what it answers then."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := self.reader.get(path, params=query)).headers.get("x-cache") == "HIT":
            assert time.monotonic() < deadline, "nginx keeps it for ever"
            time.sleep(0.05)
        return answer


def page(name: str) -> dict[str, str]:
    return {"url": f"{ORIGIN}/{name}", "title": name}


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [comment["id"] for comment in answer.json()["comments"]]
