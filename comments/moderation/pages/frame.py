"""Who sits at the desk of a site, and what stands around every page they open there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.access_routes import asking_moderator
from comments.identity.accounts.queries import Moderator
from comments.identity.pages.sign_in import Visitor, signed_in, visitor_with_form
from comments.moderation import messages, schemas
from comments.moderation.errors import FormMalformed
from comments.moderation.pages.urls import desk_address, queue_address, way_back
from comments.moderation.queue.desk import Order, QueueSummary, desk
from comments.moderation.queue.index_ranges import LISTS
from comments.web.forms import Fields, see_other
from comments.web.service import service


@dataclass(frozen=True, slots=True)
class DeskVisit:
    """A signed-in moderator at the desk of one site."""

    visitor: Visitor
    moderator: Moderator
    site: str


async def visit_of(request: Request) -> DeskVisit:
    """Return who sits at this desk: whom the gate let pass."""
    return DeskVisit(await signed_in(request), asking_moderator(request), request.path_params["site"])


async def visit_with_form(request: Request) -> tuple[DeskVisit, Fields]:
    """Return who posts a form of the desk, and its fields. Raises what `visitor_with_form` does."""
    found, fields = await visitor_with_form(request)
    return DeskVisit(found, asking_moderator(request), request.path_params["site"]), fields


def order_notice(request: Request, visit: DeskVisit) -> Order | None:
    """Return the order of which a page tells that it is done. Raises FormMalformed."""
    done = request.query_params.get("done") if request.method == "GET" else None
    return (visit.moderator.account_id, moment(done)) if done else None


async def frame(
    request: Request,
    visit: DeskVisit,
    query: schemas.QueueQuery,
    *,
    here: str,
    summary: QueueSummary | None = None,
) -> dict[str, Any]:
    """Return what stands around every page: queues with their sizes, and the notice of what was done.

    It is read, unless it was before.
    """
    if summary is None:
        summary = await service(request).db.read(desk, visit.moderator, order_notice(request, visit))
    left = request.query_params.get("left", "")
    return {
        "visit": visit,
        "query": query,
        "here": here,
        "queues": (*LISTS, "all"),
        "desk": summary,
        "left": int(left) if left.isdecimal() and len(left) < 4 else 0,
        "address": partial(queue_address, visit.site, query),
        "desk_address": partial(desk_address, visit.site),
        "back": way_back(query),
        "words": messages,
    }


def lead_to(request: Request, path: str) -> Response:
    """Lead to another of our pages."""
    return see_other(service(request).settings.base_path + path)


def field(fields: Mapping[str, str], name: str, most: int) -> str:
    """Return what was written into a field, without spaces around it and at most so long."""
    return fields.get(name, "").strip()[:most]


def read_id(text: str) -> UUID:
    """Return the id that a form of ours carries. Raises FormMalformed."""
    try:
        return UUID(text)
    except ValueError:
        raise FormMalformed("This form is not one of ours. Reload the page.") from None


def moment(text: str) -> datetime:
    """Return the time that a form of ours carries. Raises FormMalformed."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    return found
