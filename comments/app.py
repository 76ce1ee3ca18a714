"""The application: the list of middlewares and every capability's routes, put together in one place."""

import contextlib
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from comments import __version__
from comments.background.lifespan import running
from comments.clock import Clock, SystemClock
from comments.config import Settings
from comments.errors import CommentsError
from comments.exporters import routes as export_routes
from comments.feeds import pages as feed_pages
from comments.identity import pages as identity_pages
from comments.identity.access_routes import gate
from comments.importers.jobs import routes as import_routes
from comments.live import routes as live_routes
from comments.moderation import pages as moderation_pages
from comments.moderation import routes as moderation_routes
from comments.moderation.authors import reply_routes
from comments.moderation.bans import routes as ban_routes
from comments.moderation.decisions import routes as decision_routes
from comments.moderation.sweeps import routes as sweep_routes
from comments.moderation.threads import routes as moderated_threads
from comments.moderation.trials import routes as trial_routes
from comments.notifications import pages as mail_pages
from comments.notifications.digests import routes as digest_routes
from comments.outside.external_checks import routes as check_routes
from comments.outside.webhooks import routes as webhook_routes
from comments.owner import outbox_routes, overview_routes, team_routes, token_routes
from comments.owner import pages as owner_pages
from comments.owner import routes as settings_routes
from comments.privacy import routes as privacy_routes
from comments.threads import pages as thread_pages
from comments.threads.api import challenge_routes, writing_routes
from comments.threads.api import routes as thread_routes
from comments.web import problems
from comments.web.access import NOBODY, OPERATOR, page_route
from comments.web.answers import json_answer
from comments.web.api_docs.docs import docs_page
from comments.web.api_docs.openapi import openapi_document
from comments.web.event_stream import EventStreams
from comments.web.html import static_routes
from comments.web.middleware.admission import Admission, AdmissionControl
from comments.web.middleware.base_path import BasePath
from comments.web.middleware.cached_pages import CachedPages
from comments.web.middleware.client_address import ClientAddress
from comments.web.middleware.preflight import Preflight
from comments.web.middleware.request_id import RequestId
from comments.web.middleware.request_limits import RequestLimits
from comments.web.middleware.security_headers import SecurityHeaders
from comments.web.monitoring import health
from comments.web.monitoring.metrics import Metrics
from comments.web.routing import Endpoint
from comments.web.service import Service

_READERS_CHANGE = re.compile(r"^/d/|^/api/v1/sites/[^/]+/(comments|preview)\b")

APIS = (
    # What readers ask for comes first: routes are looked for in this order.
    thread_routes.api,
    writing_routes.api,
    challenge_routes.api,
    live_routes.api,
    moderation_routes.api,
    decision_routes.api,
    ban_routes.api,
    moderated_threads.api,
    reply_routes.api,
    sweep_routes.api,
    trial_routes.api,
    webhook_routes.api,
    check_routes.api,
    settings_routes.api,
    token_routes.api,
    team_routes.api,
    digest_routes.api,
    outbox_routes.api,
    overview_routes.api,
    import_routes.api,
    privacy_routes.api,
    export_routes.api,
)


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return the service for these settings, an ASGI application.

    The database is opened when the application starts and closed when it ends. `more` routes come first (the
    demo's pages). Before the start `app.state.maintains` may be set, to have what is due beside requests done
    here as well, and `app.state.started`, which is called when all is there.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(app, settings, clock or SystemClock()):
            app.state.started()
            yield

    admission = Admission(is_urgent=lambda path: not _READERS_CHANGE.search(path))
    metrics = Metrics()
    app = Starlette(
        routes=[*more, *routes()],
        lifespan=lifespan,
        exception_handlers={CommentsError: problems.on_expected, HTTPException: problems.on_http},
        # From top to bottom what happens to a request; answers pass the first ones on their way out.
        middleware=[
            Middleware(EventStreams),
            Middleware(RequestId, observe=metrics.observe),
            Middleware(BasePath, base_path=settings.base_path),
            Middleware(SecurityHeaders),
            Middleware(CachedPages),
            Middleware(ClientAddress, trusted=settings.trusted_proxies),
            Middleware(Preflight),
            Middleware(AdmissionControl, admission=admission),
            Middleware(RequestLimits),
        ],
    )
    app.state.gate = gate
    app.state.maintains, app.state.started = False, lambda: None
    # Who starts several processes puts them here.
    app.state.peer_metrics = None
    app.state.admission, app.state.metrics = admission, metrics
    _watch(metrics, app.state, settings)
    return app


def routes() -> list[BaseRoute]:
    """Return every route there is."""
    return [
        *(route for api in APIS for route in api.routes()),
        *feed_pages.routes,
        *thread_pages.routes,
        page_route("/healthz", health.healthz, needs=NOBODY),
        page_route("/readyz", health.readyz, needs=NOBODY),
        page_route("/metrics", health.metrics, needs=OPERATOR),
        page_route("/openapi.json", openapi_json, needs=NOBODY),
        page_route("/docs", docs, needs=NOBODY),
        *static_routes.routes,
        *identity_pages.routes,
        *moderation_pages.routes,
        *owner_pages.routes,
        *mail_pages.routes,
    ]


def endpoints() -> list[Endpoint]:
    """Return every endpoint of the API."""
    return [endpoint for api in APIS for endpoint in api.endpoints]


async def openapi_json(request: Request) -> Response:
    return json_answer(_document(request), headers=[(b"access-control-allow-origin", b"*")])


async def docs(request: Request) -> Response:
    return docs_page(request, _document(request))


def _document(request: Request) -> dict[str, Any]:
    svc: Service = request.app.state.service
    return openapi_document(endpoints(), version=__version__, base_url=svc.settings.base_url)


def _watch(metrics: Metrics, state: State, settings: Settings) -> None:
    """Have the metrics show, besides requests, what the parts of the application know."""
    metrics.watch("comments_open_streams", "Readers who listen.", lambda: len(state.hub))
    down = "Ways to other processes (PostgreSQL, Valkey) that are lost just now."
    metrics.watch("comments_shared_lines_down", down, lambda: state.peers.channels_down)
    free = "Bytes free on the disk of the data folder."
    metrics.watch("comments_disk_free_bytes", free, lambda: free_bytes(settings.data_dir))
    inside = "Changes that are being made, or wait for it."
    metrics.watch("comments_changes_inside", inside, lambda: state.admission.inside)
    refused = "Changes that were refused, for they would have waited for too long."
    metrics.watch_total("comments_changes_refused", refused, lambda: state.admission.refused)
    copy = "Whether readers are answered from the replica just now (1) or from the database alone (0)."
    metrics.watch("comments_replica_used", copy, lambda: int(state.service.db.replica_is_used))


def free_bytes(folder: Path) -> int:
    """Return what is free on the disk of a folder, or of where it will be made."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free
