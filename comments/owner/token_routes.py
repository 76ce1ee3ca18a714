"""The HTTP API of a site's API tokens, for owners' tokens that may change the site."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.accounts.team_queries import team
from comments.identity.accounts.token_actions import end_api_token, make_api_token
from comments.identity.accounts.token_queries import decoded_scopes, shown_token, tokens_of
from comments.identity.errors import (
    ApiTokenUnknown,
    ModeratorsOnly,
    OwnersOnly,
    ScopeRefused,
    TokenMissing,
    TokenUnknown,
)
from comments.identity.models import ApiToken
from comments.identity.routes import MalformedToken, bearer_token
from comments.identity.sessions.queries import handle
from comments.keys import Keyring
from comments.sites.errors import SiteUnknown
from comments.web.access import owner
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="API tokens")

_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_ADMIN = owner("admin")


class TokenBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a new token may do (`read`, `moderate`, `admin`), and what it is for."""

    scopes: Annotated[list[str], Meta(max_length=10)]
    name: Annotated[str, Meta(max_length=200)] = ""


class TokenShown(msgspec.Struct):
    """A token: `id` opens nothing. `email` is whose it is; `used_at` is a day, noted once on each."""

    id: str
    name: str
    email: str
    scopes: list[str]
    created_at: datetime
    used_at: datetime | None


class TokensAnswer(msgspec.Struct):
    tokens: list[TokenShown]


class NewTokenAnswer(msgspec.Struct):
    """The token itself, which is shown this once."""

    token: str


class EndedAnswer(msgspec.Struct):
    ended: str


@api.endpoint("GET", "/tokens", answers={200: TokensAnswer}, errors=_WHO, needs=_ADMIN)
async def get_tokens(request: Request) -> TokensAnswer:
    """The API tokens of the site's whole team, the newest first."""
    svc, site_id = service(request), asking_moderator(request).site_id
    found = await svc.db.read(tokens_of, site_id=site_id)
    whose = {one.account.id: one.account.email for one in await svc.db.read(team, site_id)}
    return TokensAnswer([_shown(svc.keys, one, whose.get(one.account_id, "")) for one in found])


@api.endpoint("POST", "/tokens", answers={201: NewTokenAnswer}, errors=(*_WHO, ScopeRefused), needs=_ADMIN)
async def post_token(request: Request, body: TokenBody) -> NewTokenAnswer:
    """Make another token of the same owner. It may do at most what the one that asks may do."""
    svc, who = service(request), asking_moderator(request)
    hashes = svc.keys.token_hashes(bearer_token(request))
    asking = await svc.db.read(shown_token, request.path_params["site"], hashes)
    made = await svc.db.write(
        make_api_token,
        svc.keys,
        who.site_id,
        who.account_id,
        scopes=body.scopes,
        name=body.name,
        at=svc.clock.now(),
        at_most=asking.scopes,
    )
    return NewTokenAnswer(made)


@api.endpoint(
    "DELETE", "/tokens/{id}", answers={200: EndedAnswer}, errors=(*_WHO, ApiTokenUnknown), needs=_ADMIN
)
async def delete_token(request: Request) -> EndedAnswer:
    """End a token of the site, whoever's it is; the one that asks, too."""
    svc, named = service(request), request.path_params["id"]
    await svc.db.write(end_api_token, svc.keys, named, site_id=asking_moderator(request).site_id)
    return EndedAnswer(named)


def _shown(keys: Keyring, one: ApiToken, email: str) -> TokenShown:
    scopes = sorted(decoded_scopes(one.scopes))
    return TokenShown(handle(keys, one.token_hash), one.name, email, scopes, one.created_at, one.used_at)
