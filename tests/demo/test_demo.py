"""The demo as a newcomer starts it: the real program on an empty data folder."""

import json
import re
import sqlite3
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.live import Installation, LiveService
from tests.support.ports import free_port

# ruff: noqa: S310 (all addresses are those of a service this test has started)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@dataclass(frozen=True)
class Demo:
    service: LiveService
    data_folder: Path

    def text(self, path: str) -> str:
        with urllib.request.urlopen(self.service.base_url + path, timeout=10) as answer:
            found: str = answer.read().decode()
            return found

    def thread(self, **query: str) -> dict[str, Any]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        found: dict[str, Any] = json.loads(self.text(f"/api/v1/sites/demo/thread?limit=100&{asked}"))
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    with Installation(folder).serving(command="demo") as service:
        yield Demo(service, folder)


def walk(comments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for comment in comments:
        yield comment
        yield from walk(comment["replies"]["comments"])


def rows(demo: Demo, sql: str) -> list[Any]:
    with sqlite3.connect(demo.data_folder / "comments.db") as connection:
        return connection.execute(sql).fetchall()


def test_the_terminal_says_in_six_lines_what_to_do(demo: Demo) -> None:
    lines = [line for line in demo.service.log.read_text().splitlines() if not line.startswith("{")]

    assert len(lines) == 6
    assert f"{demo.service.base_url}/" in lines[0]
    assert re.search(r"/sign-in/l_\S+", lines[1])


def test_the_article_stands_there_with_the_widget(demo: Demo) -> None:
    page = demo.text("/")

    assert "The quiet return of the night train" in page
    assert 'data-site="demo"' in page
    assert f'<link rel="canonical" href="{demo.service.base_url}/">' in page
    assert "Notes on a timetable" in demo.text("/timetable")


def test_the_discussion_lives(demo: Demo) -> None:
    thread = demo.thread(identifier="night-train")
    shown = list(walk(thread["comments"]))
    texts = " ".join(comment["html"] or "" for comment in shown)

    assert thread["thread"]["comment_count"] >= 40
    assert len({comment["author"]["name"] for comment in shown if comment["author"]}) >= 12
    assert max(comment["depth"] for comment in shown) >= 4
    for sign in ("<pre>", 'class="', "<blockquote>", "<a href=", "<ul>", "ليلى", "佐藤"):
        assert sign in texts + " ".join(str(comment["author"]) for comment in shown), sign
    assert any(comment["edited_at"] for comment in shown)
    assert {"removed", "deleted"} <= {comment["state"] for comment in shown}
    badges = rows(demo, "SELECT DISTINCT author_badge FROM comments WHERE state = 'approved'")
    assert {("author",), ("moderator",)} <= set(badges)


def test_it_has_just_happened_and_something_waits(demo: Demo) -> None:
    states = Counter(dict(rows(demo, "SELECT state, count(*) FROM comments GROUP BY state")))
    (newest,) = rows(demo, "SELECT max(created_at) / 1e6 > unixepoch() - 3600 FROM comments")

    assert states["pending"] == 1
    assert states["spam"] == 1
    assert newest == (1,)


def test_it_answers_under_its_own_address(demo: Demo) -> None:
    thread = demo.thread(url=f"{demo.service.base_url}/")

    assert thread["thread"]["comment_count"] >= 40
    assert thread["thread"]["url"] == f"{demo.service.base_url}/"
    assert thread["comments"][0]["permalink"].startswith(demo.service.base_url)


def test_a_second_start_keeps_what_was_written_and_moves_with_its_address(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    with installation.serving(command="demo") as service:
        headers = {"origin": service.base_url, "content-type": "application/json"}
        order = {"page": {"identifier": "timetable"}, "body": "Kept?", "author": {"name": "Newcomer"}}
        request = urllib.request.Request(
            f"{service.base_url}/api/v1/sites/demo/comments", json.dumps(order).encode(), headers
        )
        urllib.request.urlopen(request, timeout=10).close()
    with installation.serving(command="demo") as again:
        demo = Demo(again, installation.data_folder)
        assert again.base_url != service.base_url
        assert rows(demo, "SELECT count(*) FROM comments WHERE source = 'Kept?'") == [(1,)]
        assert rows(demo, "SELECT count(*) FROM comments WHERE state = 'approved'") == [(46,)]
        assert demo.thread(identifier="timetable")["thread"]["url"] == f"{again.base_url}/timetable"


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, demo: Demo) -> None:
    port = demo.service.base_url.rpartition(":")[2]
    taken = Installation(tmp_path / "one").attempt("demo", "--port", port)
    damaged = tmp_path / "two"
    damaged.mkdir()
    (damaged / "comments.db").write_bytes(b"This is not a database. " * 400)
    key = {"COMMENTS_SECRET_KEY": "not-secret-only-for-tests-0123456789abcdef"}
    broken = Installation(damaged, settings=key).attempt("demo", "--port", str(free_port()))

    for done, word in ((taken, port), (broken, "comments.db")):
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert word in done.stderr
