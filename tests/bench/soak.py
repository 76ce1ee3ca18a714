"""`python -m tests.bench.soak [--minutes 20]`: mixed load for long, with restarts; does anything grow?

One service with two processes on a SQLite file is read, written and listened to without a pause. Three
stretches: a steady one; one in which a process is killed and at whose end the whole service is stopped and
started; a second steady one. In the steady ones memory, descriptors and SQLite's log may not grow, and every
comment that was acknowledged must be in the database at the end.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.storage import open_database
from comments.threads.models import Comment
from tests.bench import contestants, seeding
from tests.bench.contestants import ROOT, Contestant
from tests.bench.processes import PROC, children, computed_seconds, memory_bytes
from tests.bench.seeding import POSTS_PAGE, Seeds
from tests.bench.soak_load import AT_ONCE, STREAMS, Load, Told
from tests.bench.table import write_into

DOCUMENT = ROOT / "docs" / "explanation" / "performance.md"
KILLED = "a process killed"
SHARES = {"steady": 0.45, KILLED: 0.1, "steady again": 0.45}
"""What part of the time each stretch takes."""
RATES = {"read": 60.0, "read again": 30.0, "read uncached": 6.0, "count": 10.0, "post": 8.0}
"""Pieces of work a second."""
WORKERS = 2
WARMING_READS = 12_000
"""Enough to fill the page caches of both, so that what grows afterwards is none of them."""
SAMPLE_SECONDS = 5.0
MOST_GROWTH = 0.1
MOST_DESCRIPTORS_MORE = AT_ONCE + STREAMS
"""So many connections the clients may have more at one moment than at another."""
MOST_LOG_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What the service takes at a moment, all its processes together."""

    memory: int
    descriptors: int
    log: int
    """Bytes of SQLite's write-ahead log."""


@dataclass(slots=True)
class Stretch:
    """A part of the soak."""

    title: str
    samples: list[Sample] = field(default_factory=list)
    computed: float = 0.0
    """The share of one processor that the service took; unknown where a process has taken its count along."""

    def early_and_late(self, of: Callable[[Sample], float]) -> tuple[float, float]:
        """Return the medians of the second quarter, when all is warm, and of the last."""
        quarter = max(1, len(self.samples) // 4)
        early, late = self.samples[quarter : 2 * quarter] or self.samples, self.samples[-quarter:]
        return statistics.median(map(of, early)), statistics.median(map(of, late))

    @property
    def most_log(self) -> int:
        return max(one.log for one in self.samples)


def sample(process: int, database: Path) -> Sample:
    log = database.with_name(f"{database.name}-wal")
    descriptors = sum(_descriptors(one) for one in (process, *children(process)))
    return Sample(memory_bytes(process), descriptors, log.stat().st_size if log.exists() else 0)


def _descriptors(process: int) -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in (PROC / str(process) / "fd").iterdir())
    return 0


@dataclass(slots=True)
class Soaked:
    """What a soak has shown."""

    minutes: float
    stretches: list[Stretch]
    told: Told
    missing: int = 0
    """How many acknowledged comments are not in the database."""
    complaints: list[str] = field(default_factory=list)
    """What the service logged as errors."""


async def soak(folder: Path, minutes: float, say: Callable[[str], None]) -> Soaked:
    """Run the stretches one after another."""
    seeds = Seeds({"a": 100, "b": 1_000, POSTS_PAGE: 100})
    data = folder / "data"
    say("seeding")
    answerable = await asyncio.to_thread(seeding.seed_comments, data, seeds)
    load = Load(answerable, [text.source for text in seeds.texts])
    stretches = [Stretch(title) for title in SHARES]
    seconds = [60 * minutes * share for share in SHARES.values()]
    loading: asyncio.Task[None] | None = None
    try:
        for first, last in ((0, 2), (2, 3)):
            async with _serving(data) as service:
                load.port = service.port
                say("warming up")
                await load.warm(round(WARMING_READS * min(1, minutes / 20)))
                loading = loading or asyncio.create_task(load.run(RATES))
                for stretch, takes in zip(stretches[first:last], seconds[first:last], strict=True):
                    say(stretch.title)
                    await _watch(stretch, takes, service, data / "comments.db", loading)
    finally:
        if loading is not None:
            loading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await loading
    say("looking for what was acknowledged")
    return Soaked(
        minutes,
        stretches,
        load.told,
        await _missing(data / "comments.db", load.told.acknowledged),
        [line for line in (data / "serve.log").read_text().splitlines() if '"level": "error"' in line],
    )


