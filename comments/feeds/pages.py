"""The feed of a discussion, and of a whole site."""

from collections.abc import Hashable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.feeds.entries import Feed, FeedEntry
from comments.feeds.queries import newest_of_site, newest_of_thread
from comments.keys import Keyring
from comments.threads import report_reasons
from comments.threads.addresses.page_keys import PageKeys, check_page_origin, page_keys
from comments.threads.api.routes import SHARED, cache_address, conditional, shown_version, site_of
from comments.threads.pages.links import Links, absolute_base
from comments.threads.pages.problems import plain_page
from comments.threads.queries.find_threads import ThreadRow, thread_by_keys
from comments.threads.requests import Url
from comments.threads.site_card import SiteCard
from comments.threads.views.schemas import ThreadShown, Wording, thread_shown, unopened_thread
from comments.web.access import NOBODY, page_route
from comments.web.answers import EncodedBody
from comments.web.routing import read_query
from comments.web.service import service

_ATOM = b"application/atom+xml; charset=utf-8"
_HEADERS = [*SHARED, (b"access-control-allow-origin", b"*")]


class FeedQuery(msgspec.Struct):
    """Which page's comments; without one those of the whole site."""

    url: Url | None = None
    identifier: str | None = None


@plain_page
async def show_feed(request: Request) -> Response:
    """Show the newest comments of a page, or of the site if none is named."""
    svc, address = service(request), cache_address(request, FeedQuery)
    body = await svc.cache.kept_or_made(address, lambda: _made(request, address))
    return conditional(request, body)


async def _made(request: Request, address: Hashable) -> EncodedBody:
    svc = service(request)
    site, query = await site_of(request), read_query(request, FeedQuery)
    base = absolute_base(request, site.name)
    if not (query.url or query.identifier):
        # Not kept: it would have to be dropped with every change of any page.
        return await _of_site(request, site, base)
    page, opened = page_keys(query.url, query.identifier), svc.openings.get(site.id, 0)
    thread, rows = await svc.db.read(_newest, site, page)
    shown = thread_shown(thread, site) if thread is not None else unopened_thread(page.url, site)
    known = page if thread is None else thread
    links = Links(base, known.url, known.identifier)
    title = f"Comments on {report_reasons.page_name(shown, page.identifier)}"
    feed = Feed(title, links.discussion(), links.feed())
    body = _body(svc.keys, site, feed, rows)
    svc.cache.put(address, body, [shown_version(site, thread, opened)])
    return body


async def _of_site(request: Request, site: SiteCard, base: str) -> EncodedBody:
    svc = service(request)
    rows = await svc.db.read(newest_of_site, site.id)
    feed = Feed(f"Comments on {site.name}", base, f"{base}/feed")
    return _body(svc.keys, site, feed, rows)


def _newest(session: Session, site: SiteCard, page: PageKeys) -> tuple[ThreadRow | None, Sequence[Row[Any]]]:
    """Return a page's thread, if it has one, and its newest comments. Raises PageRefused."""
    thread = thread_by_keys(session, site.id, page)
    if thread is None:
        check_page_origin(page, site.origins)
        return None, []
    return thread, newest_of_thread(session, thread.id)


def _body(keys: Keyring, site: SiteCard, feed: Feed, rows: Sequence[Row[Any]]) -> EncodedBody:
    # Here, for the parser of XML that comes with it is half a megabyte, and many sites' feeds nobody reads.
    from comments.feeds.atom import written

    return EncodedBody(written(feed, [_entry(keys, site.id, row) for row in rows]), _ATOM, _HEADERS)


def _entry(keys: Keyring, site_id: UUID, row: Row[Any]) -> FeedEntry:
    comment = Wording(keys, site_id, row.thread_id, row.thread_url).comment(row)
    title = row.thread_title if row.title_confirmed else None
    page = ThreadShown(row.thread_id, row.thread_url, title, "open", 0, 0)
    return FeedEntry(
        comment.id,
        f"{row.author_name} on {report_reasons.page_name(page, None)}",
        comment.permalink,
        row.author_name,
        row.author_website,
        comment.html or "",
        comment.created_at,
        comment.edited_at or comment.created_at,
        comment.parent_id,
    )


routes = [page_route("/d/{site}/feed", show_feed, needs=NOBODY)]
