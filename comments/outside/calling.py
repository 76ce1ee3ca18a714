"""Calls to addresses that site owners choose: they reach the public internet, and no further.

Whoever may name an address could else have this machine ask its neighbours, and read the answers. So a name
is looked up once, what it leads to is checked, and exactly that is connected to; redirects are not followed.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import httptools

from comments.config import Network

CALL_SECONDS = 10.0
"""How long a call may take in all, from looking up the name to the end of the answer."""

LONGEST_ANSWER = 16_384
LONGEST_KEPT = 500
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class CallFailed(Exception):
    """There was no answer this time, for the reason in words."""


class CallRefused(Exception):
    """The address leads to where we do not call."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, how the text begins, and the whole of it unless that is too long.

    Names in `headers` are in lower case; `body` is None for an answer that was not read to its end.
    """

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls the internet by https, and addresses in `networks`, which may be private, by http too."""

    networks: Sequence[Network] = ()
    seconds: float = CALL_SECONDS

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send JSON, unless `headers` say what it is, and return the answer, whatever its status.

        Raises CallFailed, CallRefused.
        """
        parts = urlsplit(url)
        try:
            async with asyncio.timeout(self.seconds):
                reader, writer = await self._connected(parts)
                try:
                    writer.write(_request(parts, headers, body))
                    return await _answer(reader)
                finally:
                    # Not in good order: whoever is slow to say goodbye would hold us up.
                    writer.transport.abort()
        except TimeoutError:
            raise CallFailed(f"no answer within {self.seconds:.0f} seconds") from None
        except (OSError, httptools.HttpParserError, UnicodeError) as fault:
            raise CallFailed(str(fault) or type(fault).__name__) from fault

    async def _connected(self, parts: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            self.check(parts.scheme, ipaddress.ip_address(address))
        secured = ssl.create_default_context() if parts.scheme == "https" else None
        fault: OSError | None = None
        for address in addresses:
            try:
                return await asyncio.open_connection(
                    address, port, ssl=secured, server_hostname=host if secured else None
                )
            except OSError as error:
                fault = error
        raise fault or CallFailed("its name leads nowhere")

    def check(self, scheme: str, address: Address) -> None:
        """Raise CallRefused for an address that is not called, or not by this scheme."""
        if any(address in network for network in self.networks):
            return
        if not is_public(address):
            raise CallRefused(
                "Its name leads to a private address. Who runs the service can allow it: "
                "COMMENTS_WEBHOOK_NETWORKS."
            )
        if scheme != "https":
            raise CallRefused("It must begin with https://: what is sent would be open to everybody.")


def is_public(address: Address) -> bool:
    """Say whether an address is one of the internet's, in whatever other kind of address it is wrapped."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(wrapped)
    return address.is_global and not address.is_multicast


def _request(parts: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = {
        "Host": parts.netloc,
        "User-Agent": "Comments",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        # Nobody takes the trouble to pack an answer that few read.
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


async def _answer(reader: asyncio.StreamReader) -> Answer:
    """Read an answer, or as much of it as is wanted."""
    answer = _AnswerParser()
    left = LONGEST_ANSWER
    while left > 0 and not answer.ended:
        part = await reader.read(4_096)
        if not part:
            # It ends with the connection.
            break
        left -= len(part)
        answer.parser.feed_data(part)
    if not answer.status:
        raise CallFailed("it said nothing that is an answer")
    text = answer.body.decode("utf-8", "replace")
    is_whole = answer.ended or left > 0
    kept = " ".join(text.split())[:LONGEST_KEPT]
    return Answer(answer.status, kept, answer.headers, bytes(answer.body) if is_whole else None)


class _AnswerParser:
    """What the parser tells us of an answer."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.ended = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self.parser.get_status_code()
        # 1xx: the answer proper follows.
        self.status = status if status >= 200 else 0

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.ended = self.status > 0
