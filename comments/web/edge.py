"""What happens to every request first and every answer last, in one pass."""

import ipaddress
import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comments import errors
from comments.web import problems
from comments.web.access import DeclaredRoute
from comments.web.admission import Admission
from comments.web.answers import BytesAnswer
from comments.web.routing import LARGEST_REQUEST, TextRefused

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Observe = Callable[[str, int, float], None]
_Headers = list[tuple[bytes, bytes]]
Ready = Callable[[Scope], tuple[BytesAnswer, str] | None]

LEFT = 499
"""What is counted for who goes away before all of their request has come; nobody gets it."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""All other methods change something."""

_LARGEST = "comments.largest_request"
_log = logging.getLogger("comments.web")

_ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
_PAGES = [
    *_ALWAYS,
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_API = [
    *_ALWAYS,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Retry-After, X-Request-Id"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
# What a reader has keeps the headers it came with, but for those that a 304 brings anew (RFC 9111, 3.2). The
# script that asked with a tag of its own is given the 304 itself, and must be allowed to read that.
_UNCHANGED = [header for header in _API if header[0].startswith(b"access-control-")]
_API_BYTES, _API_UNCHANGED = (
    b"".join(b"%b: %b\r\n" % header for header in headers) for headers in (_API, _UNCHANGED)
)
_PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]


def below(base_path: str, path: str) -> str:
    """Return a path without `base_path`, which the proxy in front may have taken off already."""
    if base_path and path.startswith(f"{base_path}/"):
        return path[len(base_path) :]
    return path


class RequestTooLarge(errors.TooLarge):
    code = "request-too-large"


class Connection(Protocol):
    """What a server puts into the scope as `comments.connection`."""

    def answer_whole(self, scope: Scope, head: bytes, body: bytes) -> bool:
        """Send all of an answer, between whose parts there is room for headers, to the request of this scope.

        False if nothing was sent, because it has to be sent piece by piece.
        """


class _Answer:
    """The way back of one request: adds the headers that all answers have, and notes the status."""

    __slots__ = ("_headers", "_receive", "_request_id", "_scope", "_send", "status")

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, headers: _Headers, request_id: bytes
    ) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._headers = headers
        self._request_id = request_id
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = (b"x-request-id", self._request_id)
            message["headers"] = [*message["headers"], *self._headers, own]
        await self._send(message)

    async def whole(self, response: Response) -> None:
        """Send an answer of the API whose body is there: at once, if the connection is free for it."""
        connection: Connection | None = self._scope.get("comments.connection")
        if connection is not None and isinstance(response, BytesAnswer):
            head, body = in_bytes(response)
            head = b"%bx-request-id: %b\r\n" % (head, self._request_id)
            if connection.answer_whole(self._scope, head, body):
                self.status = response.status_code
                return
        await response(self._scope, self._receive, self)


