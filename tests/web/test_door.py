"""What is answered by a request's head alone: the same as `Edge` answers, and only where it may."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from comments.web.admission import MOST_INSIDE, Admission
from comments.web.answers import BytesAnswer
from comments.web.door import Door
from comments.web.edge import Edge

pytestmark = pytest.mark.anyio

POST, READ = b"/api/v1/sites/blog/comments", b"/api/v1/sites/blog/thread"
DECISION = b"/api/v1/sites/blog/moderation/decisions"
HEADERS = [(b"host", b"a"), (b"accept-encoding", b"br")]
TAG = (b"etag", b'"a"')
KEPT = BytesAnswer(200, [(b"content-type", b"application/json"), (b"content-length", b"2"), TAG], b"{}")
UNCHANGED = BytesAnswer(304, [TAG], b"")

Answered = tuple[int, dict[bytes, bytes], bytes]


class Service:
    """A door and an edge that ask the same; `seen` is what was counted."""

    def __init__(self, kept: BytesAnswer = KEPT) -> None:
        self.seen: Counter[tuple[str, int]] = Counter()
        self.asked: list[Scope] = []
        self.kept = kept
        self.inside = Admission(is_urgent=lambda path: path == DECISION.decode())
        shared: dict[str, Any] = {"base_path": "/talk", "observe": self.count, "ready": self.find}
        self.door = Door(self.inside, **shared)
        self.edge = Edge(self.application, trusted=[], admission=self.inside, **shared)

    def count(self, route: str, status: int, seconds: float) -> None:
        self.seen[route, status] += 1

    def find(self, scope: Scope) -> tuple[BytesAnswer, str] | None:
        self.asked.append({name: scope[name] for name in ("path", "raw_path", "query_string", "headers")})
        return (self.kept, "/a/{b}") if scope["path"] == READ.decode() else None

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("asked")

    def at_door(self, method: bytes, target: bytes) -> Answered | None:
        found = self.door.answer(method, target, HEADERS)
        if found is None:
            return None
        head, end, body = b"".join(found).partition(b"\r\n\r\n")
        assert (found[0] + b"\r\n", end) == (head + b"\r\n\r\n", b"\r\n\r\n")
        line, *lines = head.split(b"\r\n")
        return int(line.split()[1]), dict(one.split(b": ", 1) for one in lines), body

    async def by_edge(self, method: str, target: bytes) -> Answered:
        path, _, query = target.partition(b"?")
        told: list[Message] = []

        async def send(message: Message) -> None:
            told.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "method": method, "path": path.decode(), "raw_path": path}
        await self.edge({**scope, "query_string": query, "headers": HEADERS}, receive, send)
        body = b"".join(message.get("body", b"") for message in told)
        return told[0]["status"], dict(told[0]["headers"]), body


@pytest.mark.parametrize("kept", [KEPT, UNCHANGED], ids=["whole", "unchanged"])
async def test_what_is_kept_is_answered_as_by_the_edge(kept: BytesAnswer) -> None:
    service = Service(kept)
    target = b"/talk" + READ + b"?url=https%3A%2F%2Fa&limit=25"

    answer = service.at_door(b"GET", target)
    by_edge = await service.by_edge("GET", target)

    assert answer is not None
    assert answer[1].pop(b"x-request-id") != by_edge[1].pop(b"x-request-id")
    assert answer == by_edge
    assert service.seen == {("/a/{b}", kept.status_code): 2}
    # The kept answer is looked for by the same bytes, or it would never be found.
    of_door, of_edge = service.asked
    assert of_door["path"] == of_edge["path"] == READ.decode()
    assert {**of_door, "raw_path": b""} == {**of_edge, "raw_path": b""}


async def test_changes_that_would_wait_are_refused_as_by_the_edge() -> None:
    service = Service()
    assert service.at_door(b"POST", POST) is None
    for _ in range(MOST_INSIDE):
        await service.inside.enter()

    answer = service.at_door(b"POST", b"/talk" + POST + b"?a=1")
    status, headers, body = await service.by_edge("POST", POST)

    assert answer is not None
    assert answer[0] == status == 503
    assert (answer[1].keys(), json.loads(answer[2])) == (headers.keys(), json.loads(body))
    assert int(answer[1][b"retry-after"]) in range(2, 6)
    assert service.seen == {("other", 503): 2}
    assert service.inside.refused == 2


async def test_changes_that_come_at_once_count_for_each_other() -> None:
    service = Service()
    for _ in range(MOST_INSIDE - 1):
        await service.inside.enter()

    assert service.at_door(b"POST", POST) is None
    assert service.at_door(b"POST", POST) is not None

    # Who was let on has not come in by the next round, and holds nobody's place.
    await asyncio.sleep(0)
    assert service.at_door(b"POST", POST) is None


@pytest.mark.parametrize(
    ("method", "target"),
    [
        (b"POST", DECISION),
        (b"POST", b"/d/blog/post"),
        (b"POST", POST + b"%20"),
        (b"POST", b"http://a" + POST),
        (b"OPTIONS", POST),
        (b"HEAD", READ),
        (b"GET", POST),
        (b"GET", READ + b"#a"),
        (b"GET", READ + b"?a=\xc3"),
        (b"GET", b"/talk?url=" + READ),
    ],
    ids=["urgent", "form", "escaped", "whole", "preflight", "head", "not kept", "fragment", "bytes", "query"],
)
async def test_all_else_is_left_to_the_application(method: bytes, target: bytes) -> None:
    service = Service()
    for _ in range(MOST_INSIDE):
        await service.inside.enter()

    assert service.at_door(method, target) is None
    assert not service.seen
