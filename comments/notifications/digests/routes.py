"""The HTTP API of one's own digests: how often who moderates is mailed what waits."""

from typing import Literal

import msgspec
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.errors import ModeratorsOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.notifications.digests.actions import choose_digest
from comments.notifications.digests.queries import digest_choice
from comments.sites.errors import SiteUnknown
from comments.web.access import moderator
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Team")

_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly)


class DigestBody(msgspec.Struct, forbid_unknown_fields=True):
    """How often, at most."""

    often: Literal["hourly", "daily", "never"]


class DigestAnswer(msgspec.Struct):
    """How often the owner of the token is mailed what waits, at most: `hourly`, `daily` or `never`."""

    often: str


@api.endpoint("GET", "/digest", answers={200: DigestAnswer}, errors=_WHO, needs=moderator("read"))
async def get_digest(request: Request) -> DigestAnswer:
    """How often the token's owner is mailed what waits."""
    return await _choice(request)


@api.endpoint("PUT", "/digest", answers={200: DigestAnswer}, errors=_WHO, needs=moderator("moderate"))
async def put_digest(request: Request, body: DigestBody) -> DigestAnswer:
    """Have the token's owner mailed what waits as often as this. Nobody chooses for others."""
    asking = asking_moderator(request)
    await service(request).db.write(choose_digest, asking.site_id, asking.account_id, body.often)
    return await _choice(request)


async def _choice(request: Request) -> DigestAnswer:
    asking = asking_moderator(request)
    found = await service(request).db.read(digest_choice, asking.site_id, asking.account_id)
    if found is None:
        raise TokenUnknown("This token is not good here any more: its owner has left the team.")
    return DigestAnswer(found.digest)
