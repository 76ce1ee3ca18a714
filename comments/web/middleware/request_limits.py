"""How large a request may be and how long it may take to come, and which texts are no text."""

import asyncio
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comments import errors
from comments.web.problems import problem_response
from comments.web.routing import LARGEST_REQUEST, TextRefused

BODY_SECONDS = 30.0
LEAST_BYTES_A_SECOND = 500
"""What a body must come with, on the whole, once `BODY_SECONDS` have passed."""

_LARGEST = "comments.largest_request"


class RequestTooLarge(errors.TooLarge):
    code = "request-too-large"


class RequestTooSlow(errors.TooSlow):
    code = "request-too-slow"


class RequestLimits:
    """Refuses what is over a limit, whatever its headers claim: the body is counted as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _bad_text(scope)
        if refused is not None:
            await problem_response(refused)(scope, receive, send)
        elif scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, _bounded(scope, receive), send)


def allow_bytes(scope: Scope, largest: int) -> None:
    """Let a request have more bytes than others: its handler takes them piece by piece, and counts."""
    scope[_LARGEST] = largest


def _bad_text(scope: Scope) -> TextRefused | None:
    raw: bytes = scope.get("raw_path") or b""
    if b"%" not in raw:
        return None
    try:
        text = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return TextRefused("The address is not UTF-8.", errors={"path": "not UTF-8"})
    if "\x00" in text:
        return TextRefused("The address contains U+0000.", errors={"path": "contains U+0000"})
    return None


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Return a `receive` that raises RequestTooLarge or RequestTooSlow, for who reads the body."""
    claimed = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    loop = asyncio.get_running_loop()
    began, read, is_whole = loop.time(), 0, False

    async def bounded() -> Message:
        nonlocal read, is_whole
        if is_whole:
            return await receive()
        # Asked only now: who may send a file is known when a handler begins to read.
        largest = scope.get(_LARGEST, LARGEST_REQUEST)
        if not read and claimed.isdigit() and int(claimed) > largest:
            raise _too_large(largest)
        try:
            async with asyncio.timeout_at(began + BODY_SECONDS + read / LEAST_BYTES_A_SECOND):
                message = await receive()
        except TimeoutError:
            raise RequestTooSlow("The request did not come in time.") from None
        read += len(message.get("body", b""))
        if read > largest:
            raise _too_large(largest)
        is_whole = not message.get("more_body", False)
        return message

    return bounded


def _too_large(largest: int) -> RequestTooLarge:
    return RequestTooLarge(f"A request may have {largest // 1024:,} kB.", largest_bytes=largest)
