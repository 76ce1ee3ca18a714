"""What a connection may do: real sockets on the service's own protocol, with short limits."""

import asyncio
import contextlib
import gc
import json
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from comments.cli.connections import LARGEST_HEAD, MOST_PIPELINED, Connections, Protocol
from comments.cli.lines import Line
from comments.web.streaming import EventStream, Outlet

pytestmark = pytest.mark.anyio

LOOK = 0.02
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
STREAM = b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"


async def length_of_body(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


class Streaming:
    """An application whose GET of `/stream` is a stream without an end; any other request is answered."""

    def __init__(self) -> None:
        self.open: list[Outlet] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = EventStream(self._begin) if scope["path"] == "/stream" else length_of_body
        await app(scope, receive, send)

    async def _begin(self, outlet: Outlet) -> Callable[[], None]:
        outlet.put(b"begun\n")
        self.open.append(outlet)
        return lambda: self.open.remove(outlet)


@asynccontextmanager
async def listening(
    bounds: Connections, app: ASGIApp = length_of_body
) -> AsyncIterator[tuple[int, ServerState]]:
    """Serve within `bounds`; yields the port, and what uvicorn knows of its connections."""
    config = uvicorn.Config(app, http=Protocol.within(bounds), log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: config.http_protocol_class(config=config, server_state=state, app_state={}),  # type: ignore[call-arg]
        "127.0.0.1",
        0,
    )
    watch = asyncio.create_task(bounds.watch(LOOK))
    try:
        yield server.sockets[0].getsockname()[1], state
    finally:
        watch.cancel()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(LOOK)


async def dripped(port: int, first: bytes, drop: bytes) -> bytes:
    """Send `first`, then `drop` again and again until the other side has ended it; return what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    answer = asyncio.create_task(reader.read())
    while not answer.done():
        writer.write(drop)
        await asyncio.wait([answer], timeout=LOOK / 4)
    writer.close()
    try:
        return answer.result()
    except ConnectionResetError:
        return b""


def said(answer: bytes) -> tuple[int, str]:
    """Return status and code of the refusal that came last, which any page may read and which ends it all."""
    head, _, body = answer[answer.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    assert b"\r\naccess-control-allow-origin: *" in head
    assert b"\r\ncontent-type: application/problem+json" in head
    assert b"\r\ncontent-length: %d\r\n" % len(body) in head
    assert head.endswith(b"\r\nconnection: close")
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d %b\r\n" % (problem["status"], problem["title"].encode()))
    return problem["status"], problem["code"]


async def test_what_is_no_request_is_told_so_as_a_problem() -> None:
    async with listening(Connections()) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        async with asyncio.timeout(20):
            assert said(await reader.read()) == (400, "malformed-request")
        writer.close()


def full(method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> tuple[bytes, bytes] | None:
    assert (b"host", b"a") in headers
    return (b"HTTP/1.1 503 No\r\n", b"Content-Length: 0\r\n\r\n") if target == b"/full?a=1" else None


@pytest.mark.parametrize(
    "body", [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
)
async def test_of_what_is_answered_by_its_head_the_rest_is_passed_over_and_the_connection_stays(
    body: bytes,
) -> None:
    bounds = Connections(at_door=full)
    request = b"POST /full?a=1 HTTP/1.1\r\nHost: a\r\n" + body
    async with listening(bounds) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(20):
            for _ in range(2):
                # In pieces, so that the answer is there before the request is.
                for at in range(0, len(request), 20):
                    writer.write(request[at : at + 20])
                    await asyncio.sleep(0)
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 503 No")
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(1) == b"3"
        assert not bounds.sending
        assert state.total_requests == 3
        writer.close()


async def test_who_does_not_take_answers_is_no_longer_answered_at_the_door() -> None:
    """What waits for them is bounded: the application waits with its answer, and others wait behind it."""
    answered: list[bytes] = []
    body = bytes(1_000_000)

    def large(
        method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        answered.append(target)
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body), b"\r\n" + body

    async with listening(Connections(at_door=large)) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET * MOST_PIPELINED)
        await until(lambda: state.total_requests > 0)
        held = len(answered)
        lengths = []
        async with asyncio.timeout(20):
            for _ in range(MOST_PIPELINED):
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                lengths.append(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                await reader.readexactly(lengths[-1])
        writer.close()

    # The system takes some megabytes. The others are the application's, which says how long no body is.
    assert held < MOST_PIPELINED
    assert lengths == [len(body)] * held + [1] * (MOST_PIPELINED - held)


async def test_nothing_is_answered_before_what_came_first_and_the_end_is_kept() -> None:
    async with listening(Connections(at_door=full)) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        closing = b"POST /full?a=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        async with asyncio.timeout(20):
            writer.write(GET + closing)
            # The second waits for the first, and then is as any other.
            assert (await reader.read()).count(b"HTTP/1.1 200") == 2
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(closing)
            assert await reader.read() == b"HTTP/1.1 503 No\r\nconnection: close\r\nContent-Length: 0\r\n\r\n"
        writer.close()
        await until(lambda: not state.connections)


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nX: ", b"x"),
        (b"", b"\r\n"),
        (GET + b"GET / HTTP/1.1\r\nX: ", b"x"),
        (b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["nothing", "head", "empty lines", "second head", "body", "chunks"],
)
async def test_who_sends_byte_by_byte_is_cut(first: bytes, drop: bytes) -> None:
    bounds = Connections(head_seconds=0.1, body_seconds=0.1)
    async with listening(bounds) as (port, state):
        async with asyncio.timeout(20):
            answer = await dripped(port, first, drop)
        await until(lambda: not state.connections)

        assert bounds.too_slow == 1
        assert answer == b"" or said(answer) == (408, "request-too-slow")
        assert not bounds.sending
        assert not bounds.of_address


async def test_a_slow_body_that_comes_on_is_taken_and_an_answer_may_take_its_time() -> None:
    bounds = Connections(head_seconds=0.1, body_seconds=0.1)
    async with listening(bounds) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 40000\r\n\r\n")
        for _ in range(8):
            writer.write(b"x" * 5_000)
            await asyncio.sleep(0.05)
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()

    assert answer.endswith(b"40000")
    assert bounds.too_slow == 0


async def test_a_head_without_end_is_refused_before_it_fills_the_memory() -> None:
    bounds = Connections()
    async with listening(bounds) as (port, _):
        async with asyncio.timeout(20):
            answer = await dripped(port, b"GET / HTTP/1.1\r\n", b"X-Filler: " + b"x" * 4_000 + b"\r\n")

        assert answer == b"" or said(answer) == (431, "head-too-large")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b"x" * 50_000
        large = (
            b"Cookie: " + b"x" * (LARGEST_HEAD // 2) + b"\r\nConnection: close\r\nContent-Length: 50000\r\n"
        )
        writer.write(b"POST / HTTP/1.1\r\n" + large + b"\r\n" + body)
        assert (await reader.read()).endswith(b"50000")
        writer.close()


async def test_a_connection_too_many_is_told_so_and_the_next_one_finds_room() -> None:
    bounds = Connections(most=3)
    async with listening(bounds) as (port, state):
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(20):
            answer = await reader.read()
            writer.close()
            idle.pop()[1].close()
            await until(lambda: len(state.connections) <= 2)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")

        assert said(answer) == (503, "connections-full")
        assert b"retry-after" in answer
        assert bounds.refused == 1
        for _, other in (*idle, (reader, writer)):
            other.close()


async def test_one_address_does_not_take_all_the_room_but_a_trusted_proxy_may() -> None:
    bounds = Connections(most=10, an_address=1)
    async with listening(bounds) as (port, _):
        first = await asyncio.open_connection("127.0.0.1", port)
        reader, second = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(20):
            assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
        bounds.trusts = lambda address: address == "127.0.0.1"
        reader, third = await asyncio.open_connection("127.0.0.1", port)
        third.write(GET)
        async with asyncio.timeout(20):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        for writer in (first[1], second, third):
            writer.close()


async def test_many_requests_at_once_on_one_connection_are_not_kept_waiting_in_memory() -> None:
    async with listening(Connections()) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET * 20_000)
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionResetError):
                while await reader.read(65_536):
                    pass
        await until(lambda: not state.connections)
        writer.close()


async def test_while_it_stops_a_request_on_its_way_is_answered_and_idle_connections_end() -> None:
    bounds = Connections()
    async with listening(bounds) as (port, state):
        asking, idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        asking[1].write(GET[:10])
        await until(lambda: any(connection.is_coming for connection in bounds.sending))
        async with asyncio.timeout(20):
            for connection in list(state.connections):
                connection.shutdown()
            for connection in list(state.connections):
                connection.shutdown()
            assert await idle[0].read() == b""
            asking[1].write(GET[10:])
            answer = await asking[0].read()

        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer
        for _, writer in (asking, idle):
            writer.close()


async def test_a_stream_takes_the_place_of_all_that_read_its_request() -> None:
    app, bounds = Streaming(), Connections()
    async with listening(bounds, app) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: bool(state.connections))
        (protocol,) = map(weakref.ref, state.connections)
        gc.disable()
        try:
            writer.write(STREAM)
            async with asyncio.timeout(20):
                head = await reader.readuntil(b"begun\n\r\n")
            await until(lambda: protocol() is None)
        finally:
            gc.enable()
        (line,) = state.connections
        writer.write(GET)
        app.open[0].put(b"told")
        async with asyncio.timeout(20):
            told = await reader.readuntil(b"told\r\n")

        assert b"transfer-encoding: chunked" in head
        assert told == b"4\r\ntold\r\n"
        assert isinstance(line, Line)
        assert (not state.tasks, bounds.of_address) == (True, {"127.0.0.1": 1})
        writer.close()
        await until(lambda: not state.connections)
        assert (app.open, bounds.of_address) == ([], {})


async def test_a_stream_that_the_service_ends_has_a_last_chunk_and_then_the_connection_ends() -> None:
    app = Streaming()
    async with listening(Connections(), app) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(STREAM)
        await until(lambda: bool(app.open))
        app.open[0].end()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        await until(lambda: not state.connections)

    assert answer.endswith(b"6\r\nbegun\n\r\n0\r\n\r\n")
    assert app.open == []


async def test_a_stream_before_other_requests_ends_at_once_and_they_are_answered() -> None:
    app = Streaming()
    async with listening(Connections(), app) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(STREAM + GET)
        async with asyncio.timeout(20):
            answers = await reader.readuntil(b"\r\n\r\n0\r\n\r\n") + await reader.readuntil(b"\r\n\r\n0")
        writer.close()

    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert app.open == []
