"""The HTTP API of whole discussions, for API tokens."""

from uuid import UUID

from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.moderation.audit.schemas import said
from comments.moderation.errors import ChangedSince, DecisionUnknown
from comments.moderation.routes import WHO
from comments.moderation.threads.actions import MoveWish, acting_as, merge, move, set_thread
from comments.moderation.threads.merging import finish_merge
from comments.moderation.threads.schemas import (
    MergeBody,
    MoveBody,
    MovedAnswer,
    PageAsked,
    ThreadBody,
    ThreadModerated,
    ThreadUndone,
    UndoThreadBody,
    page_moderated,
    thread_moderated,
    thread_of_comment,
    thread_of_page,
)
from comments.moderation.threads.undo import undo_thread
from comments.threads.api.routes import comment_id_of, site_of
from comments.threads.errors import (
    CommentUnknown,
    MoveRefused,
    OutsideSection,
    PageRefused,
    ThreadUnknown,
    UrlRefused,
    UrlTaken,
)
from comments.web.access import moderator
from comments.web.routing import Api, QueryRefused, id_in_path
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Moderation")


@api.endpoint(
    "GET",
    "/moderation/thread",
    answers={200: ThreadModerated},
    errors=(*WHO, QueryRefused, ThreadUnknown, UrlRefused),
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
    errors=(*WHO, ThreadUnknown, UrlRefused, PageRefused, OutsideSection, UrlTaken),
    needs=moderator("moderate"),
)
async def patch_thread(request: Request, body: ThreadBody) -> ThreadModerated:
    """Close or open a discussion, have all of it wait, slow it down, or let its page have another URL.

    Who has a page open that is closed, opened or renamed hears `reset` on their stream. All keys that led to
    a discussion lead to it still.
    """
    svc, site, thread_id = service(request), await site_of(request), thread_id_of(request)
    acting = acting_as(asking_moderator(request), site.origins)
    await svc.db.write(set_thread, svc.keys, acting, thread_id, body.wish(), at=svc.clock.now())
    return await svc.db.read(thread_moderated, site, thread_id, acting.sections)


@api.endpoint(
    "POST",
    "/moderation/threads/{id}/merge",
    answers={200: MovedAnswer},
    errors=(*WHO, ThreadUnknown, UrlRefused, MoveRefused),
    needs=moderator("moderate"),
)
async def merge_thread(request: Request, body: MergeBody) -> MovedAnswer:
    """Bring a whole discussion into another one.

    Comments keep their ids, places, votes and reports; what is set for the other one holds for all, and all
    keys that led to this one lead there.
    """
    svc, site, thread_id = service(request), await site_of(request), thread_id_of(request)
    acting = acting_as(asking_moderator(request), site.origins)
    into = await svc.db.read(thread_of_page, site.id, body.into)
    brought = await svc.db.write(merge, svc.keys, acting, thread_id, into, at=svc.clock.now())
    await finish_merge(svc.db, svc.clock, thread_id, into)
    there = await svc.db.read(thread_moderated, site, into, acting.sections)
    return MovedAnswer(brought.comments, there)


@api.endpoint(
    "POST",
    "/moderation/comments/{id}/move",
    answers={200: MovedAnswer},
    errors=(*WHO, CommentUnknown, ThreadUnknown, UrlRefused, MoveRefused),
    needs=moderator("moderate"),
)
async def move_with_answers(request: Request, body: MoveBody) -> MovedAnswer:
    """Move a comment with all that answers it to another place, in its discussion or another one."""
    svc, site, comment_id = service(request), await site_of(request), comment_id_of(request)
    acting = acting_as(asking_moderator(request), site.origins)
    to = await svc.db.read(thread_of_page, site.id, body.page) if body.page else None
    wish = MoveWish(comment_id, to, body.parent_id)
    brought = await svc.db.write(move, svc.keys, acting, wish, at=svc.clock.now())
    there = await svc.db.read(thread_of_comment, site, comment_id, acting.sections)
    return MovedAnswer(brought.comments, there)


@api.endpoint(
    "POST",
    "/moderation/threads/undo",
    answers={200: ThreadUndone},
    errors=(
        *WHO,
        DecisionUnknown,
        ChangedSince,
        ThreadUnknown,
        CommentUnknown,
        UrlRefused,
        UrlTaken,
        OutsideSection,
        MoveRefused,
    ),
    needs=moderator("moderate"),
)
async def undo_of_thread(request: Request, body: UndoThreadBody) -> ThreadUndone:
    """Take back what was set for a discussion, a rename, a move, or within 30 days a merge.

    Asked for again it is done once, and the answer is the same. What somebody has decided otherwise since
    stays.
    """
    svc, site = service(request), await site_of(request)
    acting = acting_as(asking_moderator(request), site.origins)
    undone = await svc.db.write(undo_thread, svc.keys, acting, body.number, at=svc.clock.now())
    return ThreadUndone(undone["number"], undone["choice"], UUID(undone["thread"]), said(undone))


def thread_id_of(request: Request) -> UUID:
    """Return the thread's id in the address; a text that is none is a thread that does not exist."""
    return id_in_path(request, ThreadUnknown("There is no such discussion here."))
