"""What was counted, as Prometheus reads it. Imported by the first who asks: its package is large."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import accumulate

import msgspec
from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from comments.web.monitoring.metrics import WITHIN_SECONDS, Metrics

MEDIA_TYPE = CONTENT_TYPE_LATEST

_BOUNDS = [*map(str, WITHIN_SECONDS), "+Inf"]


class PeerMetric(msgspec.Struct, array_like=True):
    """A metric of one process, on its way to another."""

    name: str
    meaning: str
    kind: str
    samples: list[tuple[str, dict[str, str], float]]


def counted_here(counted: Metrics, cache_bytes: int) -> list[Metric]:
    """Return what this process has counted, and what it takes of the machine."""
    return [*_requests(counted), *_deliveries(counted), *_now(counted, cache_bytes), *_of_the_process()]


def encoded_metrics(metrics: Iterable[Metric]) -> bytes:
    """Return the metrics as `counted_by_all` reads them in another process."""
    return msgspec.msgpack.encode(
        [
            PeerMetric(
                one.name,
                one.documentation,
                one.type,
                [(sample.name, sample.labels, sample.value) for sample in one.samples],
            )
            for one in metrics
        ]
    )


def counted_by_all(answers: Mapping[int, bytes]) -> list[Metric]:
    """Return what processes have told, each with a label of its own, `process`, which counts from 1.

    Not their sums: those would fall when a process is replaced, and a rate would take it for a great rise.
    """
    metrics: dict[str, Metric] = {}
    for number, answer in answers.items():
        # Who ended while telling has told nothing.
        with suppress(msgspec.DecodeError):
            for one in msgspec.msgpack.decode(answer, type=list[PeerMetric]):
                metric = metrics.setdefault(one.name, Metric(one.name, one.meaning, one.kind))
                for name, labels, value in one.samples:
                    metric.add_sample(name, {**labels, "process": str(number + 1)}, value)
    return list(metrics.values())


def exposed(metrics: Iterable[Metric], outbox: Mapping[tuple[str, str], int]) -> bytes:
    """Return them in Prometheus's text format; `outbox` has numbers of tasks by state and kind, of all."""
    return generate_latest(_Families([*metrics, _tasks(outbox)]))


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


def _of_the_process() -> Iterable[Metric]:
    return ProcessCollector(registry=None).collect()


def _deliveries(counted: Metrics) -> Iterator[Metric]:
    done = CounterMetricFamily(
        "comments_deliveries",
        "Tasks of the outbox that this process did or tried.",
        labels=["kind", "outcome"],
    )
    for labels, number in counted.deliveries.items():
        done.add_metric(labels, number)
    yield done


def _tasks(outbox: Mapping[tuple[str, str], int]) -> Metric:
    waiting = GaugeMetricFamily(
        "comments_outbox_tasks",
        "Tasks of the outbox that wait, or were given up.",
        labels=["state", "kind"],
    )
    for labels, number in outbox.items():
        waiting.add_metric(labels, number)
    return waiting


def _now(counted: Metrics, cache_bytes: int) -> Iterator[Metric]:
    yield GaugeMetricFamily("comments_page_cache_bytes", "Bytes in the page cache.", cache_bytes)
    for name, (meaning, count) in counted.watched.items():
        yield GaugeMetricFamily(name, meaning, count())
    for name, (meaning, count) in counted.totals.items():
        yield CounterMetricFamily(name, meaning, count())
