"""Whether the process lives, is ready, and what it has counted."""

import hmac
import ipaddress

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import NotAllowed
from comments.outbox.queries import counts
from comments.web.answers import json_answer
from comments.web.service import client_address, service


class MetricsRefused(NotAllowed):
    code = "metrics-refused"


class Health(msgspec.Struct):
    status: str


async def healthz(_: Request) -> Response:
    """Say that the process answers."""
    return json_answer(Health("ok"))


async def readyz(request: Request) -> Response:
    """Say that the database answers too; raises what the database raises, so that it is a 503."""
    await service(request).db.read(_one)
    return json_answer(Health("ready"))


async def metrics(request: Request) -> Response:
    """Return the counts as Prometheus reads them, those of all processes that answer on this port."""
    from comments.web.monitoring import prometheus

    state = request.app.state
    outbox = await service(request).db.read(counts)
    if state.peer_metrics is None:
        counted = prometheus.counted_here(state.metrics, state.service.cache.size_bytes)
    else:
        counted = prometheus.counted_by_all(await state.peer_metrics.ask())
    return Response(prometheus.exposed(counted, outbox), media_type=prometheus.MEDIA_TYPE)


def encoded_metrics(state: State) -> bytes:
    """Return what this process has counted, for the one that is asked for the counts of all."""
    from comments.web.monitoring import prometheus

    return prometheus.encoded_metrics(prometheus.counted_here(state.metrics, state.service.cache.size_bytes))


def require_operator(request: Request) -> None:
    """Raise MetricsRefused unless this machine asks, or somebody with the metrics' token where one is set."""
    token = service(request).settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    is_here = ipaddress.ip_address(client_address(request).partition("%")[0]).is_loopback
    if not (is_here and not token) and not (token and hmac.compare_digest(token.encode(), given.encode())):
        raise MetricsRefused("Metrics are for this machine, or for who has COMMENTS_METRICS_TOKEN.")


def _one(session: Session) -> None:
    session.execute(select(1))
