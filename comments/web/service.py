"""What a running service is made of, and how routes and pages reach it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from comments.clock import Clock
from comments.config import Settings
from comments.keys import Keyring, network_of
from comments.limits import Limits
from comments.storage import Database
from comments.web.html.template_engine import Templates
from comments.web.page_cache import PageCache
from comments.web.seen_origins import SeenOrigins


@dataclass(slots=True)
class Service:
    """One process's share of the service. `openings` counts what made unknown pages known, by site."""

    settings: Settings
    keys: Keyring
    clock: Clock
    db: Database
    limits: Limits
    templates: Templates
    cache: PageCache = field(default_factory=PageCache)
    openings: dict[Hashable, int] = field(default_factory=dict)
    seen: SeenOrigins = field(default_factory=SeenOrigins)

    def knows_nothing_newer(self, thread: Any) -> bool:
        """Say whether a replica's answer about a thread (None, or what has its id and version) is true.

        Where there is none, one may have been opened since.
        """
        return thread is not None and self.cache.is_fresh(thread.id, thread.version)


def service(request: Request) -> Service:
    """Return the service this request came to."""
    found: Service = request.app.state.service
    return found


def client_address(request: Request) -> str:
    """Return the address the request came from, as the middleware `ClientAddress` has found it."""
    address: str = request.scope["comments.address"]
    return address


def client_network(request: Request) -> str:
    """Return what rate limits count by: the address, or an IPv6 address's /64, which one household has."""
    return network_of(client_address(request))
