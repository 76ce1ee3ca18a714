"""The HTTP API of threads: reading. Answers to anonymous readers come from the page cache."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from comments.classifier.cache import ModelCache
from comments.classifier.score import Model
from comments.identity.actors import KnownAuthor
from comments.identity.authors import known_author
from comments.identity.errors import TokenUnknown
from comments.identity.routes import MalformedToken, credentials
from comments.sites.errors import SiteUnknown
from comments.threads.addresses.page_keys import page_keys
from comments.threads.errors import CommentUnknown, CursorRefused, IdsRefused, PageMissing, TooManyKeys
from comments.threads.queries.find_threads import ThreadRow
from comments.threads.requests import CountsQuery, MeQuery, RepliesQuery, ThreadQuery
from comments.threads.site_card import SiteCard
from comments.threads.views import counts, schemas
from comments.threads.views import thread as views_thread
from comments.threads.views.own import MeAnswer, me_answer
from comments.web.access import NOBODY, reader
from comments.web.answers import JSON, EncodedBody, KeptAnswer, asked
from comments.web.middleware.cached_pages import note_origin
from comments.web.routing import Api, QueryRefused, id_in_path, read_query
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Discussions")

SHARED = [(b"cache-control", b"public, max-age=0, s-maxage=1, stale-if-error=600")]
"""For what every anonymous reader gets alike. No stale-while-revalidate: a browser would obey it too, and
whoever posts and reloads would miss their comment (RFC 5861)."""

Address = tuple[str, bytes]
"""Under what an answer is kept: path and query."""

_PAGE = (SiteUnknown, PageMissing, QueryRefused)


@api.endpoint(
    "GET",
    "/thread",
    answers={200: schemas.ThreadAnswer},
    errors=(*_PAGE, CursorRefused, CommentUnknown),
    reads=ThreadQuery,
    needs=NOBODY,
)
async def get_thread(request: Request) -> Response:
    """A page of a page's discussion.

    Top-level comments in the order asked for, each with its first replies in reading order. A page nobody has
    written on has `thread.id` null; asking creates nothing. With `around` the page begins with the top-level
    comment that one stands under, the branch down to it open.
    """
    svc, address = service(request), cache_address(request, ThreadQuery)
    body = await svc.cache.kept_or_made(address, lambda: _thread(request, address))
    if origin := request.headers.get("origin"):
        note_origin(svc, request.path_params["site"], origin.encode("latin-1"), request.scope["query_string"])
    return conditional(request, body)


@api.endpoint(
    "GET",
    "/comments/{id}/replies",
    answers={200: schemas.RepliesAnswer},
    errors=(SiteUnknown, QueryRefused, CursorRefused, CommentUnknown),
    reads=RepliesQuery,
    needs=NOBODY,
)
async def get_replies(request: Request) -> Response:
    """Replies below a comment, flat, in reading order: depth first, oldest first."""
    svc, address = service(request), cache_address(request, RepliesQuery)
    body = await svc.cache.kept_or_made(address, lambda: _replies(request, address))
    return conditional(request, body)


@api.endpoint(
    "GET",
    "/comments/{id}",
    answers={200: schemas.CommentAnswer},
    errors=(SiteUnknown, CommentUnknown, TokenUnknown, MalformedToken),
    needs=reader("read"),
)
async def get_comment(request: Request) -> Response:
    """One comment and what it stands under; with a token also one's own that waits."""
    svc, site = service(request), await site_of(request)
    author = await asking_author(request, site)
    answer, _ = await svc.db.read(views_thread.comment_answer, svc.keys, site, comment_id_of(request), author)
    headers = [(b"cache-control", b"no-store")] if author else SHARED
    return conditional(request, EncodedBody(msgspec.json.encode(answer), JSON, headers))


@api.endpoint(
    "GET",
    "/counts",
    answers={200: counts.CountsAnswer},
    errors=(*_PAGE, TooManyKeys),
    reads=CountsQuery,
    needs=NOBODY,
)
async def get_counts(request: Request) -> Response:
    """How many public comments pages have, in the order asked; unknown pages have 0. At most 100 keys."""
    svc, address = service(request), cache_address(request, CountsQuery)
    body = await svc.cache.kept_or_made(address, lambda: _counted(request, address, _asked_in_order(request)))
    return conditional(request, body)


@api.endpoint(
    "POST",
    "/counts",
    answers={200: counts.CountsAnswer},
    errors=(SiteUnknown, TooManyKeys),
    needs=NOBODY,
)
async def post_counts(request: Request) -> Response:
    """The same for one page a line, as text/plain: an address could not hold so many. Changes nothing.

    A line is a URL, or `identifier:` and an identifier.
    """
    text = (await request.body()).decode("utf-8", "replace").replace("\x00", "\ufffd")
    asked = [_named(line.strip()) for line in text.splitlines() if line.strip()]
    return conditional(request, await _counted(request, None, asked))


