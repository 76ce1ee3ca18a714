"""The HTTP API of whole discussions, for API tokens."""

from uuid import UUID

from starlette.requests import Request

from comments.identity.errors import ModeratorsOnly, TokenMissing, TokenUnknown
from comments.identity.gate_routes import asking_moderator
from comments.identity.routes import MalformedToken
from comments.moderation.thread_actions import acting_as, set_thread
from comments.moderation.thread_wire import (
    PageAsked,
    ThreadBody,
    ThreadModerated,
    page_moderated,
    thread_moderated,
)
from comments.sites.errors import SiteUnknown
from comments.threads.errors import ThreadUnknown, UrlRefused
from comments.threads.routes import site_of
from comments.web.needs import moderator
from comments.web.routing import Api, QueryRefused
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Moderation")

_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly)


@api.endpoint(
    "GET",
    "/moderation/thread",
    answers={200: ThreadModerated},
    errors=(*_WHO, QueryRefused, ThreadUnknown, UrlRefused),
    needs=moderator("read"),
)
async def get_moderated_thread(request: Request, query: PageAsked) -> ThreadModerated:
    """A page's discussion with what is set for it, and all that leads to it."""
    svc, site, asking = service(request), await site_of(request), asking_moderator(request)
    return await svc.db.read(page_moderated, site, query.page, asking.sections)


@api.endpoint(
    "PATCH",
    "/moderation/threads/{id}",
    answers={200: ThreadModerated},
    errors=(*_WHO, ThreadUnknown),
    needs=moderator("moderate"),
)
async def patch_thread(request: Request, body: ThreadBody) -> ThreadModerated:
    """Close a discussion or open it, have all of it wait, or slow it down.

    Who has a page open that is closed or opened hears `reset` on their stream.
    """
    svc, asking, thread_id = service(request), asking_moderator(request), thread_id_of(request)
    await svc.db.write(set_thread, svc.keys, acting_as(asking), thread_id, body.wish(), at=svc.clock.now())
    return await svc.db.read(thread_moderated, await site_of(request), thread_id, asking.sections)


def thread_id_of(request: Request) -> UUID:
    """Return the thread's id in the address; a text that is none is a thread that does not exist."""
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise ThreadUnknown("There is no such discussion here.") from None
