"""What leads to a page's thread: its identifier, else its normalised URL."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from comments.errors import Invalid
from comments.sites.urls.origins import origin_allowed
from comments.threads.addresses.urls import parse_page_url
from comments.threads.errors import PageMissing, PageRefused

LONGEST_IDENTIFIER = 1_000


class IdentifierRefused(Invalid):
    code = "identifier-refused"


@dataclass(frozen=True)
class PageKeys:
    """The keys a page gives, the stronger first; `url` is the address to show, `origin` that address's."""

    identifier: str | None
    url: str | None = None
    url_key: str | None = None
    origin: str | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Kind and key, the identifier first."""
        pairs = [("identifier", self.identifier), ("url", self.url_key)]
        return [(kind, key) for kind, key in pairs if key is not None]

    @cached_property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple([key_hash(kind, key) for kind, key in self.pairs])


def key_hash(kind: str, key: str) -> bytes:
    """Return the 32 bytes under which a key is found."""
    return hashlib.sha256(f"{kind}\x00{key}".encode()).digest()


@lru_cache(maxsize=256)
def page_keys(url: str | None, identifier: str | None) -> PageKeys:
    """Return a page's keys. Raises PageMissing without any, Invalid for a URL that no page can have."""
    identifier = (identifier or "").strip() or None
    url = (url or "").strip() or None
    if url is None and identifier is None:
        raise PageMissing("Say which page: give `url` or `identifier`.", errors={"url": "is needed"})
    if identifier is not None and len(identifier) > LONGEST_IDENTIFIER:
        detail = f"An identifier may have {LONGEST_IDENTIFIER} characters."
        raise IdentifierRefused(detail, errors={"identifier": detail})
    if url is None:
        return PageKeys(identifier)
    page = parse_page_url(url)
    return PageKeys(identifier, page.url, page.key, page.origin)


def check_page_origin(page: PageKeys, origins: Sequence[str]) -> None:
    """Raise PageRefused, which names both, if the page's URL is not under one of the site's origins."""
    if page.origin is not None and not origin_allowed(page.origin, origins):
        allowed = ", ".join(origins)
        raise PageRefused(
            f"Pages of {page.origin} have no comments here. Allowed is {allowed}.",
            origin=page.origin,
            allowed=[*origins],
        )
