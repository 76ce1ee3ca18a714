"""What was counted, as Prometheus reads it. Imported by the first who asks: its package is large."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from comments.web.metrics import WITHIN_SECONDS, Metrics

MEDIA_TYPE = CONTENT_TYPE_LATEST

_BOUNDS = [*map(str, WITHIN_SECONDS), "+Inf"]


def exposed(counted: Metrics, cache_bytes: int, outbox: Mapping[tuple[str, str], int]) -> bytes:
    """Return it in Prometheus's text format; `outbox` has numbers of tasks by state and kind."""
    of_the_process = ProcessCollector(registry=None).collect()
    ours = [*_requests(counted), *_tasks(counted, outbox), *_now(counted, cache_bytes)]
    return generate_latest(_Families([*ours, *of_the_process]))


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _requests(counted: Metrics) -> Iterator[Metric]:
    requests = CounterMetricFamily("comments_http_requests", "Requests answered.", labels=["route", "status"])
    for (route, status), number in counted.requests.items():
        requests.add_metric([route, str(status)], number)
    yield requests
    seconds = HistogramMetricFamily(
        "comments_http_request_seconds",
        "Time from a request's first byte to its answer's last.",
        labels=["route"],
    )
    for route, numbers in counted.slowness.items():
        up_to = [(bound, float(number)) for bound, number in zip(_BOUNDS, accumulate(numbers), strict=True)]
        seconds.add_metric([route], up_to, counted.seconds[route])
    yield seconds


def _tasks(counted: Metrics, outbox: Mapping[tuple[str, str], int]) -> Iterator[Metric]:
    done = CounterMetricFamily(
        "comments_deliveries",
        "Tasks of the outbox that this process did or tried.",
        labels=["kind", "outcome"],
    )
    for labels, number in counted.deliveries.items():
        done.add_metric(labels, number)
    yield done
    waiting = GaugeMetricFamily(
        "comments_outbox_tasks",
        "Tasks of the outbox that wait, or were given up.",
        labels=["state", "kind"],
    )
    for labels, number in outbox.items():
        waiting.add_metric(labels, number)
    yield waiting


def _now(counted: Metrics, cache_bytes: int) -> Iterator[Metric]:
    yield GaugeMetricFamily("comments_page_cache_bytes", "Bytes in the page cache.", cache_bytes)
    for name, (meaning, count) in counted.watched.items():
        yield GaugeMetricFamily(name, meaning, count())
    for name, (meaning, count) in counted.totals.items():
        yield CounterMetricFamily(name, meaning, count())
