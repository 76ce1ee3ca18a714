"""Reading a discussion on a page of its own; who has no cookie of ours gets what everybody gets."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from comments.threads.addresses.page_keys import PageKeys, page_keys
from comments.threads.api.routes import (
    SHARED,
    Address,
    cache_address,
    comment_id_of,
    conditional,
    shown_version,
    site_of,
)
from comments.threads.errors import PageMissing, UrlRefused
from comments.threads.pages.find_page import lead_to_page
from comments.threads.pages.links import Links, absolute_base, site_base
from comments.threads.pages.messages import language_asked, waits, words_of
from comments.threads.pages.problems import plain_page
from comments.threads.pages.visitors import BrowserVisit, asker, has_our_cookie, visit_of
from comments.threads.report_reasons import host_name, page_name
from comments.threads.requests import BranchQuery, DiscussionQuery, RepliesQuery, ThreadQuery
from comments.threads.site_card import SiteCard
from comments.threads.views import discussion, json_ld
from comments.threads.views.discussion import Branch, Discussion, OwnView, Viewer
from comments.threads.views.schemas import shown_until
from comments.web.answers import EncodedBody
from comments.web.html.templating import json_in_html, rendered_page
from comments.web.routing import read_query
from comments.web.service import service

REPLIES_A_PAGE = 100
FOR_EVERYBODY = [*SHARED, (b"vary", b"Cookie")]
"""Caches in front of us must not answer with it who has a cookie."""

_HTML = b"text/html; charset=utf-8"
_DONE = {"posted", "saved", "deleted", "restored", "reported"}


@plain_page
async def show_discussion(request: Request) -> Response:
    """Show a page of a discussion."""
    is_shared = not has_our_cookie(request)
    svc, address = service(request), cache_address(request, DiscussionQuery)
    body = svc.cache.get(address) if is_shared else None
    if body is not None:
        return conditional(request, body)
    site, query = await site_of(request), read_query(request, DiscussionQuery)
    try:
        page = page_keys(query.url, query.identifier)
    except (PageMissing, UrlRefused) as refused:
        return await lead_to_page(request, site, refused)
    if not is_shared:
        return await _discussion_for_one(request, site, page, query)
    body = await svc.cache.kept_or_made(
        address, lambda: _discussion_for_all(request, site, page, query, address)
    )
    return conditional(request, body)


async def _discussion_for_all(
    request: Request, site: SiteCard, page: PageKeys, query: ThreadQuery, address: Address
) -> EncodedBody:
    svc = service(request)
    opened = svc.openings.get(site.id, 0)
    found = await svc.db.read_copy(
        lambda found: svc.knows_nothing_newer(found.thread),
        discussion.discussion,
        svc.keys,
        site,
        page,
        query,
    )
    context = _discussion(request, site, page, query, found)
    context["structured"] = _structured(context, found)
    body = EncodedBody((await _html(request, "discussion.html", context)).encode(), _HTML, FOR_EVERYBODY)
    if not found.linked_is_gone:
        shows, until = shown_version(site, found.thread, opened), shown_until(found.answer.thread)
        svc.cache.put(address, body, [shows], until=until)
    return body


@plain_page
async def show_branch(request: Request) -> Response:
    """Show a comment with the replies below it."""
    is_shared = not has_our_cookie(request)
    svc, address = service(request), cache_address(request, BranchQuery)
    body = svc.cache.get(address) if is_shared else None
    if body is not None:
        return conditional(request, body)
    site, comment_id = await site_of(request), comment_id_of(request)
    query = RepliesQuery(read_query(request, BranchQuery).cursor, REPLIES_A_PAGE)
    if not is_shared:
        return await _branch_for_one(request, site, comment_id, query)
    body = await svc.cache.kept_or_made(
        address, lambda: _branch_for_all(request, site, comment_id, query, address)
    )
    return conditional(request, body)


async def _branch_for_all(
    request: Request, site: SiteCard, comment_id: UUID, query: RepliesQuery, address: Address
) -> EncodedBody:
    svc = service(request)
    found = await svc.db.read_copy(
        lambda found: svc.knows_nothing_newer(found.thread),
        discussion.branch,
        svc.keys,
        site,
        comment_id,
        query,
    )
    context = _branch(request, site, query, found)
    body = EncodedBody((await _html(request, "branch.html", context)).encode(), _HTML, FOR_EVERYBODY)
    shows = (found.thread.id, found.thread.version)
    svc.cache.put(address, body, [shows], until=shown_until(found.thread))
    return body


async def _discussion_for_one(
    request: Request, site: SiteCard, page: PageKeys, query: ThreadQuery
) -> Response:
    svc, visitor = service(request), await visit_of(request, site, page.url)
    found, mine = await svc.db.read(
        discussion.discussion_for, svc.keys, site, page, query, _asker_told(request, visitor)
    )
    context = _discussion(request, site, page, query, found)
    return _for_one(await _html(request, "discussion.html", context | _of_one(visitor, mine)))


async def _branch_for_one(
    request: Request, site: SiteCard, comment_id: UUID, query: RepliesQuery
) -> Response:
    svc, visitor = service(request), await visit_of(request, site)
    found, mine = await svc.db.read(
        discussion.branch_for, svc.keys, site, comment_id, query, _asker_told(request, visitor)
    )
    context = _branch(request, site, query, found)
    return _for_one(await _html(request, "branch.html", context | _of_one(visitor, mine)))


async def _html(request: Request, template: str, context: dict[str, Any]) -> str:
    """Render a page in a thread: 200 comments take tens of milliseconds, and would hold up every reader."""
    return await asyncio.to_thread(rendered_page, request, template, **context)


def _for_one(html: str) -> Response:
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def _discussion(
    request: Request, site: SiteCard, page: PageKeys, query: ThreadQuery, found: Discussion
) -> dict[str, Any]:
    answer, base = found.answer, site_base(request, site.name)
    return {
        **_of_everybody(request, site, answer.thread),
        "links": Links(base, page.url, page.identifier, language_asked(request)),
        "settled": _settled(request, site, page, found),
        "structured": "",
        "page_name": page_name(answer.thread, page.identifier),
        "found": found,
        "comments": answer.comments,
        "shown": {comment.id for comment in discussion.every(answer.comments)},
        "limit": query.limit,
        "cursor": query.cursor,
        "is_part": query.around is not None or query.cursor is not None,
    }


def _structured(context: Mapping[str, Any], found: Discussion) -> str:
    """Return the page for search engines, empty where there is nothing on it."""
    thread, settled = found.thread, context["settled"]
    if thread is None or not found.answer.comments:
        return ""
    return json_in_html(
        json_ld.posting(
            found.answer.thread,
            found.answer.comments,
            name=context["page_name"],
            address=settled.discussion(),
            address_of=settled.around,
            began=thread.created_at.isoformat(),
        )
    )


def _settled(request: Request, site: SiteCard, page: PageKeys, found: Discussion) -> Links:
    """Return the addresses under which the discussion is known to others, whatever it was asked for by."""
    base, thread = absolute_base(request, site.name), found.thread
    if thread is None:
        return Links(base, page.url, page.identifier)
    return Links(base, thread.url, thread.identifier)


def _branch(request: Request, site: SiteCard, query: RepliesQuery, found: Branch) -> dict[str, Any]:
    base = site_base(request, site.name)
    return {
        **_of_everybody(request, site, found.thread),
        "links": Links(base, found.thread.url, None, language_asked(request)),
        "page_name": page_name(found.thread, None),
        "found": found,
        "shown": {comment.id for comment in discussion.every([found.comment, *found.replies])},
        "limit": REPLIES_A_PAGE,
        "is_part": query.cursor is not None,
    }


def _of_everybody(request: Request, site: SiteCard, thread: Any) -> dict[str, Any]:
    return {
        "site": site,
        "thread": thread,
        "is_closed": thread.state != "open",
        "words": words_of(request, site),
        "waits": waits,
        "host_name": host_name,
        "mine": OwnView(),
        "form_token": "",
    }


def _of_one(visitor: BrowserVisit, mine: OwnView) -> dict[str, Any]:
    # A browser that has another cookie of ours alone gets links instead of forms: reading gives it none.
    return {"mine": mine, "form_token": "" if visitor.is_new else visitor.form_token}


def _asker_told(request: Request, visitor: BrowserVisit) -> Viewer:
    """Return who asks, with what they have just done, if we sent them here after that."""
    given, who = request.query_params, asker(request, visitor)
    try:
        about = UUID(given.get("about", ""))
    except ValueError:
        return who
    done = given.get("done", "")
    return replace(who, done=done, about=about) if done in _DONE else who