class Edge:
    """The outermost application. Adds `comments.address` to the scope.

    Below a host's root it answers alike whether the proxy in front takes `base_path` off or not. What `ready`
    has for a GET of the API it sends itself. The routes of the API that are `straight` it asks without what
    the application has in between, which knows nothing of them.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        base_path: str = "",
        trusted: Sequence[Network],
        observe: Observe,
        admission: Admission,
        ready: Ready = lambda _: None,
        straight: Sequence[DeclaredRoute] = (),
    ) -> None:
        self._app = app
        self._straight: dict[str, list[DeclaredRoute]] = defaultdict(list)
        for route in straight:
            for method in route.needs:
                self._straight[method].append(route)
        self._admission = admission
        self._ready = ready
        self._base_path = base_path
        self._trusted = tuple(trusted)
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = os.urandom(16).hex()
        path = scope["path"] = below(self._base_path, scope["path"])
        headers = _API if "/api/" in path else _PAGES
        if headers is _API and scope["method"] == "GET" and (found := self._ready(scope)):
            answer, route = found
            if answer.status_code == 304:
                headers = _UNCHANGED
            await send(answer.start([*headers, (b"x-request-id", request_id.encode())]))
            await send({"type": "http.response.body", "body": answer.body})
            self._observe(route, answer.status_code, time.perf_counter() - started)
            return
        await self._routed(scope, receive, send, headers, request_id, started)

    async def _routed(
        self, scope: Scope, receive: Receive, send: Send, headers: _Headers, request_id: str, started: float
    ) -> None:
        scope["comments.address"] = _peer(scope)
        if self._trusted:
            _believe_proxies(scope, self._trusted)
        answer = _Answer(scope, receive, send, headers, request_id.encode())
        try:
            if scope["method"] == "OPTIONS" and headers is _API:
                await answer({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
                await answer({"type": "http.response.body", "body": b""})
            else:
                await self._serve(scope, receive, answer)
        except ClientDisconnect:
            # They went away before they had sent all; there is nobody to answer.
            answer.status = LEFT
        except Exception:
            if answer.status != 500:
                raise
            _log.exception("a bug, request %s %s %s", request_id, scope["method"], _route_of(scope))
            await problems.bug_response(request_id)(scope, receive, answer)
        finally:
            self._observe(_route_of(scope), answer.status, time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            _refuse_bad_text(scope)
            if scope["method"] in READING:
                await self._ask(scope, receive, answer)
            else:
                await self._change(scope, _bounded(scope, receive), answer)
        except errors.CommentsError as expected:
            await problems.problem_response(expected)(scope, receive, answer)

    async def _change(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        """Let a change in, once all of it has come: who sends slowly takes nobody's place."""
        self._admission.refuse_over(scope["path"])
        is_inside = False

        async def enter() -> None:
            nonlocal is_inside
            is_inside = True
            await self._admission.enter()

        async def whole() -> Message:
            message = await receive()
            if not is_inside and message["type"] == "http.request" and not message.get("more_body"):
                await enter()
            return message

        try:
            if not _has_body(scope):
                await enter()
            await self._ask(scope, whole, answer)
        finally:
            if is_inside:
                self._admission.leave()

    async def _ask(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        route = self._straight_route(scope)
        if route is None:
            await self._app(scope, receive, answer)
        else:
            await answer.whole(await route.endpoint(Request(scope, receive)))

    def _straight_route(self, scope: Scope) -> DeclaredRoute | None:
        for route in self._straight.get(scope["method"], ()):
            found, of_route = route.matches(scope)
            if found is Match.FULL:
                scope.update(of_route)
                return route
        return None


def last_words(response: Response) -> bytes:
    """Return a whole answer as it goes over the wire, for a connection that then ends.

    Of what was asked nothing is known: as from the API, it may be read by any page.
    """
    return b"connection: close\r\n".join(in_bytes(response))


def in_bytes(response: Response) -> tuple[bytes, bytes]:
    """Return an answer of the API as it goes over the wire; between both parts there is room for headers."""
    headers = _API_UNCHANGED if response.status_code == 304 else _API_BYTES
    own = [b"%b: %b\r\n" % header for header in response.raw_headers]
    return b"".join((_line(response.status_code), *own, headers)), b"\r\n" + bytes(response.body)


@lru_cache
def _line(status: int) -> bytes:
    return b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())


def _refuse_bad_text(scope: Scope) -> None:
    raw: bytes = scope.get("raw_path") or b""
    if b"%" not in raw:
        return
    try:
        text = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise TextRefused("The address is not UTF-8.", errors={"path": "not UTF-8"}) from None
    if "\x00" in text:
        raise TextRefused("The address contains U+0000.", errors={"path": "contains U+0000"})


def allow_bytes(scope: Scope, largest: int) -> None:
    """Let a request have more bytes than others: its handler takes them piece by piece, and counts."""
    scope[_LARGEST] = largest


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Return a `receive` that stops reading at the largest request, whatever its headers claim."""
    claimed = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    read = 0

    async def bounded() -> Message:
        nonlocal read
        # Asked only now: who may send a file is known when a handler begins to read.
        largest = scope.get(_LARGEST, LARGEST_REQUEST)
        if not read and claimed.isdigit() and int(claimed) > largest:
            raise _too_large(largest)
        message = await receive()
        read += len(message.get("body", b""))
        if read > largest:
            raise _too_large(largest)
        return message

    return bounded


def _too_large(largest: int) -> RequestTooLarge:
    return RequestTooLarge(f"A request may have {largest // 1024:,} kB.", largest_bytes=largest)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "127.0.0.1"


def _believe_proxies(scope: Scope, trusted: Sequence[Network]) -> None:
    """Take address and scheme from `X-Forwarded-*`, only as far as trusted proxies vouch for them.

    The list is read from its end: each trusted hop vouches for the one before it.
    """
    address = _peer(scope)
    if is_trusted(address, trusted):
        headers = Headers(scope=scope)
        hops = [hop.strip() for value in headers.getlist("x-forwarded-for") for hop in value.split(",")]
        for hop in reversed([hop for hop in hops if hop]):
            plain = _without_port(hop)
            if plain is None:
                break
            address = plain
            if not is_trusted(address, trusted):
                break
        scheme = headers.get("x-forwarded-proto", "").strip().lower()
        if scheme in {"http", "https"}:
            scope["scheme"] = scheme
    scope["comments.address"] = address


def _without_port(hop: str) -> str | None:
    candidates = [hop, hop.partition("]")[0].removeprefix("["), hop.rpartition(":")[0]]
    for candidate in candidates:
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return None


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Say whether an address is in one of these networks; what is no address is not."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in trusted)


def _route_of(scope: Scope) -> str:
    """Return the route's pattern, never the address itself: addresses name people and pages."""
    route = scope.get("comments.route")
    return str(route) if route else "other"