@api.endpoint(
    "GET",
    "/me",
    answers={200: MeAnswer},
    errors=(SiteUnknown, QueryRefused, IdsRefused, TokenUnknown, MalformedToken),
    needs=reader("read"),
)
async def get_me(request: Request, query: MeQuery) -> MeAnswer:
    """What depends on who asks: identity, votes, waiting comments, what may still be edited.

    `ids` are comment ids with commas between them, at most 200.
    """
    svc, site = service(request), await site_of(request)
    shown, _ = credentials(request)
    return await svc.db.read(me_answer, svc.keys, site, shown, query, svc.clock.now())


async def site_of(request: Request) -> SiteCard:
    """Return the site in the address. Raises SiteUnknown."""
    card: SiteCard = await request.app.state.site_cache.card(request.path_params["site"])
    return card


async def model_of(request: Request, site: SiteCard) -> Model | None:
    """Return what a site has learned; None where that is too little, or its owner does not want it asked."""
    models: ModelCache = request.app.state.model_cache
    return await models.model(site.id) if site.settings.learned != "off" else None


def comment_id_of(request: Request) -> UUID:
    """Return the comment id in the address; a text that is none is a comment that does not exist."""
    return id_in_path(request, CommentUnknown("There is no such comment."))


async def asking_author(request: Request, site: SiteCard) -> KnownAuthor | None:
    shown, _ = credentials(request)
    if not shown.token_hashes:
        return None
    svc = service(request)
    return await svc.db.read(known_author, site.id, shown, svc.clock.now())


async def _thread(request: Request, address: Address) -> EncodedBody:
    query = read_query(request, ThreadQuery)
    svc, site = service(request), await site_of(request)
    page = page_keys(query.url, query.identifier)
    opened = svc.openings.get(site.id, 0)
    answer, thread = await svc.db.read_copy(
        lambda found: svc.knows_nothing_newer(found[1]),
        views_thread.thread_answer,
        svc.keys,
        site,
        page,
        query,
    )
    body = _body(request, answer, discussion_of=request.path_params["site"])
    shows = shown_version(site, thread, opened)
    svc.cache.put(address, body, [shows], until=schemas.shown_until(answer.thread))
    return body


async def _replies(request: Request, address: Address) -> EncodedBody:
    query = read_query(request, RepliesQuery)
    svc, site, above = service(request), await site_of(request), comment_id_of(request)
    answer, thread = await svc.db.read_copy(
        lambda found: svc.knows_nothing_newer(found[1]),
        views_thread.replies_answer,
        svc.keys,
        site,
        above,
        query,
    )
    body = _body(request, answer)
    svc.cache.put(address, body, [(thread.id, thread.version)])
    return body


async def _counted(
    request: Request, address: Address | None, asked: Sequence[tuple[str, str]]
) -> EncodedBody:
    """Count, and keep the answer under `address` if there is one."""
    svc, site = service(request), await site_of(request)
    opened = svc.openings.get(site.id, 0)
    answer, shows = await svc.db.read(counts.counts_answer, site.id, asked)
    body = _body(request, answer)
    if address:
        svc.cache.put(address, body, [*shows, (site.id, opened)])
    return body


def _body(request: Request, answer: msgspec.Struct, *, discussion_of: str = "") -> EncodedBody:
    kept = KeptAnswer(request.scope["comments.route"], discussion_of)
    return EncodedBody(msgspec.json.encode(answer), JSON, SHARED, kept=kept)


def _named(line: str) -> tuple[str, str]:
    kind, colon, rest = line.partition(":")
    return (kind, rest) if kind == "identifier" and colon else ("url", line)


def _asked_in_order(request: Request) -> list[tuple[str, str]]:
    read_query(request, CountsQuery)
    pairs = parse_qsl(request.scope["query_string"].decode("ascii"), keep_blank_values=True)
    return [(name, value) for name, value in pairs if name in {"url", "identifier"}]


def shown_version(site: SiteCard, thread: ThreadRow | None, opened: int) -> tuple[UUID, int]:
    return (site.id, opened) if thread is None else (thread.id, thread.version)


def cache_address(request: Request, shape: type[msgspec.Struct]) -> Address:
    """Return under what an answer is kept: the raw path and query, without parameters nobody knows."""
    path, raw = request.scope["path"], request.scope["query_string"]
    known = shape.__struct_fields__
    names = [part.partition(b"=")[0].decode("latin-1") for part in raw.split(b"&")]
    if all(name in known for name in names):
        return path, raw
    pairs = [(name, value) for name, value in parse_qsl(raw.decode("latin-1")) if name in known]
    return path, urlencode(pairs).encode()


def conditional(request: Request, body: EncodedBody) -> Response:
    return body.answer(*asked(request.scope))
