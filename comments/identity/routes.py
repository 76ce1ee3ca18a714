"""What every route asks first: from where a browser comes, and which token it shows."""

from collections.abc import Sequence

from starlette.requests import Request

from comments import errors
from comments.identity.actors import Credentials
from comments.keys import new_token
from comments.sites.urls.origins import origin_allowed
from comments.web.forms import OriginRefused
from comments.web.routing import header
from comments.web.service import client_address, service

API_TOKEN_PREFIX = "m_"  # noqa: S105 (the beginning of a token, not one)
_BEARER = "comments.bearer"
"""Under this name a request keeps its token once it was read."""


class MalformedToken(errors.NotSignedIn):
    code = "token-malformed"


def bearer_token(request: Request) -> str:
    """Return the bearer token, empty if none is shown. Raises MalformedToken for other schemes."""
    known: str | None = request.scope.get(_BEARER)
    if known is None:
        known = request.scope[_BEARER] = _bearer_token(header(request, b"authorization"))
    return known


def _bearer_token(shown: str) -> str:
    if not shown:
        return ""
    scheme, _, token = shown.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > 200 or not token.isascii():
        raise MalformedToken("Send the token as `Authorization: Bearer …`.")
    return token


def credentials(request: Request) -> tuple[Credentials, str]:
    """Return what the request shows of who asks, and a new token in case it needs one."""
    keys = service(request).keys
    token = bearer_token(request)
    # Who shows one gets no other.
    fresh = "" if token else new_token("g")
    address_keys = keys.address_keys(client_address(request))
    shown = Credentials(
        token_hashes=keys.token_hashes(token) if token else (),
        is_api_token=token.startswith(API_TOKEN_PREFIX),
        new_token_hash=keys.token_hash(fresh) if fresh else b"",
        address_key=address_keys[0],
        network_key=address_keys[1],
        address_keys=address_keys,
    )
    return shown, fresh


def check_origin(request: Request, origins: Sequence[str]) -> None:
    """Raise OriginRefused unless the request comes from a page of the site, or shows an API token.

    Our own pages count as the site's: a discussion can be read and written on them.
    """
    if bearer_token(request).startswith(API_TOKEN_PREFIX):
        return
    seen, own = header(request, b"origin"), service(request).settings.own_origins
    if seen and seen != "null" and (origin_allowed(seen, origins) or seen.lower() in own):
        return
    named = seen or "none"
    raise OriginRefused(
        f"This comes from {named}. Allowed is {', '.join(origins)}.", origin=seen or None, allowed=[*origins]
    )
