"""The HTTP API of outside checks, for owners' API tokens that may change the site."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.keys import Keyring
from comments.outside.external_checks.checks import Checks
from comments.outside.models import CheckCall
from comments.outside.queries import last_check_calls
from comments.outside.signing import shown_secret
from comments.sites.check_actions import remove_check, set_check
from comments.sites.checks import HTTP, CheckOrder
from comments.sites.errors import CheckRefused, CheckUnknown, SiteUnknown
from comments.sites.models import OutsideCheck
from comments.sites.queries import check_of, checks_of
from comments.web.access import owner
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Outside checks")

MOST_SHOWN = 50
_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_OF_ONE = (*_WHO, CheckUnknown)
_ADMIN = owner("admin")


class CheckBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to ask. `key` is Akismet's; without one the key that is kept stays. `url` is the endpoint's.

    With `sends_email` the author's mail address goes along, where they gave one.
    """

    url: Annotated[str, Meta(max_length=2_000)] = ""
    key: Annotated[str, Meta(max_length=200)] = ""
    sends_email: bool = False


class CheckShown(msgspec.Struct):
    """A check. An endpoint's `secret` tells that questions are ours; Akismet's key is never shown."""

    kind: str
    url: str
    sends_email: bool
    secret: str | None
    created_at: datetime


class CheckCallShown(msgspec.Struct):
    """What was asked about a comment last. `outcome` is null where there is no answer, and `answer` says why.

    `told` is what Akismet was told of the moderators' decision since: `ham` or `spam`.
    """

    comment_id: UUID
    attempts: int
    outcome: str | None
    answer: str
    answered_at: datetime
    told: str | None


class CheckAnswer(msgspec.Struct):
    check: CheckShown


class ChecksAnswer(msgspec.Struct):
    checks: list[CheckShown]


class CheckCallsAnswer(msgspec.Struct):
    """The last 50 comments that were asked about, the newest answer first."""

    calls: list[CheckCallShown]


class CheckTrialAnswer(msgspec.Struct):
    """Whether a check can be used as it is, and what it said to that."""

    works: bool
    answer: str


class CheckRemovedAnswer(msgspec.Struct):
    removed: str


@api.endpoint("GET", "/checks", answers={200: ChecksAnswer}, errors=_WHO, needs=_ADMIN)
async def get_checks(request: Request) -> ChecksAnswer:
    """Who outside is asked about comments before they are public."""
    svc = service(request)
    found = await svc.db.read(checks_of, asking_moderator(request).site_id)
    return ChecksAnswer([_shown(svc.keys, one) for one in found])


@api.endpoint("PUT", "/checks/{kind}", answers={200: CheckAnswer}, errors=(*_WHO, CheckRefused), needs=_ADMIN)
async def put_check(request: Request, body: CheckBody) -> CheckAnswer:
    """Have `akismet`, or an endpoint of your own (`http`), asked from now on."""
    svc, site_id = service(request), asking_moderator(request).site_id
    order = CheckOrder(request.path_params["kind"], body.url, body.key, body.sends_email)
    made = await svc.db.write(set_check, site_id, order, svc.keys, at=svc.clock.now())
    return CheckAnswer(_shown(svc.keys, made))


@api.endpoint("DELETE", "/checks/{kind}", answers={200: CheckRemovedAnswer}, errors=_OF_ONE, needs=_ADMIN)
async def delete_check(request: Request) -> CheckRemovedAnswer:
    """Ask it no more. What waits for its answer waits for a moderator."""
    kind = request.path_params["kind"]
    await service(request).db.write(remove_check, asking_moderator(request).site_id, kind)
    return CheckRemovedAnswer(kind)


@api.endpoint("GET", "/checks/{kind}/calls", answers={200: CheckCallsAnswer}, errors=_OF_ONE, needs=_ADMIN)
async def get_check_calls(request: Request) -> CheckCallsAnswer:
    """What a check was asked lately, and what it answered."""
    db = service(request).db
    check = await db.read(check_of, asking_moderator(request).site_id, request.path_params["kind"])
    found = await db.read(last_check_calls, check.id, limit=MOST_SHOWN)
    return CheckCallsAnswer([_call(one) for one in found])


@api.endpoint("POST", "/checks/{kind}/test", answers={200: CheckTrialAnswer}, errors=_OF_ONE, needs=_ADMIN)
async def test_check(request: Request) -> CheckTrialAnswer:
    """Ask Akismet whether it knows the key, or an endpoint about nothing (`check.test`), now, once."""
    svc, site_id = service(request), asking_moderator(request).site_id
    check = await svc.db.read(check_of, site_id, request.path_params["kind"])
    tried = await Checks(svc.settings, svc.keys, svc.clock, svc.db).trial(check)
    return CheckTrialAnswer(tried.works, tried.answer)


def _shown(keys: Keyring, one: OutsideCheck) -> CheckShown:
    secret = shown_secret(keys, one.id) if one.kind == HTTP else None
    return CheckShown(one.kind, one.url, one.sends_email, secret, one.created_at)


def _call(one: CheckCall) -> CheckCallShown:
    return CheckCallShown(one.comment_id, one.attempts, one.outcome, one.answer, one.answered_at, one.told)
