"""The HTTP API of live updates: one stream of server-sent events for the pages that are asked for."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.live import schemas
from comments.live.changes import ChangesQuestion
from comments.live.errors import SinceRefused, StreamsFull, TooManyPages, TooManyStreams
from comments.live.hub import Hub
from comments.sites.errors import SiteUnknown
from comments.threads.addresses.page_keys import PageKeys, page_keys
from comments.threads.api.routes import site_of
from comments.threads.errors import PageMissing, PageRefused
from comments.threads.requests import Url
from comments.web.access import NOBODY
from comments.web.event_stream import EventStream
from comments.web.routing import Api, QueryRefused, read_query
from comments.web.service import client_network

api = Api("/api/v1/sites/{site}", tag="Discussions")

MOST_PAGES = 10
LARGEST_VERSION = 2**31 - 1


class StreamQuery(msgspec.Struct):
    """Which pages to listen to, and the versions of them that are known, in the same order, between dots."""

    url: list[Url] = []
    identifier: list[str] = []
    since: Annotated[str, Meta(max_length=200)] | None = None


@api.endpoint(
    "GET",
    "/stream",
    answers={},
    errors=(
        SiteUnknown,
        PageMissing,
        PageRefused,
        TooManyPages,
        SinceRefused,
        TooManyStreams,
        StreamsFull,
        QueryRefused,
    ),
    reads=StreamQuery,
    needs=NOBODY,
    events={"change": schemas.PageChanged, "reset": schemas.Reset},
)
async def get_stream(request: Request) -> EventStream:
    """What changes on a page, as it changes: server-sent events.

    `url` may be repeated for up to 10 pages, which events name by their place in the query; an `identifier`
    belongs to the `url` before it. `since` has the threads' versions as one knows them, `12.0.7` for three
    pages, and so has each event's id; `Last-Event-ID` wins over it. Without either the stream begins now.

    `event: change` tells what is new, changed or gone; `event: reset` says that more has changed than is told
    one by one: ask for the page again. A line with a colon alone comes every 20 seconds. Anonymous, and only
    what is public.
    """
    query = read_query(request, StreamQuery)
    site = await site_of(request)
    pages = _pages(request)
    seen = _versions(request.headers.get("last-event-id") or query.since, len(pages))
    hub: Hub = request.app.state.hub
    return EventStream(partial(hub.listen, ChangesQuestion(site, pages, seen), client_network(request)))


def _pages(request: Request) -> list[PageKeys]:
    """Return the pages in the order asked. Raises PageMissing, TooManyPages, Invalid."""
    pairs = parse_qsl(request.scope["query_string"].decode("ascii"), keep_blank_values=True)
    asked = [(name, value) for name, value in pairs if name in {"url", "identifier"}]
    if [name for name, _ in asked] == ["identifier", "url"]:
        asked.reverse()
    pages: list[dict[str, str]] = []
    for name, value in asked:
        if name == "identifier" and pages and "identifier" not in pages[-1]:
            pages[-1][name] = value
        else:
            pages.append({name: value})
    if len(pages) > MOST_PAGES:
        detail = f"At most {MOST_PAGES} pages on one stream."
        raise TooManyPages(detail, errors={"url": detail})
    return [page_keys(page.get("url"), page.get("identifier")) for page in pages or [{}]]


def _versions(given: str | None, pages: int) -> Sequence[int] | None:
    """Return the versions that are known; None if none were given. Raises SinceRefused."""
    if not given:
        return None
    parts = given.split(".")
    are_numbers = all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts)
    if len(parts) != pages or not are_numbers or max(map(int, parts)) > LARGEST_VERSION:
        detail = "Give one version for each page, with dots between them."
        raise SinceRefused(detail, errors={"since": detail})
    return [int(part) for part in parts]
