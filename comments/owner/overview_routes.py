"""The HTTP API of what comes in on a site, and of where its discussions are seen."""

from datetime import date, datetime

import msgspec
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.moderation.queue.activity import last_days
from comments.sites.errors import SiteUnknown
from comments.sites.queries import last_backup, origins_of, seen_origins, site_by_name
from comments.sites.urls.origins import origin_allowed
from comments.web.access import owner
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Overview")

DAYS = 90
_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_ADMIN = owner("admin")


class DayShown(msgspec.Struct):
    """How many comments of a day (in UTC) are public, wait, are spam and are removed by now."""

    day: date
    approved: int
    pending: int
    spam: int
    removed: int


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


class BackupAnswer(msgspec.Struct):
    """When the last known backup of the whole service was made, null if none is known; has it the key?"""

    made_at: datetime | None
    with_key: bool


@api.endpoint("GET", "/activity", answers={200: ActivityAnswer}, errors=_WHO, needs=_ADMIN)
async def get_activity(request: Request) -> ActivityAnswer:
    """What came in on each day, and what became of it."""
    svc = service(request)
    days = await svc.db.scan(last_days, asking_moderator(request).site_id, svc.clock.now(), DAYS)
    return ActivityAnswer(
        [DayShown(one.day, one.approved, one.pending, one.spam, one.removed) for one in days]
    )


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


@api.endpoint("GET", "/backup", answers={200: BackupAnswer}, errors=_WHO, needs=_ADMIN)
async def get_backup(request: Request) -> BackupAnswer:
    """When `comments backup` last made a copy of the whole service. Where that lies is not told.

    On PostgreSQL it is a dump of the database, of which nothing is known here.
    """
    known = await service(request).db.read(last_backup)
    return BackupAnswer(known.made_at if known else None, known is not None and known.with_key)
