"""What one process has counted. `web.exposition` puts it into words for who asks."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable

WITHIN_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0)


class Metrics:
    """Counts what happens. Labels are routes and statuses: nothing that names a person.

    Every request pays for being counted, so that is an addition or two.
    """

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.slowness: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(WITHIN_SECONDS) + 1))
        """How many requests of a route took up to each of `WITHIN_SECONDS`; the last ones took longer."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.deliveries: Counter[tuple[str, str]] = Counter()
        self.watched: dict[str, tuple[str, Callable[[], float]]] = {}
        self.totals: dict[str, tuple[str, Callable[[], float]]] = {}

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self.requests[route, status] += 1
        self.slowness[route][bisect_left(WITHIN_SECONDS, seconds)] += 1
        self.seconds[route] += seconds

    def observe_delivery(self, kind: str, outcome: str) -> None:
        """Count one task of the outbox that was done (`delivered`), or tried: `failed`, `dead`, `later`."""
        self.deliveries[kind, outcome] += 1

    def watch(self, name: str, meaning: str, count: Callable[[], float]) -> None:
        """Show, besides, what `count` returns whenever it is asked for."""
        self.watched[name] = (meaning, count)

    def watch_total(self, name: str, meaning: str, count: Callable[[], float]) -> None:
        """Show, besides, what has been counted elsewhere since the process began."""
        self.totals[name] = (meaning, count)
