"""Whether the process lives, is ready, and what it has counted."""

import hmac
import ipaddress
from collections.abc import Callable, Mapping

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import NotAllowed
from comments.events.queries import counts
from comments.web.answers import json_answer
from comments.web.service import client_address, service


class MetricsRefused(NotAllowed):
    code = "metrics-refused"


class Health(msgspec.Struct):
    status: str


class Metrics:
    """What one process counts. Labels are routes and statuses: nothing that names a person."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "comments_http_requests_total", "Requests answered.", ["route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "comments_http_request_seconds",
            "Time from a request's first byte to its answer's last.",
            ["route"],
            buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0),
            registry=self.registry,
        )
        self._cached = Gauge("comments_page_cache_bytes", "Bytes in the page cache.", registry=self.registry)
        self._deliveries = Counter(
            "comments_deliveries_total",
            "Tasks of the outbox that this process did or tried.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self._outbox = Gauge(
            "comments_outbox_tasks",
            "Tasks of the outbox that wait, or were given up.",
            ["state", "kind"],
            registry=self.registry,
        )
        self._children: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        children = self._children.get((route, status))
        if children is None:
            children = (self._requests.labels(route, str(status)), self._seconds.labels(route))
            self._children[route, status] = children
        children[0].inc()
        children[1].observe(seconds)

    def observe_delivery(self, kind: str, outcome: str) -> None:
        """Count one task of the outbox that was done (`delivered`), or tried: `failed`, `dead`, `later`."""
        self._deliveries.labels(kind, outcome).inc()

    def watch(self, name: str, meaning: str, count: Callable[[], int]) -> None:
        """Show, besides, what `count` returns whenever it is asked for."""
        Gauge(name, meaning, registry=self.registry).set_function(count)

    def text(self, cache_bytes: int, outbox: Mapping[tuple[str, str], int]) -> bytes:
        self._cached.set(cache_bytes)
        self._outbox.clear()
        for (state, kind), number in outbox.items():
            self._outbox.labels(state, kind).set(number)
        return generate_latest(self.registry)


async def healthz(_: Request) -> Response:
    """Say that the process answers."""
    return json_answer(Health("ok"))


async def readyz(request: Request) -> Response:
    """Say that the database answers too; raises what the database raises, so that it is a 503."""
    await service(request).db.read(_one)
    return json_answer(Health("ready"))


async def metrics(request: Request) -> Response:
    """Return the counts as Prometheus reads them."""
    svc = service(request)
    counted: Metrics = request.app.state.metrics
    text = counted.text(svc.cache.size_bytes, await svc.db.read(counts))
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def require_operator(request: Request) -> None:
    """Raise MetricsRefused unless this machine asks, or somebody with the metrics' token where one is set."""
    token = service(request).settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    is_here = ipaddress.ip_address(client_address(request).partition("%")[0]).is_loopback
    if not (is_here and not token) and not (token and hmac.compare_digest(token.encode(), given.encode())):
        raise MetricsRefused("Metrics are for this machine, or for who has COMMENTS_METRICS_TOKEN.")


def _one(session: Session) -> None:
    session.execute(select(1))
