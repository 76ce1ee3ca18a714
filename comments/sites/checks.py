"""Which outside checks there are, and what one needs. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from comments.sites.errors import CheckRefused
from comments.sites.models import OutsideCheck
from comments.sites.urls.addresses import AddressFault
from comments.sites.webhooks import called_url

AKISMET = "akismet"
HTTP = "http"
KINDS = (AKISMET, HTTP)

AKISMET_URL = "https://rest.akismet.com"
"""Where Akismet is asked, unless the owner names a service that speaks as it does."""

KEY_PURPOSE = "check"
_KEY = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class CheckOrder:
    """An outside check as an owner wants it. `key` is Akismet's; without one the key that is kept stays.

    `url` is the endpoint, or whoever is to be asked in Akismet's place.
    """

    kind: str
    url: str = ""
    key: str = ""
    sends_email: bool = False


def checked_order(order: CheckOrder) -> CheckOrder:
    """Return the order with its address as it is called. Raises CheckRefused."""
    if order.kind not in KINDS:
        raise _refused("kind", f"is one of {', '.join(KINDS)}")
    if order.kind == HTTP and order.key:
        raise _refused("key", "is for akismet; what is sent to an endpoint is signed with a secret of ours")
    if order.key and not _KEY.fullmatch(order.key):
        raise _refused("key", "has only letters, figures and signs, at most 200")
    try:
        url = called_url(order.url or (AKISMET_URL if order.kind == AKISMET else ""))
    except AddressFault as fault:
        raise _refused("url", str(fault)) from None
    if order.kind == AKISMET:
        if urlsplit(url).query:
            raise _refused("url", "has no query: the paths of Akismet's API are put behind it")
        url = url.rstrip("/")
    return CheckOrder(order.kind, url, order.key, order.sends_email)


def name_of(check: OutsideCheck) -> str:
    """Return how moderators know a check: `Akismet`, or the host that is asked."""
    if check.kind == AKISMET and check.url == AKISMET_URL:
        return "Akismet"
    return urlsplit(check.url).hostname or check.url


def _refused(field: str, problem: str) -> CheckRefused:
    return CheckRefused(f"The check's {field} {problem}.", errors={field: problem})
