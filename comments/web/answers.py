"""Answers made of bytes that are ready: encoded once, compressed once, sent as they are."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import brotli
import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

JSON = b"application/json"
QUICK, SMALLEST = 5, 11
"""For what changes with each comment, and for what changes with each release."""

WINDOW = 16
"""Brotli's, as a power of two, for what is compressed quickly and no larger than the window.

With it brotli fills tables of half the size: what they push out of the processor's cache is what the next
request needs. For what is larger it would find less.
"""

SMALLEST_COMPRESSED = 512
"""Below this many bytes compressing costs more than it saves."""

_RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """Which route a kept body answers, by its pattern; for a discussion also the name of its site."""

    route: str
    discussion_of: str = ""


class BytesAnswer(Response):
    """A response whose headers are already in the form ASGI wants."""

    def __init__(self, status: int, raw_headers: _RawHeaders, body: bytes) -> None:
        # Response.__init__ would encode every header again for each request.
        self.status_code = status
        self.raw_headers = raw_headers
        self.body = body
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The list is kept with the body; middlewares put a longer one in its place and leave it as it is.
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body if scope["method"] != "HEAD" else b""})


class EncodedBody:
    """A body in each encoding, with the answers to send for it: made on first use, kept with it.

    Once it is compressed for browsers (brotli) it is kept so alone: few others ask, and it is far less.
    """

    __slots__ = ("_answers", "_content", "_headers", "_is_large", "_quality", "kept", "media_type", "tag")

    def __init__(
        self,
        content: bytes,
        media_type: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        *,
        quality: int = QUICK,
        kept: KeptAnswer | None = None,
    ) -> None:
        """Make a body; with `kept` it is one that the page cache may send past the routes."""
        self._content: bytes | None = content
        self._is_large = len(content) >= SMALLEST_COMPRESSED
        self.kept = kept
        self._quality = quality
        self.media_type = media_type
        self.tag = blake2b(content, digest_size=12).hexdigest()
        self._headers = list(headers)
        self._answers: dict[str, tuple[bytes, BytesAnswer, BytesAnswer]] = {}

    def answer(self, accept_encoding: bytes, if_none_match: bytes) -> BytesAnswer:
        """Return 200 in the best encoding accepted, or 304 when the asker has it (RFC 9110, 13.1.2)."""
        encoding = negotiate(accept_encoding) if self._is_large else ""
        etag, full, unchanged = self._answers.get(encoding) or self._encode(encoding)
        if if_none_match and (if_none_match == etag or _matches(if_none_match, etag)):
            return unchanged
        return full

    @property
    def content(self) -> bytes:
        if self._content is None:
            return bytes(brotli.decompress(self._answers["br"][1].body))
        return self._content

    def pack(self) -> None:
        """Keep it compressed from now on."""
        if self._is_large and self._content is not None:
            self._encode("br")

    def size(self) -> int:
        """Return the bytes it keeps, with an allowance for headers and objects."""
        kept = sum(len(full.body) for encoding, (_, full, _) in self._answers.items() if encoding)
        return 2_500 + len(self._content or b"") + kept

    def _encode(self, encoding: str) -> tuple[bytes, BytesAnswer, BytesAnswer]:
        body = compress(self.content, encoding, self._quality)
        etag = f'"{self.tag}{"-" + encoding if encoding else ""}"'.encode()
        shared = [*self._headers, (b"etag", etag), (b"vary", b"Accept-Encoding")]
        headers = [
            *shared,
            (b"content-type", self.media_type),
            (b"content-length", str(len(body)).encode()),
        ]
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        made = (etag, BytesAnswer(200, headers, body), BytesAnswer(304, shared, b""))
        if encoding or self._content is not None:
            self._answers[encoding] = made
        if encoding == "br":
            self._content = None
            self._answers.pop("", None)
        return made


def asked(scope: Scope) -> tuple[bytes, bytes]:
    """Return what a request says in `Accept-Encoding` and in `If-None-Match`."""
    accept_encoding = if_none_match = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accept_encoding = value
        elif name == b"if-none-match":
            if_none_match = value
    return accept_encoding, if_none_match


@lru_cache(maxsize=256)
def negotiate(accept_encoding: bytes) -> str:
    """Return `br`, `gzip` or nothing, whichever is accepted first in this order (RFC 9110, 12.5.3)."""
    if not accept_encoding:
        return ""
    accepted = {}
    for part in accept_encoding.decode("latin-1").split(","):
        name, _, weight = part.partition(";")
        accepted[name.strip().lower()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    for encoding in ("br", "gzip"):
        if accepted.get(encoding):
            return encoding
    return ""


def compress(content: bytes, encoding: str, quality: int = QUICK) -> bytes:
    """Return `content` in an encoding; `quality` is brotli's, 0 to 11."""
    if encoding == "br":
        if quality == QUICK and len(content) <= 1 << WINDOW:
            return bytes(brotli.compress(content, quality=quality, lgwin=WINDOW))
        return bytes(brotli.compress(content, quality=quality))
    if encoding == "gzip":
        packer = zlib.compressobj(9 if quality == SMALLEST else 6, zlib.DEFLATED, 31)
        return packer.compress(content) + packer.flush()
    return content


def json_answer(value: object, status: int = 200, headers: Sequence[tuple[bytes, bytes]] = ()) -> Response:
    """Return `value` as JSON that nobody keeps."""
    body = msgspec.json.encode(value)
    return BytesAnswer(
        status,
        [
            (b"content-type", JSON),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *headers,
        ],
        body,
    )


def _matches(if_none_match: bytes, etag: bytes) -> bool:
    if if_none_match == b"*":
        return True
    return any(part.strip().removeprefix(b"W/") == etag for part in if_none_match.split(b","))
