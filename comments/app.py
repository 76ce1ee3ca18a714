"""The application: every capability's routes, middleware and subscribers, put together in one place."""

import asyncio
import contextlib
import logging
import re
import resource
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from comments import __version__
from comments.background.invalidation import Freshness
from comments.broadcast import Siblings, lines_of, valkey_of
from comments.classifier.cache import ModelBook
from comments.clock import Clock, SystemClock
from comments.config import Settings
from comments.errors import CommentsError
from comments.feeds import pages as feed_pages
from comments.identity.access_routes import gate
from comments.keys import Keyring
from comments.limits import Limits, share
from comments.live import hub
from comments.live import routes as live_routes
from comments.live.hub import Hub
from comments.sites.actions import check_fingerprint
from comments.sites.seen_actions import store_seen
from comments.storage import Database
from comments.threads import pages as thread_pages
from comments.threads.api import challenge_routes, writing_routes
from comments.threads.api import routes as thread_routes
from comments.threads.site_cache import SiteBook
from comments.web import health, problems
from comments.web.access import NOBODY, OPERATOR, DeclaredRoute, page_route
from comments.web.admission import Admission
from comments.web.answers import json_answer
from comments.web.assets import FIVE_MINUTES, FOR_EVER, file_answer, packaged
from comments.web.cache import PageCache
from comments.web.docs import docs_page
from comments.web.door import Door
from comments.web.edge import Edge
from comments.web.late import LateRoutes
from comments.web.metrics import Metrics
from comments.web.openapi import openapi_document
from comments.web.ready import ReadyAnswers
from comments.web.routing import Endpoint
from comments.web.service import Service
from comments.web.template_engine import Templates

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_READERS_CHANGE = re.compile(r"^/d/|^/api/v1/sites/[^/]+/(comments|preview)\b")
_HASHED = re.compile(r"[a-z-]+-[0-9a-f]{12}\.js")

_STRAIGHT = {endpoint.path for api in (thread_routes.api, writing_routes.api) for endpoint in api.endpoints}
"""Where readers read and write."""

APIS = (
    thread_routes.api,
    writing_routes.api,
    challenge_routes.api,
    live_routes.api,
)


BACKSTAGE = (
    r"/(account|invitation|mail|moderate|sign-in|sign-out|team)(/.*)?"
    r"|/api/v1/sites/[^/]+/(activity|backup|bans|checks|digest|erasures|export|imports|invitations|moderation|outbox"
    r"|readers|receipts|seen|settings|team|tokens|webhooks)(/.*)?"
)
"""Which addresses `backstage` answers."""


def endpoints() -> list[Endpoint]:
    """Return every endpoint of the API."""
    from comments import backstage

    return [endpoint for api in (*APIS, *backstage.APIS) for endpoint in api.endpoints]


def create_app(
    settings: Settings, *, clock: Clock | None = None, more: Sequence[BaseRoute] = ()
) -> Starlette:
    """Return the service for these settings; `more` routes come first (the demo's pages).

    The database is opened when the application starts and closed when it ends.
    """
    ready = ReadyAnswers()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        db = await Database.open(settings.database_url, replica_url=settings.database_read_url)
        try:
            keys = Keyring(settings.secret_key, settings.secret_key_old)
            await db.write(check_fingerprint, keys)
            app.state.service = svc = _service(settings, keys, clock or SystemClock(), db)
            ready.use(svc)
            app.state.site_book = SiteBook(db, svc.clock, svc.cache.clear, sends_mail=bool(settings.smtp_url))
            app.state.model_book = ModelBook(db)
            app.state.hub = live = _hub(svc, app.state.site_book)
            fresh = Freshness(
                svc, app.state.site_book, thread_changed=live.thread_changed, sites_are=live.sites_are
            )
            async with _beside(app, svc, fresh):
                yield
        finally:
            await db.close()

    app = Starlette(
        routes=[*more, *routes()],
        lifespan=lifespan,
        exception_handlers={CommentsError: problems.on_expected, HTTPException: problems.on_http},
    )
    app.state.gate = gate
    # Who starts several processes puts them here.
    app.state.colleagues = None
    app.state.admission = Admission(is_urgent=lambda path: not _READERS_CHANGE.search(path))
    app.state.metrics = counted = _metrics(app.state, settings)
    app.state.door = Door(
        app.state.admission, base_path=settings.base_path, observe=counted.observe, ready=ready.find
    )
    app.add_middleware(
        Edge,
        base_path=settings.base_path,
        trusted=settings.trusted_proxies,
        observe=counted.observe,
        admission=app.state.admission,
        ready=ready.find,
        straight=[one for one in app.routes if isinstance(one, DeclaredRoute) and one.path in _STRAIGHT],
    )
    return app


@contextlib.asynccontextmanager
async def _beside(app: Starlette, svc: Service, fresh: Freshness) -> AsyncIterator[None]:
    """Have all done that goes on beside the requests."""
    live: Hub = app.state.hub
    lines = lines_of(svc.settings, svc.db, valkey_of(svc.settings, svc.keys))
    app.state.siblings = siblings = Siblings(svc.db, lines)
    works = [fresh.watch(siblings.calm), siblings.run(fresh.look_soon), live.run(), keep_seen(svc)]
    if lines:
        works.append(share(svc.limits, svc.keys, svc.db, siblings.say))
    beside = [asyncio.create_task(work) for work in works]
    yield
    live.close()
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    await siblings.close()


