"""More posts than the service can take: some are refused, reads go on, nothing acknowledged is lost."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comments.storage import open_database
from comments.threads.models import Comment
from comments.web.middleware.admission import MOST_INSIDE
from tests.support.live import Installation, LiveService
from tests.support.site import ORIGIN, PAGE

pytestmark = pytest.mark.slow

POSTERS = MOST_INSIDE + 300
API = "/api/v1/sites/blog"
READ = f"GET {API}/thread?url={PAGE['url']} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


@dataclass
class Heard:
    """What was answered."""

    posts: Counter[int] = field(default_factory=Counter)
    told_when: set[str] = field(default_factory=set)
    reads: Counter[int] = field(default_factory=Counter)
    stored_before: list[int] = field(default_factory=list)
    """How many posts had been answered with 201 when a read was answered."""


async def asked(port: int, request: bytes) -> tuple[int, bytes]:
    """Return status and head of the answer on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await answered(reader)
    finally:
        writer.close()


async def answered(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12]), head.lower()


def post(number: int) -> bytes:
    body = json.dumps({"page": PAGE, "body": f"**Comment** {number}, one of many", "author": {"name": "A"}})
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}"
    return f"POST {API}/comments HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\n{kind}\r\n\r\n{body}".encode()


async def reading(port: int, heard: Heard, *, flooding: asyncio.Event) -> None:
    while flooding.is_set():
        status, _ = await asked(port, READ)
        heard.reads[status] += 1
        heard.stored_before.append(heard.posts[201])
        await asyncio.sleep(0.01)


async def flooded(port: int) -> Heard:
    """Send all posts in the same moment, over connections that are open already."""
    heard, flooding = Heard(), asyncio.Event()
    ways = [await asyncio.open_connection("127.0.0.1", port) for _ in range(POSTERS)]
    posts = [post(number) for number in range(POSTERS)]
    flooding.set()
    for (_, writer), request in zip(ways, posts, strict=True):
        writer.write(request)
    reads = asyncio.create_task(reading(port, heard, flooding=flooding))
    for answer in asyncio.as_completed([answered(reader) for reader, _ in ways]):
        status, head = await answer
        heard.posts[status] += 1
        if status == 503:
            heard.told_when.add(head.decode().partition("retry-after: ")[2].partition("\r\n")[0])
    flooding.clear()
    await reads
    for _, writer in ways:
        writer.close()
    return heard


def megabytes(service: LiveService) -> float:
    """Return the most memory that the process has had."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


async def stored(url: str) -> int:
    def count(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(Comment)) or 0

    db = await open_database(url)
    try:
        return await db.read(count)
    finally:
        await db.close()


def test_a_flood_of_posts_is_refused_in_part_while_reads_go_on(installation: Installation) -> None:
    installation = Installation(
        installation.data_folder, installation.database_url, {"COMMENTS_RATE_LIMITS": "off"}
    )
    installation.run("site", "add", "blog", "--origin", ORIGIN)
    with installation.serving() as service:
        port = int(service.base_url.rpartition(":")[2])
        assert asyncio.run(asked(port, post(POSTERS)))[0] == 201
        before = megabytes(service)

        heard = asyncio.run(flooded(port))

        assert set(heard.posts) == {201, 503}
        assert heard.told_when <= {"2", "3", "4", "5"}
        assert set(heard.reads) == {200}
        # It came after all the posts.
        assert heard.stored_before[0] < heard.posts[201]
        assert megabytes(service) < before + 60
        # It needs nobody's help to recover.
        assert asyncio.run(asked(port, post(POSTERS + 1)))[0] == 201
        assert installation.database_url is not None
        assert asyncio.run(stored(installation.database_url)) == heard.posts[201] + 2