@contextlib.asynccontextmanager
async def _serving(data: Path) -> AsyncIterator[Contestant]:
    running = contestants.comments(data, WORKERS)
    service = await asyncio.to_thread(running.__enter__)
    try:
        yield service
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def _watch(
    stretch: Stretch, seconds: float, service: Contestant, database: Path, loading: asyncio.Task[None]
) -> None:
    began, computed = time.monotonic(), computed_seconds(service.process)
    kills = stretch.title == KILLED
    while (passed := time.monotonic() - began) < seconds:
        if loading.done():
            loading.result()
        if kills and passed > seconds / 2:
            os.kill(children(service.process)[0], signal.SIGKILL)
            kills = False
        stretch.samples.append(sample(service.process, database))
        await asyncio.sleep(min(SAMPLE_SECONDS, seconds))
    stretch.computed = (computed_seconds(service.process) - computed) / (time.monotonic() - began)


async def _missing(database: Path, acknowledged: Sequence[str]) -> int:
    db = await open_database(f"sqlite:///{database}")
    try:
        return len(set(acknowledged) - set(await db.read(_stored)))
    finally:
        await db.close()


def _stored(session: Session) -> list[str]:
    return [str(one) for one in session.scalars(select(Comment.id))]


def faults(soaked: Soaked) -> list[str]:
    """Return what is not as it must be, in words."""
    found = [f"{soaked.missing} acknowledged comments are missing"] if soaked.missing else []
    if complaints := soaked.complaints:
        found.append(f"{len(complaints)} errors in the log, first: {complaints[0]}")
    statuses = soaked.told.statuses
    if wrong := sum(count for status, count in statuses.items() if status >= 500 and status != 503):
        found.append(f"{wrong} answers of 500 and more")
    for stretch in soaked.stretches:
        if (most := stretch.most_log) > MOST_LOG_BYTES:
            found.append(f"{stretch.title}: SQLite's log had {_mb(most)}")
        if stretch.title == KILLED:
            continue
        early, late = stretch.early_and_late(_memory)
        if late > early * (1 + MOST_GROWTH):
            found.append(f"{stretch.title}: memory grew from {_mb(early)} to {_mb(late)}")
        early, late = stretch.early_and_late(_open)
        if late > early + MOST_DESCRIPTORS_MORE:
            found.append(f"{stretch.title}: descriptors grew from {early:.0f} to {late:.0f}")
    return found


def table(soaked: Soaked) -> str:
    """Return what was seen, as Markdown."""
    heads = "| stretch | memory, early → late | descriptors | most of SQLite's log | of one processor |"
    rows = [heads, "| --- | ---: | ---: | ---: | ---: |"]
    for one in soaked.stretches:
        memory = " → ".join(map(_mb, one.early_and_late(_memory)))
        descriptors = " → ".join(f"{count:.0f}" for count in one.early_and_late(_open))
        computed = "–" if one.title == KILLED else f"{one.computed:.0%}"
        rows.append(f"| {one.title} | {memory} | {descriptors} | {_mb(one.most_log)} | {computed} |")
    told = soaked.told
    done = ", ".join(f"{count:,} × {name}" for name, count in sorted(told.answers.items()))
    statuses = ", ".join(f"{count:,} × {status}" for status, count in sorted(told.statuses.items()))
    wrong = faults(soaked)
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d}, {soaked.minutes:g} minutes, {WORKERS} processes on SQLite, "
        f"{os.cpu_count()} cores.",
        "\n".join(rows),
        f"Answers: {done}; by status: {statuses}; {told.away:,} without one, while a process or the service "
        f"was away; {told.events:,} events on streams. Of {len(told.acknowledged):,} acknowledged comments "
        f"{soaked.missing} are missing.",
        "Wrong: " + "; ".join(wrong) + "." if wrong else "Nothing grew, and nothing was lost.",
    ]
    return "\n\n".join(parts)


def _memory(sample: Sample) -> float:
    return sample.memory


def _open(sample: Sample) -> float:
    return sample.descriptors


def _mb(bytes_: float) -> str:
    return f"{bytes_ / 1e6:,.1f} MB" if bytes_ < 1e8 else f"{bytes_ / 1e6:,.0f} MB"


def main() -> None:
    """Soak, print the table, and write it down if it was long enough. Exit 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    minutes: float = parser.parse_args().minutes
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)

    folder = Path(tempfile.mkdtemp(prefix="comments-soak-"))
    try:
        soaked = asyncio.run(soak(folder, minutes, say))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    markdown = table(soaked)
    print(markdown)
    if minutes >= 20:
        write_into(DOCUMENT, markdown, "soak")
    sys.exit(bool(faults(soaked)))


if __name__ == "__main__":
    main()
