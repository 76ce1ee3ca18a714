"""The HTTP API of moderation, for API tokens."""

from uuid import UUID

from starlette.requests import Request

from comments.identity.errors import ModeratorsOnly, TokenMissing, TokenUnknown
from comments.identity.gate_routes import asking_moderator
from comments.identity.routes import MalformedToken
from comments.moderation import wire
from comments.moderation.actions import decide
from comments.moderation.errors import AllHandled, DecisionsMissing, TooManyDecisions
from comments.moderation.orders import Order
from comments.moderation.queries.history import log
from comments.moderation.queries.queue import HeldPage, Wish, held_comments, thread_wanted
from comments.sites.errors import SiteUnknown
from comments.threads.errors import CursorRefused
from comments.web.needs import moderator
from comments.web.routing import Api, QueryRefused
from comments.web.service import Service, service

api = Api("/api/v1/sites/{site}", tag="Moderation")

_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly)


@api.endpoint(
    "GET",
    "/moderation/comments",
    answers={200: wire.QueueAnswer},
    errors=(*_WHO, QueryRefused, CursorRefused),
    needs=moderator("read"),
)
async def get_queue(request: Request, query: wire.QueueQuery) -> wire.QueueAnswer:
    """The comments of a queue, newest first.

    `pending` has what waits: new comments, and approved ones with an edit that waits.
    """
    svc, asking = service(request), asking_moderator(request)
    place = queue_place(asking.site_id, query)
    page = await queue_page(svc, asking.site_id, query)
    comments = [wire.comment_judged(held) for held in page.comments]
    return wire.QueueAnswer(comments, wire.cursor_at(svc.keys, place, page.next))


@api.endpoint(
    "POST",
    "/moderation/decisions",
    answers={200: wire.DecisionsAnswer},
    errors=(*_WHO, DecisionsMissing, TooManyDecisions, AllHandled),
    needs=moderator("moderate"),
)
async def post_decisions(request: Request, body: wire.DecisionsBody) -> wire.DecisionsAnswer:
    """Decide about up to 500 comments at once.

    A comment that somebody has changed since `expected_version` is a conflict and stays as it is; 409 only if
    all are. `restore` goes back to the state before the last decision that still stands: again and again, it
    goes back through the log.
    """
    svc, asking = service(request), asking_moderator(request)
    order = Order(asking, body.decision, body.wanted(), body.reason.strip())
    return wire.decisions_answer(await svc.db.write(decide, order, at=svc.clock.now()))


@api.endpoint(
    "GET",
    "/moderation/log",
    answers={200: wire.LogAnswer},
    errors=(*_WHO, QueryRefused, CursorRefused),
    needs=moderator("read"),
)
async def get_log(request: Request, query: wire.LogQuery) -> wire.LogAnswer:
    """Every decision ever made on this site, the newest first: who, about what, before, after, and why."""
    svc, asking = service(request), asking_moderator(request)
    place = f"log/{asking.site_id}"
    after = wire.position_at(svc.keys, place, query.cursor)
    entries, end = await svc.db.read(log, asking.site_id, after=after, limit=query.limit)
    return wire.log_answer(entries, wire.cursor_at(svc.keys, place, end))


async def queue_page(svc: Service, site_id: UUID, query: wire.QueueQuery) -> HeldPage:
    """Return the page of a queue that is asked for. Raises CursorRefused, Invalid for an impossible URL."""
    after = wire.position_at(svc.keys, queue_place(site_id, query), query.cursor)
    wish = await _wish(svc, site_id, query)
    if wish is None:
        return HeldPage([], None)
    run = svc.db.scan if wish.is_search else svc.db.read
    return await run(held_comments, site_id, wish, after=after, limit=query.limit)


def queue_place(site_id: UUID, query: wire.QueueQuery) -> str:
    """Return what a cursor of this list is good for."""
    return "\x00".join(("queue", str(site_id), query.state, query.q, query.author, query.page))


async def _wish(svc: Service, site_id: UUID, query: wire.QueueQuery) -> Wish | None:
    """Return what is wanted in the queries' terms, None for a page that nobody has written on."""
    thread_id = None
    if query.page:
        thread_id = await svc.db.read(thread_wanted, site_id, query.page)
        if thread_id is None:
            return None
    author_id = _id(query.author)
    return Wish(
        queue=None if query.state == "all" else query.state,
        words=query.q,
        author_id=author_id,
        author_name="" if author_id else query.author,
        thread_id=thread_id,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
