"""Whose request it is: the address it came from, through the proxies that are trusted."""

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClientAddress:
    """Puts the address into the scope as `comments.address`; trusted proxies say the scheme, too."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["comments.address"] = _peer(scope)
            if self._trusted:
                _believe_proxies(scope, self._trusted)
        await self._app(scope, receive, send)


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
