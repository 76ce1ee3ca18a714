"""The HTTP API of moderation, for API tokens."""

from uuid import UUID

from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.accounts.queries import Moderator
from comments.identity.errors import ModeratorsOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.moderation import schemas
from comments.moderation.audit.entries import whole_log
from comments.moderation.audit.schemas import LogAnswer, log_answer
from comments.moderation.authors.profile import profile
from comments.moderation.authors.schemas import AuthorKnown, author_known
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import DecisionOrder, NewText
from comments.moderation.errors import (
    AllHandled,
    AuthorUnknown,
    AuthorUnreachable,
    DecisionsMissing,
    SearchUnclear,
    TooManyDecisions,
)
from comments.moderation.queue.comments import JudgedPage
from comments.moderation.queue.requests import asking_of
from comments.moderation.queue.view import listed, may_take_long
from comments.moderation.search.terms import read_id
from comments.sites.errors import SiteUnknown
from comments.text.errors import BodyEmpty, BodyTooComplex, BodyTooLong
from comments.threads.errors import CursorRefused
from comments.threads.posting.prepare import rendered
from comments.web.access import moderator
from comments.web.routing import Api, QueryRefused
from comments.web.service import Service, service

api = Api("/api/v1/sites/{site}", tag="Moderation")

WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly)


@api.endpoint(
    "GET",
    "/moderation/comments",
    answers={200: schemas.QueueAnswer},
    errors=(*WHO, QueryRefused, CursorRefused, SearchUnclear),
    needs=moderator("read"),
)
async def get_queue(request: Request, query: schemas.QueueQuery) -> schemas.QueueAnswer:
    """The comments of a queue, the newest or the oldest first.

    `pending` has what waits: new comments, and approved ones with an edit that waits. `reported` has those in
    any state that readers' reports are open about.
    """
    svc, asking = service(request), asking_moderator(request)
    place = queue_place(asking.site_id, query)
    page = await queue_page(svc, asking, query)
    comments = [schemas.comment_judged(held) for held in page.comments]
    following, hints = schemas.cursor_at(svc.keys, place, page.next), [*asking_of(query).hints]
    return schemas.QueueAnswer(comments, following, hints, page.cut_short, page.unread)


@api.endpoint(
    "POST",
    "/moderation/decisions",
    answers={200: schemas.DecisionsAnswer},
    errors=(
        *WHO,
        DecisionsMissing,
        TooManyDecisions,
        AuthorUnreachable,
        AllHandled,
        BodyEmpty,
        BodyTooLong,
        BodyTooComplex,
    ),
    needs=moderator("moderate"),
)
async def post_decisions(request: Request, body: schemas.DecisionsBody) -> schemas.DecisionsAnswer:
    """Decide about up to 500 comments at once.

    A comment that somebody has changed since `expected_version` is a conflict and stays as it is; 409 only if
    all are. `restore` goes back to the state before the last decision that still stands: again and again, it
    goes back through the log. It passes over notes and messages, which only `moderation/undo` takes back.
    """
    svc, asking = service(request), asking_moderator(request)
    text = None if body.text is None else NewText(body.text, await rendered(body.text))
    order = DecisionOrder(asking, body.decision, body.wanted(), body.reason.strip(), text)
    return schemas.decisions_answer(await svc.db.write(decide, order, svc.keys, at=svc.clock.now()))


@api.endpoint(
    "GET",
    "/moderation/log",
    answers={200: LogAnswer},
    errors=(*WHO, QueryRefused, CursorRefused),
    needs=moderator("read"),
)
async def get_log(request: Request, query: schemas.LogQuery) -> LogAnswer:
    """Every decision ever made on this site, the newest first: who, about what, before, after, and why.

    What was done with whole discussions, and bans, stand between them: at most the newest 200 between the
    decisions of two pages. Bans are told only to who moderates the whole site.
    """
    svc, asking = service(request), asking_moderator(request)
    place = f"log/{asking.site_id}"
    after = schemas.position_at(svc.keys, place, query.cursor)
    entries, end = await svc.db.read(whole_log, asking, after=after, limit=query.limit)
    return log_answer(entries, schemas.cursor_at(svc.keys, place, end))


@api.endpoint(
    "GET",
    "/moderation/authors/{id}",
    answers={200: AuthorKnown},
    errors=(*WHO, AuthorUnknown),
    needs=moderator("read"),
)
async def get_author(request: Request) -> AuthorKnown:
    """Who an author is: since when, how their comments fared, their bans, what was decided about them."""
    svc, asking, author_id = service(request), asking_moderator(request), read_id(request.path_params["id"])
    found = await svc.db.read(profile, asking, author_id, at=svc.clock.now()) if author_id else None
    if found is None:
        raise AuthorUnknown("Nobody with this id has written here.")
    return author_known(found)


async def queue_page(svc: Service, asking: Moderator, query: schemas.QueueQuery) -> JudgedPage:
    """Return the page of a queue that is asked for.

    Raises CursorRefused, SearchUnclear, Invalid for an impossible URL.
    """
    after = schemas.position_at(svc.keys, queue_place(asking.site_id, query), query.cursor)
    run = svc.db.scan if may_take_long(asking, query) else svc.db.read
    return await run(listed, asking, query, after)


def queue_place(site_id: UUID, query: schemas.QueueQuery) -> str:
    """Return what a cursor of this list is good for."""
    asked = (query.state, query.q, query.author, query.page, query.sort)
    return "\x00".join(("queue", str(site_id), *asked, query.alike or "any"))
