"""The HTTP API of bans, for API tokens."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.moderation import schemas
from comments.moderation.bans.actions import BanWish, ban_somebody, check_whole_site, lift_ban, undo_lift
from comments.moderation.errors import DecisionUnknown
from comments.moderation.routes import WHO
from comments.policy.errors import BanOutside, BanRefused, BanUnknown
from comments.policy.models import Ban
from comments.policy.queries import bans
from comments.threads.errors import CommentUnknown, CursorRefused
from comments.web.access import moderator
from comments.web.routing import Api, QueryRefused, id_in_path
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Moderation")


class BansQuery(msgspec.Struct):
    cursor: Annotated[str, Meta(max_length=1_000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class BanBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to ban: the author of `comment_id`, or a `value`: a mail domain, an address, a /24, a /48 of IPv6.

    `silent` takes their comments without a word and shows them to nobody. `remove` takes down all of theirs
    that is public or waits. Without `until` it is for good.
    """

    kind: Literal["author", "address", "network", "domain"]
    comment_id: UUID | None = None
    value: Annotated[str, Meta(max_length=300)] = ""
    outcome: Literal["refuse", "silent"] = "refuse"
    until: Annotated[datetime, Meta(tz=True)] | None = None
    reason: Annotated[str, Meta(max_length=500)] = ""
    remove: bool = False


class BanShown(msgspec.Struct):
    """A ban; `label` is what moderators know it by, never an address."""

    id: UUID
    kind: str
    label: str
    outcome: str
    reason: str
    until: datetime | None
    made_by: str
    created_at: datetime


class BanAnswer(msgspec.Struct):
    ban: BanShown
    removed: int


class BansAnswer(msgspec.Struct):
    """The bans that stand, the newest first."""

    bans: list[BanShown]
    next: str | None


class LiftAnswer(msgspec.Struct):
    """The ban that is over. For an hour `undo` takes the lifting back, by `bans/undo`."""

    lifted: UUID
    undo: int


class UndoLiftBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which lifting, by `undo` of its answer or of its entry in `moderation/log`."""

    number: Annotated[int, Meta(ge=1, le=2**31 - 1)]


@api.endpoint(
    "GET",
    "/bans",
    answers={200: BansAnswer},
    errors=(*WHO, BanOutside, QueryRefused, CursorRefused),
    needs=moderator("read"),
)
async def get_bans(request: Request, query: BansQuery) -> BansAnswer:
    """Who is banned from the site; for who moderates all of it."""
    svc, asking = service(request), asking_moderator(request)
    check_whole_site(asking)
    place = f"bans/{asking.site_id}"
    after = schemas.position_at(svc.keys, place, query.cursor)
    found: Sequence[Ban] = await svc.db.read(
        bans, asking.site_id, svc.clock.now(), after=after, limit=query.limit + 1
    )
    page = found[: query.limit]
    end = (page[-1].created_at, page[-1].id) if len(found) > query.limit else None
    return BansAnswer([_shown(one) for one in page], schemas.cursor_at(svc.keys, place, end))


@api.endpoint(
    "POST",
    "/bans",
    answers={201: BanAnswer},
    errors=(*WHO, BanOutside, BanRefused, CommentUnknown),
    needs=moderator("moderate"),
)
async def post_ban(request: Request, body: BanBody) -> BanAnswer:
    """Ban somebody. Who is banned already is banned as this says."""
    svc, asking = service(request), asking_moderator(request)
    wish = BanWish(
        asking,
        body.kind,
        body.comment_id,
        body.value,
        body.outcome,
        body.until,
        body.reason.strip(),
        body.remove,
    )
    made = await svc.db.write(ban_somebody, wish, svc.keys, at=svc.clock.now())
    return BanAnswer(_shown(made.ban), made.removed)


@api.endpoint(
    "DELETE",
    "/bans/{id}",
    answers={200: LiftAnswer},
    errors=(*WHO, BanOutside, BanUnknown),
    needs=moderator("moderate"),
)
async def delete_ban(request: Request) -> LiftAnswer:
    """Lift a ban. What was removed with it stays removed."""
    svc, asking = service(request), asking_moderator(request)
    ban_id = id_in_path(request, BanUnknown("There is no such ban here, or it is lifted already."))
    lifting = partial(lift_ban, by=asking, at=svc.clock.now())
    lifted = await svc.db.write(lifting, svc.keys, asking.site_id, ban_id)
    return LiftAnswer(ban_id, lifted.number)


@api.endpoint(
    "POST",
    "/bans/undo",
    answers={200: BanShown},
    errors=(*WHO, BanOutside, BanUnknown, DecisionUnknown),
    needs=moderator("moderate"),
)
async def undo_of_lift(request: Request, body: UndoLiftBody) -> BanShown:
    """Let a ban stand again that was lifted within the last hour, on its old terms.

    Asked for again it is done once. Who was banned anew meanwhile stays banned as that says.
    """
    svc, asking = service(request), asking_moderator(request)
    restoring = partial(undo_lift, by=asking, at=svc.clock.now())
    return _shown(await svc.db.write(restoring, svc.keys, asking.site_id, body.number))


def _shown(made: Ban) -> BanShown:
    return BanShown(
        made.id,
        made.kind,
        made.label,
        made.outcome,
        made.reason,
        made.until,
        made.made_by,
        made.created_at,
    )