async def keep_seen(svc: Service, *, every: float = 5.0) -> None:
    """Store where discussions were seen, for ever: every few seconds, if there is anything."""
    while True:
        await asyncio.sleep(every)
        if noted := svc.seen.take():
            try:
                await svc.db.write(store_seen, noted, at=svc.clock.now())
            except Exception:
                logger.exception("where discussions were seen is not stored; what comes next is")


def _service(settings: Settings, keys: Keyring, clock: Clock, db: Database) -> Service:
    return Service(
        settings=settings,
        keys=keys,
        clock=clock,
        db=db,
        limits=Limits(on=settings.rate_limits),
        templates=templates(),
        cache=PageCache(now=clock.now),
    )


def _metrics(state: State, settings: Settings) -> Metrics:
    counted = Metrics()
    counted.watch("comments_open_streams", "Readers who listen.", lambda: len(state.hub))
    down = "Ways to other processes (PostgreSQL, Valkey) that are lost just now."
    counted.watch("comments_shared_lines_down", down, lambda: state.siblings.lines_down)
    free = "Bytes free on the disk of the data folder."
    counted.watch("comments_disk_free_bytes", free, lambda: free_bytes(settings.data_dir))
    inside = "Changes that are being made, or wait for it."
    counted.watch("comments_changes_inside", inside, lambda: state.admission.inside)
    refused = "Changes that were refused, for they would have waited for too long."
    counted.watch_total("comments_changes_refused", refused, lambda: state.admission.refused)
    copy = "Whether readers are answered from the replica just now (1) or from the database alone (0)."
    counted.watch("comments_replica_used", copy, lambda: int(state.service.db.replica_is_used))
    return counted


def free_bytes(folder: Path) -> int:
    """Return what is free on the disk of a folder, or of where it will be made."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def _hub(svc: Service, book: SiteBook) -> Hub:
    # A stream is an open file, and requests need some too.
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(hub.MOST_STREAMS, files * 3 // 4) if files != resource.RLIM_INFINITY else hub.MOST_STREAMS
    an_address = hub.STREAMS_AN_ADDRESS if svc.settings.rate_limits else most
    return Hub(svc.db, svc.keys, book.card, most=most, most_an_address=an_address)


def routes() -> list[BaseRoute]:
    """Return every route there is, those of `backstage` as one."""
    return [
        *(route for api in APIS for route in api.routes()),
        *feed_pages.routes,
        *thread_pages.routes,
        page_route("/healthz", health.healthz, needs=NOBODY),
        page_route("/readyz", health.readyz, needs=NOBODY),
        page_route("/metrics", health.metrics, needs=OPERATOR),
        page_route("/openapi.json", openapi_json, needs=NOBODY),
        page_route("/docs", docs, needs=NOBODY),
        page_route("/embed.js", embed_script, needs=NOBODY),
        page_route("/count.js", count_script, needs=NOBODY),
        page_route("/embed/{name}", embed_chunk, needs=NOBODY),
        page_route("/static/{name}", static_file, needs=NOBODY),
        page_route("/static/desk/{name}", desk_module, needs=NOBODY),
        LateRoutes(BACKSTAGE, _backstage),
    ]


def _backstage() -> list[DeclaredRoute]:
    # 3 MB, and a twentieth of a second at the start, for which most processes have no use.
    from comments import backstage

    return backstage.routes()


def templates() -> Templates:
    """Return the templates of all rooms."""
    return Templates(sorted(_HERE.glob("*/templates")))


async def openapi_json(request: Request) -> Response:
    return json_answer(_document(request), headers=[(b"access-control-allow-origin", b"*")])


async def docs(request: Request) -> Response:
    return docs_page(request, _document(request))


def _document(request: Request) -> dict[str, Any]:
    svc: Service = request.app.state.service
    return openapi_document(endpoints(), version=__version__, base_url=svc.settings.base_url)


async def embed_script(request: Request) -> Response:
    return file_answer(request, packaged("embed/dist"), "embed.js", FIVE_MINUTES)


async def count_script(request: Request) -> Response:
    return file_answer(request, packaged("embed/dist"), "count.js", FIVE_MINUTES)


async def embed_chunk(request: Request) -> Response:
    name = request.path_params["name"]
    # What keeps its name from release to release must not be kept for ever.
    if not _HASHED.fullmatch(name):
        raise problems.NoSuchAddress("There is nothing at this address.")
    return file_answer(request, packaged("embed/dist"), name, FOR_EVER)


async def desk_module(request: Request) -> Response:
    return file_answer(request, _HERE / "web" / "static" / "desk", request.path_params["name"], FIVE_MINUTES)


async def static_file(request: Request) -> Response:
    return file_answer(request, _HERE / "web" / "static", request.path_params["name"], FIVE_MINUTES)
