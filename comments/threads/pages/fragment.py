"""A discussion as a piece of HTML for others' pages: what the widget draws, before its script has run."""

import asyncio
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from comments.threads.addresses.page_keys import PageKeys, page_keys
from comments.threads.api.routes import SHARED, Address, cache_address, conditional, shown_version, site_of
from comments.threads.pages.links import Links, absolute_base
from comments.threads.pages.problems import plain_page
from comments.threads.requests import FragmentQuery, ThreadQuery
from comments.threads.site_card import SiteCard
from comments.threads.views import discussion
from comments.threads.views.discussion import Discussion
from comments.threads.views.schemas import CommentShown, shown_until
from comments.web.answers import EncodedBody
from comments.web.html.templating import json_in_html, rendered_page
from comments.web.routing import read_query
from comments.web.service import service

CAP_WIDE, CAP_NARROW = 3, 2
"""Depths at which replies stop moving inwards, as in the widget (embed/src/view/comment.ts)."""

REPLIES_A_STEP = 25

_HTML = b"text/html; charset=utf-8"
_HEADERS = [
    *SHARED,
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]


@plain_page
async def show_fragment(request: Request) -> Response:
    """Show a page of a discussion in a shadow root, with the answer of the API that it was made from."""
    svc, address = service(request), cache_address(request, FragmentQuery)
    body = await svc.cache.kept_or_made(address, lambda: _made(request, address))
    return conditional(request, body)


async def _made(request: Request, address: Address) -> EncodedBody:
    svc, site, query = service(request), await site_of(request), read_query(request, FragmentQuery)
    page, opened = page_keys(query.url, query.identifier), svc.openings.get(site.id, 0)
    asked = ThreadQuery(query.url, query.identifier, query.sort)
    found = await svc.db.read_copy(
        lambda found: svc.knows_nothing_newer(found.thread),
        discussion.discussion,
        svc.keys,
        site,
        page,
        asked,
    )
    context = _context(request, site, page, query, found)
    # In a thread: 200 comments take tens of milliseconds, and would hold up every reader.
    html = await asyncio.to_thread(rendered_page, request, "fragment.html", **context)
    body = EncodedBody(html.encode(), _HTML, _HEADERS)
    shows, until = shown_version(site, found.thread, opened), shown_until(found.answer.thread)
    svc.cache.put(address, body, [shows], until=until)
    return body


def stands_elsewhere(comment: CommentShown, above: CommentShown | None) -> bool:
    """Say whether a comment answers another one than it stands under."""
    return comment.parent_id != (above.id if above else None)


def missing_replies(root: CommentShown) -> int:
    """Return how many public replies below a top-level comment are not here."""
    if root.replies.next is None:
        return 0
    return max(1, root.replies.total - sum(map(_is_public, discussion.every(root.replies.comments))))


def coming_up(found: Discussion) -> int:
    """Return at most how many comments are still to come at the top of the list."""
    tops = found.answer.comments
    here = sum(_is_public(top) + top.replies.total for top in tops)
    return max(1, found.answer.thread.comment_count - here)


def _is_public(comment: CommentShown) -> bool:
    return comment.state == "approved" and comment.html is not None


def _context(
    request: Request, site: SiteCard, page: PageKeys, query: FragmentQuery, found: Discussion
) -> dict[str, Any]:
    # With it comes Babel, which is slow to start, and a service without fragments needs none of it.
    from comments.web.api_docs.catalogue import widget_styles, words_for

    words = words_for(query.lang or "en")
    options = {
        "host": service(request).settings.base_url,
        "site": site.name,
        # The settled address: by it the widget knows that what it finds is about this page.
        "url": query.url and found.answer.thread.url,
        "identifier": page.identifier,
        "sort": query.sort,
        "lang": query.lang,
        "theme": query.theme,
    }
    return {
        "options": options,
        "links": Links(absolute_base(request, site.name), page.url, page.identifier, words.tag),
        "words": words,
        "styles": Markup(widget_styles()),  # noqa: S704 - our own file
        "found": found,
        "answer": json_in_html(found.answer),
        "is_open": found.answer.thread.state == "open",
        "step": REPLIES_A_STEP,
        "coming_up": coming_up(found),
        "missing_replies": missing_replies,
        "stands_elsewhere": stands_elsewhere,
        "caps": (CAP_NARROW, CAP_WIDE),
    }
