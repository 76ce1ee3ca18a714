"""Whose pages a site's discussions stand on: the list of its origins, and who is in it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from comments.sites.errors import OriginsRefused
from comments.sites.urls.addresses import AddressFault, WebAddress, parse_web_address

_WILDCARD = "://*."


@dataclass(frozen=True, slots=True)
class _OriginEntry:
    """An origin of a site's list; with `any_below`, every host below this one but not itself."""

    address: WebAddress
    any_below: bool

    def __str__(self) -> str:
        origin = self.address.origin
        return origin.replace("://", _WILDCARD, 1) if self.any_below else origin

    def holds(self, asked: WebAddress) -> bool:
        if asked.compared_port != self.address.compared_port:
            return False
        if self.any_below:
            return asked.host.endswith("." + self.address.host)
        return asked.compared_host == self.address.compared_host


def parse_origins(origins: Sequence[str]) -> tuple[str, ...]:
    """Return a site's origins as they are kept: each once, in IDN form, without what does not count.

    `https://*.preview.example` stands for every host below `preview.example`, not for itself.
    Raises OriginsRefused, which names every entry that cannot be used.
    """
    kept: dict[str, None] = {}
    faults = []
    for origin in origins:
        try:
            kept[str(_entry(origin))] = None
        except AddressFault as fault:
            faults.append(f"{origin!r} {fault}")
    if not origins:
        faults.append("a site needs at least one origin, such as https://blog.example")
    if faults:
        problem = "; ".join(faults)
        raise OriginsRefused(f"Not a list of origins: {problem}.", errors={"origins": problem})
    return tuple(kept)


def read_origins(words: str) -> list[str]:
    """Return the origins of a list that has commas, blanks or lines between them."""
    return words.replace(",", " ").split()


def origin_allowed(origin: str, origins: Sequence[str]) -> bool:
    """Say whether an origin, or a page's address, belongs to one of a site's origins.

    The scheme, `www.`, default ports and the way an IDN is written make no difference; other subdomains and
    ports do. What cannot be read is not allowed, and `null`, which every sandboxed frame sends, never is.
    """
    return _is_allowed(origin, tuple(origins))


# Of few origins, which come with every post and every reader who listens.
@lru_cache(maxsize=256)
def _is_allowed(origin: str, origins: tuple[str, ...]) -> bool:
    try:
        asked = parse_web_address(origin)
    except AddressFault:
        return False
    return any(entry.holds(asked) for entry in _entries(origins))


@lru_cache(maxsize=256)
def _entries(origins: tuple[str, ...]) -> tuple[_OriginEntry, ...]:
    found = []
    for origin in origins:
        try:
            found.append(_entry(origin))
        except AddressFault:
            continue  # an entry that cannot be read allows nobody
    return tuple(found)


def _entry(origin: str) -> _OriginEntry:
    any_below = _WILDCARD in origin
    written = origin.replace(_WILDCARD, "://", 1) if any_below else origin
    if "*" in written:
        raise AddressFault("may have a * only as its host's first part: https://*.preview.example")
    address = parse_web_address(written)
    if address.path not in {"", "/"} or address.query or address.fragment:
        raise AddressFault(f"must end after the host or port: {address.origin}")
    # `*.com` would let in everybody who owns a name.
    if any_below and "." not in address.host and address.host != "localhost":
        raise AddressFault("must name a domain of yours after the *, such as https://*.preview.example")
    return _OriginEntry(address, any_below)
