"""How long `comments serve` takes until it answers, and what of it goes to the frameworks it is given."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import contestants
from tests.bench.processes import Memory, computed_seconds, memory

STARTS = 5
FRAMEWORKS = (
    "import sqlalchemy.orm, starlette.applications, starlette.routing, msgspec, click, brotli, uvloop"
)
FRAMEWORKS += "; import sqlalchemy.dialects.sqlite, uvicorn.protocols.http.httptools_impl"


@dataclass(frozen=True, slots=True)
class Start:
    """Medians of starts with one process on SQLite: by the clock, and what it and the imports computed."""

    seconds: float
    computed: float
    frameworks: float
    idle: Memory


def measure_start(folder: Path) -> Start:
    """Start the service on a data folder some times."""
    seconds, computed, idle = [], [], []
    for _ in range(STARTS):
        began = time.perf_counter()
        with contestants.comments(folder, 1) as one:
            seconds.append(time.perf_counter() - began)
            computed.append(computed_seconds(one.process))
            idle.append(memory(one.process))
    least = sorted(idle, key=lambda one: one.resident)[STARTS // 2]
    return Start(statistics.median(seconds), statistics.median(computed), _frameworks_seconds(), least)


def _frameworks_seconds() -> float:
    """Return the median processor time of importing what every service on these frameworks imports."""
    taken = []
    for _ in range(STARTS):
        before = os.times()
        subprocess.run([sys.executable, "-c", FRAMEWORKS], check=True)
        after = os.times()
        taken.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    return statistics.median(taken)
