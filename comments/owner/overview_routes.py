"""The HTTP API of what comes in on a site, and of where its discussions are seen."""

from datetime import date, datetime

import msgspec
from starlette.requests import Request

from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.gate_routes import asking_moderator
from comments.identity.routes import MalformedToken
from comments.moderation.queries.activity import last_days
from comments.sites.errors import SiteUnknown
from comments.sites.origins import origin_allowed
from comments.sites.queries import origins_of, seen_origins, site_by_name
from comments.web.needs import owner
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Overview")

DAYS = 90
_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_ADMIN = owner("admin")


class DayShown(msgspec.Struct):
    """How many comments of a day (in UTC) are public, wait, and are spam by now."""

    day: date
    approved: int
    pending: int
    spam: int


class ActivityAnswer(msgspec.Struct):
    """The last 90 days up to today, the oldest first."""

    days: list[DayShown]


class SeenShown(msgspec.Struct):
    """An origin whose page showed the discussion, the last such page and when; may it show it?"""

    origin: str
    url: str
    at: datetime
    allowed: bool


class SeenAnswer(msgspec.Struct):
    """Where the discussion was seen in the last 30 days, the last first."""

    seen: list[SeenShown]


@api.endpoint("GET", "/activity", answers={200: ActivityAnswer}, errors=_WHO, needs=_ADMIN)
async def get_activity(request: Request) -> ActivityAnswer:
    """What came in on each day, and what became of it."""
    svc = service(request)
    days = await svc.db.scan(last_days, asking_moderator(request).site_id, svc.clock.now(), DAYS)
    return ActivityAnswer([DayShown(one.day, one.approved, one.pending, one.spam) for one in days])


@api.endpoint("GET", "/seen", answers={200: SeenAnswer}, errors=_WHO, needs=_ADMIN)
async def get_seen(request: Request) -> SeenAnswer:
    """On which origins pages showed the discussion. `PATCH settings` allows more of them."""
    db = service(request).db
    site = await db.read(site_by_name, request.path_params["site"])
    allowed = origins_of(site)
    return SeenAnswer(
        [
            SeenShown(one.origin, one.url, one.at, origin_allowed(one.origin, allowed))
            for one in await db.read(seen_origins, site.id)
        ]
    )
