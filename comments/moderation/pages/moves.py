"""Giving things another place, by plain forms: a page, its whole discussion, a comment with its answers."""

from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import CommentsError, Conflict, Invalid, NotFound
from comments.moderation.errors import FormMalformed
from comments.moderation.pages.frame import DeskVisit, field, lead_to, read_id, visit_of, visit_with_form
from comments.moderation.pages.thread import thread_address, thread_answer
from comments.moderation.pages.urls import list_behind, queue_address
from comments.moderation.queue.comments import held_by_id
from comments.moderation.queue.safe_text import excerpt
from comments.moderation.threads.actions import MoveWish, acting_as, merge, move, set_thread
from comments.moderation.threads.merging import finish_merge
from comments.moderation.threads.schemas import Page, page_moderated, thread_of_page
from comments.threads.actions.settings import ThreadWish
from comments.threads.api.routes import site_of
from comments.threads.errors import CommentUnknown
from comments.threads.queries.moderated_threads import moderated_comment
from comments.web.html.templating import html_page, page
from comments.web.problems import status_of
from comments.web.routing import read_query
from comments.web.service import service

_LONGEST_PAGE = 2_000
_REFUSALS = (Invalid, Conflict, NotFound)


class MergeAsked(msgspec.Struct):
    """Which thread is to go into the discussion of which page."""

    thread: UUID
    into: Page = ""


class MoveAsked(msgspec.Struct):
    """`comment` is what is to be moved, `back` the list it was on."""

    comment: UUID
    back: str = ""


@page
async def post_rename(request: Request) -> Response:
    """Let a discussion's page have another address."""
    visit, fields = await visit_with_form(request)
    svc, site, thread_id = service(request), await site_of(request), read_id(fields.get("thread", ""))
    acting, wish = (
        acting_as(visit.moderator, site.origins),
        ThreadWish(url=field(fields, "url", _LONGEST_PAGE)),
    )
    try:
        number = await svc.db.write(set_thread, svc.keys, acting, thread_id, wish, at=svc.clock.now())
    except _REFUSALS as refused:
        return await thread_answer(request, visit, str(thread_id), notice=_why(refused))
    return lead_to(request, thread_address(visit.site, thread_id, number))


@page
async def show_merge(request: Request) -> Response:
    """Say what a merge would do, before anything is done."""
    visit, asked = await visit_of(request), read_query(request, MergeAsked)
    svc, site, sections = service(request), await site_of(request), visit.moderator.sections
    try:
        into = await svc.db.read(page_moderated, site, asked.into, sections)
        if into.id == asked.thread:
            raise FormMalformed("This is one and the same discussion.")
    except _REFUSALS as refused:
        return await thread_answer(request, visit, str(asked.thread), notice=_why(refused))
    source = await svc.db.read(page_moderated, site, str(asked.thread), sections)
    return html_page(request, "merge.html", visit=visit, source=source, into=into)


@page
async def post_merge(request: Request) -> Response:
    """Bring a whole discussion into another one."""
    visit, fields = await visit_with_form(request)
    svc, site = service(request), await site_of(request)
    source, into = read_id(fields.get("thread", "")), read_id(fields.get("into", ""))
    acting = acting_as(visit.moderator, site.origins)
    brought = await svc.db.write(merge, svc.keys, acting, source, into, at=svc.clock.now())
    await finish_merge(svc.db, svc.clock, source, into)
    return lead_to(request, thread_address(visit.site, into, brought.number))


@page
async def show_move(request: Request) -> Response:
    """Show the form that moves a comment with all that answers it."""
    visit, asked = await visit_of(request), read_query(request, MoveAsked)
    return await _move_form(request, visit, asked.comment, {"back": asked.back})


@page
async def post_move(request: Request) -> Response:
    """Move a comment with all that answers it, then lead back to the list."""
    visit, fields = await visit_with_form(request)
    svc, site, comment_id = service(request), await site_of(request), read_id(fields.get("comment", ""))
    acting = acting_as(visit.moderator, site.origins)
    try:
        named, under = field(fields, "page", _LONGEST_PAGE), field(fields, "under", _LONGEST_PAGE)
        if under:
            # The address of a comment ends with its id.
            wish = MoveWish(comment_id, parent_id=read_id(under[-36:]))
        elif named:
            wish = MoveWish(comment_id, await svc.db.read(thread_of_page, site.id, named))
        else:
            raise FormMalformed("Say where it is to go.")
        brought = await svc.db.write(move, svc.keys, acting, wish, at=svc.clock.now())
    except _REFUSALS as refused:
        status = status_of(refused)
        return await _move_form(request, visit, comment_id, fields, notice=_why(refused), status=status)
    return lead_to(request, queue_address(visit.site, list_behind(fields), moved=str(brought.number)))


async def _move_form(
    request: Request,
    visit: DeskVisit,
    comment_id: UUID,
    fields: dict[str, str],
    *,
    notice: str = "",
    status: int = 200,
) -> Response:
    svc, site_id = service(request), visit.moderator.site_id
    # Outside one's sections there is none.
    await svc.db.read(moderated_comment, site_id, comment_id, visit.moderator.sections)
    found = await svc.db.read(held_by_id, site_id, [comment_id])
    if not found:
        raise CommentUnknown("There is no such comment.")
    row = found[0].row
    return html_page(
        request,
        "move.html",
        status=status,
        visit=visit,
        comment=row,
        words_of_it=excerpt(row.html),
        fields=fields,
        notice=notice,
        leads_back=queue_address(visit.site, list_behind(fields)),
    )


def _why(refused: CommentsError) -> str:
    return refused.detail
