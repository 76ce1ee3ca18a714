"""The HTTP API of readers' own data, for owners' API tokens that may change the site."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.privacy.actions import ErasureWish, ask_erasure
from comments.privacy.collect import collected
from comments.privacy.errors import ErasureUnknown, ReaderOfTeam, ReaderUnknown, ReceiptRefused
from comments.privacy.models import Erasure
from comments.privacy.queries import Reader, erasure_by_id, erasures, find_readers
from comments.privacy.receipts import checked
from comments.sites.errors import SiteUnknown
from comments.web.access import owner
from comments.web.routing import Api, id_in_path
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Readers' data")

_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_ADMIN = owner("admin")


class WhoBody(msgspec.Struct, forbid_unknown_fields=True):
    """An e-mail address, an author's id, a comment's id, or a link to a comment."""

    who: Annotated[str, Meta(min_length=1, max_length=2_000)]


class ReaderShown(msgspec.Struct):
    """Somebody on this site. Nobody proves an address to comment: several may have given the same."""

    id: UUID
    name: str
    email: str
    kind: str
    comments: int
    votes: int
    reports: int
    first_at: datetime
    last_at: datetime | None
    in_team: bool


class ReadersAnswer(msgspec.Struct):
    readers: list[ReaderShown]


class DataAnswer(msgspec.Struct):
    """All that is held about a reader, as docs/how-to/privacy.md describes it."""

    document: dict[str, Any]


class ErasureBody(msgspec.Struct, forbid_unknown_fields=True):
    """`everything` takes the comments, too; `name` leaves their texts, without who wrote them."""

    scope: Literal["everything", "name"]


class ErasureShown(msgspec.Struct):
    """An erasure; `receipt` is there when it is `done`."""

    id: UUID
    scope: str
    state: str
    erased: dict[str, int]
    asked_at: datetime
    done_at: datetime | None
    receipt: dict[str, Any] | None


class ErasureAnswer(msgspec.Struct):
    erasure: ErasureShown


class ErasuresAnswer(msgspec.Struct):
    """The last 100 erasures, the newest first."""

    erasures: list[ErasureShown]


class ReceiptBody(msgspec.Struct, forbid_unknown_fields=True):
    receipt: dict[str, Any]


class ReceiptAnswer(msgspec.Struct):
    """A receipt that was made here, of whichever site, and was not changed."""

    receipt: dict[str, Any]


@api.endpoint("POST", "/readers/search", answers={200: ReadersAnswer}, errors=_WHO, needs=_ADMIN)
async def search_readers(request: Request, body: WhoBody) -> ReadersAnswer:
    """Whom an address, an id or a link may mean. The address is in the body, for URLs are logged."""
    svc, asking = service(request), asking_moderator(request)
    found = await svc.db.scan(find_readers, asking.site_id, body.who)
    return ReadersAnswer([_reader(one) for one in found])


@api.endpoint("GET", "/readers/{id}", answers={200: DataAnswer}, errors=(*_WHO, ReaderUnknown), needs=_ADMIN)
async def get_reader(request: Request) -> DataAnswer:
    """All that the site holds about a reader."""
    svc, asking = service(request), asking_moderator(request)
    reader_id = id_in_path(request, ReaderUnknown("Nobody like this is known on the site."))
    return DataAnswer(await svc.db.scan(collected, asking.site_id, reader_id, at=svc.clock.now()))


@api.endpoint(
    "POST",
    "/readers/{id}/erasure",
    answers={202: ErasureAnswer},
    errors=(*_WHO, ReaderUnknown, ReaderOfTeam),
    needs=_ADMIN,
)
async def post_erasure(request: Request, body: ErasureBody) -> ErasureAnswer:
    """Erase a reader for ever. It is done in the background; asked again it is the same erasure."""
    svc, asking = service(request), asking_moderator(request)
    reader_id = id_in_path(request, ReaderUnknown("Nobody like this is known on the site."))
    wish = ErasureWish(asking.site_id, reader_id, body.scope, str(asking.account_id))
    return ErasureAnswer(_shown(await svc.db.write(ask_erasure, wish, svc.keys, at=svc.clock.now())))


@api.endpoint("GET", "/erasures", answers={200: ErasuresAnswer}, errors=_WHO, needs=_ADMIN)
async def get_erasures(request: Request) -> ErasuresAnswer:
    """Who was erased: when, how much, and the receipts; nobody's name."""
    found = await service(request).db.read(erasures, asking_moderator(request).site_id)
    return ErasuresAnswer([_shown(one) for one in found])


@api.endpoint(
    "GET", "/erasures/{id}", answers={200: ErasureAnswer}, errors=(*_WHO, ErasureUnknown), needs=_ADMIN
)
async def get_erasure(request: Request) -> ErasureAnswer:
    """One erasure, with its receipt when it is done."""
    erasure_id = id_in_path(request, ErasureUnknown("There is no such erasure here."))
    found = await service(request).db.read(erasure_by_id, asking_moderator(request).site_id, erasure_id)
    return ErasureAnswer(_shown(found))


@api.endpoint("POST", "/receipts", answers={200: ReceiptAnswer}, errors=(*_WHO, ReceiptRefused), needs=_ADMIN)
async def post_receipt(request: Request, body: ReceiptBody) -> ReceiptAnswer:
    """Say whether a receipt is genuine; nothing is stored."""
    return ReceiptAnswer(checked(service(request).keys, body.receipt))


def _reader(one: Reader) -> ReaderShown:
    return ReaderShown(
        one.id,
        one.name,
        one.email,
        one.kind,
        one.comments,
        one.votes,
        one.reports,
        one.first_at,
        one.last_at,
        one.in_team,
    )


def _shown(one: Erasure) -> ErasureShown:
    receipt = json.loads(one.receipt) if one.receipt else None
    return ErasureShown(
        one.id, one.scope, one.state, json.loads(one.counts), one.asked_at, one.done_at, receipt
    )
