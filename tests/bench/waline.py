"""Waline as it comes, on SQLite: built once, seeded, started, and asked as its widget asks.

`python -m tests.bench.waline` only builds it, for a bench that is to begin at once.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.bench.contestants import BUILT, CannotBuild, Contestant, answering, ask
from tests.bench.processes import started
from tests.bench.requests import get, post
from tests.bench.seeding import Seeds, distinct, reader
from tests.bench.writing import roots_of
from tests.support.ports import free_port
from tests.support.seeding import START

WALINE = "Waline"
WALINE_PACKAGE = "@waline/vercel@1.39.3"
INSTALL_SECONDS, COMPILE_SECONDS = 150, 420
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
STEP = 10
"""How many top-level comments its widget asks for at a time, all their replies with them."""

# What its models read and write; as in the database that comes with it, there is no index but the key's.
TABLES = """
CREATE TABLE wl_Comment (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, ip TEXT, link TEXT, mail TEXT,
    insertedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    nick TEXT, pid INTEGER, rid INTEGER, sticky NUMERIC, status TEXT NOT NULL DEFAULT '',
    "like" INTEGER, ua TEXT, url TEXT, comment TEXT, createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE wl_Counter (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER, url TEXT NOT NULL DEFAULT '',
    createdAt TIMESTAMP, updatedAt TIMESTAMP
);
CREATE TABLE wl_Users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, display_name TEXT, email TEXT, password TEXT, type TEXT,
    label TEXT, url TEXT, avatar TEXT, github TEXT, twitter TEXT, facebook TEXT, google TEXT,
    weibo TEXT, qq TEXT, oidc TEXT, huawei TEXT, "2fa" TEXT, createdAt TIMESTAMP, updatedAt TIMESTAMP
);
"""
_INSERT = (
    "INSERT INTO wl_Comment (id, pid, rid, insertedAt, createdAt, updatedAt, ip, nick, ua, url, comment, "
    "mail, link, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 'approved')"
)


def build_waline() -> Path:
    """Return the folder it is installed in, its part in C++ compiled. Raises CannotBuild."""
    home = BUILT / "waline"
    marker = home / "built"
    if marker.exists() and marker.read_text() == WALINE_PACKAGE:
        return home
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotBuild("there is no Node here")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "package.json").write_text("{}")
    rebuild = [npm, "rebuild", "sqlite3", "--build-from-source"]
    prefix = Path(node).resolve().parents[1]
    if (prefix / "include" / "node").is_dir():
        rebuild.append(f"--nodedir={prefix}")
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    install = [npm, "install", "--ignore-scripts", *quiet, WALINE_PACKAGE]
    _step(install, home, INSTALL_SECONDS, "its package could not be installed")
    _step(rebuild, home, COMPILE_SECONDS, "its sqlite3 could not be compiled")
    marker.write_text(WALINE_PACKAGE)
    return home


def _step(command: list[str], home: Path, seconds: int, fault: str) -> None:
    environment = {**os.environ, "JOBS": str(os.cpu_count() or 1)}
    with (home / "log").open("ab") as log:
        # A session of its own: what it has started must end with it when the time is up.
        process = subprocess.Popen(
            command, cwd=home, stdout=log, stderr=log, env=environment, start_new_session=True
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            raise CannotBuild(f"{fault} within {seconds} s") from None
    if code:
        raise CannotBuild(f"{fault}: {(home / 'log').read_text().strip().splitlines()[-1][:200]}")


def seed_waline(database: Path, seeds: Seeds) -> dict[str, list[tuple[int, int]]]:
    """Write the discussions, and return by page the number of each comment and of what it stands below."""
    written: dict[str, list[tuple[int, int]]] = {}
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(TABLES)
        before = 0
        for page in seeds.pages:
            rows = _rows(seeds, page, before)
            connection.executemany(_INSERT, rows)
            written[page] = [(row[0], row[2] or row[0]) for row in rows]
            before += len(rows)
    return written


def _rows(seeds: Seeds, page: str, before: int) -> list[tuple[Any, ...]]:
    parents = seeds.parents(page)
    found = []
    for number, (parent, root) in enumerate(zip(parents, roots_of(parents), strict=True)):
        written = (START + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S")
        above = [None if one is None else before + one + 1 for one in (parent, root)]
        who = (f"10.0.{number % 200}.1", reader(number * 7), AGENT)
        text = seeds.texts[number % len(seeds.texts)].source
        found.append((before + number + 1, *above, written, written, written, *who, f"/{page}", text))
    return found


@contextmanager
def waline(home: Path, database: Path) -> Iterator[Contestant]:
    """Run it in its one process; without its limit of a post a minute, and asking no one outside."""
    port, log = free_port(), database.with_suffix(".log")
    environment = {
        # At each request it asks another server who can sign in: this answer costs it least.
        "OAUTH_URL": 'data:application/json,{"services":[]}',
        "SQLITE_PATH": str(database.parent),
        "SQLITE_DB": database.stem,
        "JWT_TOKEN": "only-for-measuring",
        "AKISMET_KEY": "false",
        "IPQPS": "-1000000",
        "SITE_NAME": "Measured",
        "SITE_URL": "http://127.0.0.1",
        "HOST": "127.0.0.1",
    }
    entry = home / "node_modules" / "@waline" / "vercel" / "vanilla.js"
    command = [shutil.which("node") or "node", str(entry), str(port)]
    with started(command, log, environment, database.parent) as process:
        yield answering(WALINE, 1, port, process, waline_counts(["nowhere"]), log)


def waline_view(page: str, number: int = 1) -> bytes:
    """Ask for a page of its widget, in its widget's own order."""
    shown = [("pageSize", str(STEP)), ("page", str(number)), ("lang", "en-US")]
    return get("/api/comment", [("path", f"/{page}"), *shown, ("sortBy", "insertedAt_desc")])


def waline_counts(pages: Sequence[str]) -> bytes:
    asked = ",".join(f"/{page}" for page in pages)
    return get("/api/comment", [("type", "count"), ("url", asked), ("lang", "en-US")])


def waline_everything(port: int, page: str) -> tuple[list[bytes], int, int]:
    """Return every request a reader's widget makes to have all comments, how many came, and their bytes."""
    requests: list[bytes] = []
    seen = size = 0
    pages = 1
    while len(requests) < pages:
        requests.append(waline_view(page, len(requests) + 1))
        answer = ask(port, requests[-1])
        found = json.loads(answer.body)["data"]
        pages, size, seen = found["totalPages"], size + answer.size, seen + waline_shown(found)
    return requests, seen, size


def waline_shown(found: dict[str, Any]) -> int:
    return sum(1 + len(one["children"]) for one in found["data"])


def waline_posts(written: Sequence[tuple[int, int]], seeds: Seeds, page: str, count: int) -> list[bytes]:
    """Return so many posts, three of five of them replies."""
    found = []
    for number in range(count if written else 0):
        body: dict[str, Any] = {
            "comment": distinct(seeds, number),
            "nick": reader(number),
            "mail": "",
            "link": "",
            "ua": AGENT,
        }
        if number % 5 >= 2:
            above, root = written[number * 7 % len(written)]
            body |= {"pid": above, "rid": root, "at": reader(0)}
        found.append(post("/api/comment?lang=en-US", {**body, "url": f"/{page}"}))
    return found


def main() -> None:
    try:
        print(f"{WALINE} is in {build_waline()}")
    except CannotBuild as reason:
        sys.exit(f"{WALINE}: {reason}")


if __name__ == "__main__":
    main()
