"""`python -m tests.bench [--quick]`: measure, print the tables, write docs/explanation/performance.md."""

import argparse
import asyncio
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import (
    contestants,
    desk,
    flat,
    importing,
    many,
    overload,
    seeding,
    starting,
    streams,
    tail,
)
from tests.bench.contestants import ISSO, ROOT, CannotBuild, Contestant
from tests.bench.load import Client, fast_client
from tests.bench.measuring import Bench, Figures, Who
from tests.bench.processes import Memory, MemoryWatch, Others, memory
from tests.bench.results import Results
from tests.bench.seeding import POSTS_PAGE, Seeds
from tests.bench.table import summary, tables, write_into
from tests.bench.waline import WALINE, WALINE_PACKAGE, build_waline, seed_waline
from tests.bench.waline import waline as run_waline
from tests.bench.works import (
    READS_AT_ONCE,
    WRITES_AT_ONCE,
    Targets,
    Work,
    all_of,
    first_view_of,
    posting_works,
    reading_works,
)

DOCUMENT = ROOT / "docs" / "explanation" / "performance.md"
SLOW = (first_view_of(10_000), all_of(1_000))


@dataclass(frozen=True, slots=True)
class Size:
    """How large and how long everything is."""

    pages: Mapping[str, int]
    seconds: float
    rounds: int
    huge: int
    imported: int
    streams: int
    workers: tuple[int, ...]
    """How many processes those have that are measured side by side."""
    budget_seconds: float
    """For everything side by side, from the beginning: on a slow machine later rounds are left out."""


# The longest parts come last, and are left out if the time is over.
FULL = Size(
    {"a": 100, "b": 1_000, "c": 10_000, POSTS_PAGE: 100}, 1.0, 3, 1_000_000, 60_000, 10_000, (1, 2), 200.0
)
QUICK = Size({"a": 100, "b": 1_000, POSTS_PAGE: 100}, 1.0, 1, 50_000, 4_000, 500, (1,), 50.0)
MOST_SECONDS = 15 * 60.0
BY_THEMSELVES = {
    "many processes",
    "readers while others post",
    "open streams",
    "more posts than can be taken",
    "idle connections",
}
"""A quick run leaves these out; most have a command of their own (`several`, `streams`, `overload`)."""
DESK_SECONDS = 330.0
"""What moderators' pages take at most on a machine that has nothing else to do."""

Say = Callable[[str], None]


def main() -> None:
    """Measure everything; a full run also writes the document."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and shorter, about two minutes")
    quick: bool = parser.parse_args().quick
    folder = Path(tempfile.mkdtemp(prefix="comments-bench-"))
    try:
        results = run(QUICK if quick else FULL, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    markdown, of_desk = tables(results), desk.table(results.desk) if results.desk else ""
    print(f"\n{markdown}\n\n{of_desk}\n")
    if quick:
        print("A quick run is for the inner loop; `make bench` writes docs/explanation/performance.md.")
        return
    write_into(DOCUMENT, summary(results))
    if results.desk:
        write_into(DOCUMENT, desk.summary(results.desk), "desk")
    print("Written into docs/explanation/performance.md.")


def run(size: Size, folder: Path) -> Results:
    """Measure everything once. A part that fails is named in the results, and the others go on."""
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)

    (folder / "requests").mkdir()
    results = Results(workers=size.workers)
    others = Others()
    client_name, client = fast_client()
    results.facts = _facts(client_name, size)
    built = _built(results, say)
    bench = Bench([], client, size.seconds, size.rounds, folder, say, time.monotonic() + size.budget_seconds)
    for title, seconds, part in _parts(size, folder, client, bench, built, results):
        if size is QUICK and title in BY_THEMSELVES:
            continue
        if size is FULL and time.monotonic() - began + seconds > MOST_SECONDS:
            results.missing.append(f"{title}: no time was left")
            continue
        say(title)
        try:
            part()
        except Exception as fault:
            # Whatever it is, the figures of the other parts must not go with it.
            traceback.print_exc()
            results.missing.append(f"{title}: {fault!r:.300}")
    if size is FULL and time.monotonic() - began + DESK_SECONDS < MOST_SECONDS:
        _desk(folder, results, say)
    elif size is FULL:
        results.missing.append("moderators' pages: no time was left; `make bench-desk` measures them")
    results.missing += bench.failed
    share = others.share()
    if share is not None:
        results.facts.append(f"other programs took {share:.0%} of the processors' time meanwhile")
    results.facts.append(f"all of it took {(time.monotonic() - began) / 60:.0f} minutes")
    say("done")
    return results


def _desk(folder: Path, results: Results, say: Say) -> None:
    try:
        results.desk = desk.measure_desk(folder / "desk", (desk.SMALL, desk.HUGE), say)
    except Exception as fault:
        traceback.print_exc()
        results.missing.append(f"moderators' pages: {fault!r:.300}")


def _built(results: Results, say: Say) -> dict[str, Path]:
    """Return where the others are installed, and name those that cannot be built."""
    built = {}
    for name, build in ((ISSO, contestants.build_isso), (WALINE, build_waline)):
        say(f"building {name}")
        try:
            built[name] = build()
        except CannotBuild as reason:
            results.missing.append(f"{name}: could not be built: {reason}")
    return built


def _parts(
    size: Size, folder: Path, client: Client, bench: Bench, built: Mapping[str, Path], results: Results
) -> Iterator[tuple[str, float, Callable[[], None]]]:
    """Return what is measured besides moderators' pages: title, seconds it takes, and how; in order."""

    def measure_flat() -> None:
        shapes = flat.shapes(size.huge)
        first = flat.seed_shapes(folder / "flat", shapes)
        asked = flat.questions(shapes)
        results.flat = flat.measure_flat(folder / "flat", asked, first, client, size.rounds)

    def measure_import() -> None:
        results.imported = importing.measure_import(folder / "import", size.imported, bench.say)

    def measure_many() -> None:
        assert results.answerable is not None
        # Else each service that starts with a copy of it would do that first, beside what is measured.
        asyncio.run(importing.fill_terms(f"sqlite:///{folder / 'seeded' / 'comments.db'}"))
        results.many = many.measure_many(folder / "many", folder, results.answerable, client, bench)

    def measure_tail() -> None:
        assert results.answerable is not None
        shutil.copytree(folder / "seeded", folder / "tail-data")
        results.tail = tail.measure_tail(folder / "tail", folder / "tail-data", results.answerable)

    def measure_streams() -> None:
        results.streams = streams.measure_streams(folder / "streams", size.streams, client)

    def measure_overload() -> None:
        results.overload = overload.measure_overload(folder / "overload", client)

    def measure_idle() -> None:
        # As many as there are streams: both are bounded by the files a process may have open.
        results.idle = overload.measure_idle(folder / "idle", size.streams, client)

    def measure_start() -> None:
        shutil.copytree(folder / "seeded", folder / "start-data")
        results.start = starting.measure_start(folder / "start-data")

    yield "side by side", 0, lambda: side_by_side(bench, size, built, results)
    yield "many processes", 90, measure_many
    yield "readers while others post", 25, measure_tail
    yield "open streams", 25, measure_streams
    yield "more posts than can be taken", 25, measure_overload
    yield "idle connections", 30, measure_idle
    yield "start", 10, measure_start
    yield "flat cost", 170, measure_flat
    yield "import", 140, measure_import


def side_by_side(bench: Bench, size: Size, built: Mapping[str, Path], results: Results) -> None:
    """Start all contestants on the same discussions and measure them in turns."""
    folder, seeds = bench.folder, Seeds(size.pages)
    bench.say("seeding")
    results.answerable = answerable = seeding.seed_comments(folder / "seeded", seeds)
    with ExitStack() as stack:
        running = [_ours(stack, folder, workers) for workers in size.workers]
        targets = _others(stack, folder, seeds, built, running, results)
        idle = {one: memory(one.process) for one in running}
        ports = {one.name: one.port for one in reversed(running)}
        reading = reading_works(ports, seeds, folder / "answers.json")
        bare = [contestants.bare(folder / "answers.json", workers) for workers in size.workers]
        running += [stack.enter_context(one) for one in bare]
        bench.contestants = running
        *writing, mixed = posting_works(answerable, targets, seeds)
        works = [*reading, *writing]
        measured = {work.title: bench.measure(work) for work in works if work.title not in SLOW}
        of_mixed = _mixed(bench, mixed, idle, results)
        # Others need minutes for some: if the time is over, it is these that have a single round.
        measured |= {work.title: bench.measure(work) for work in works if work.title in SLOW}
        results.works = [*((work, measured[work.title]) for work in works), (mixed, of_mixed)]


def _others(
    stack: ExitStack,
    folder: Path,
    seeds: Seeds,
    built: Mapping[str, Path],
    running: list[Contestant],
    results: Results,
) -> Targets:
    """Start Isso and Waline as far as they can be had, and return what posts to them may answer."""
    isso: Mapping[str, list[int]] = {}
    waline: Mapping[str, list[tuple[int, int]]] = {}
    if ISSO in built:
        try:
            contestants.make_isso_database(built[ISSO], folder / "isso.db")
            isso = seeding.seed_isso(folder / "isso.db", seeds)
            running += [_isso(stack, built[ISSO], folder, workers) for workers in results.workers]
        except (OSError, RuntimeError, subprocess.CalledProcessError) as fault:
            results.missing.append(f"{ISSO}: could not be started: {fault!r:.300}")
    if WALINE in built:
        (folder / "waline").mkdir()
        try:
            waline = seed_waline(folder / "waline" / "waline.sqlite", seeds)
            running.append(
                stack.enter_context(run_waline(built[WALINE], folder / "waline" / "waline.sqlite"))
            )
        except (OSError, RuntimeError) as fault:
            results.missing.append(f"{WALINE}: could not be started: {fault!r:.300}")
    return Targets(isso, waline)


def _mixed(
    bench: Bench, work: Work, idle: Mapping[Contestant, Memory], results: Results
) -> dict[Who, Figures]:
    """Measure it, and meanwhile the memory of ours."""
    with ExitStack() as stack:
        watches = {one: stack.enter_context(MemoryWatch(one.process)) for one in idle}
        figures = bench.measure(work)
    results.memory = {(one.name, one.workers): (before, watches[one].most) for one, before in idle.items()}
    return figures


def _ours(stack: ExitStack, folder: Path, workers: int) -> Contestant:
    own = folder / f"comments-{workers}"
    shutil.copytree(folder / "seeded", own)
    return stack.enter_context(contestants.comments(own, workers))


def _isso(stack: ExitStack, programs: Path, folder: Path, workers: int) -> Contestant:
    own = folder / f"isso-{workers}.db"
    shutil.copyfile(folder / "isso.db", own)
    return stack.enter_context(contestants.isso(programs, own, workers))


def _facts(client: str, size: Size) -> list[str]:
    load = os.getloadavg()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("starlette", "uvicorn", "sqlalchemy"))
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({_processor()}), "
        f"load before it began {load:.1f}, "
        f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}",
        f"{packages}; {' and '.join(contestants.ISSO_PACKAGES).replace('==', ' ')}, "
        f"{WALINE_PACKAGE}; load client: {client}",
        f"{size.rounds} round{'s' if size.rounds > 1 else ''} of {size.seconds:g} s; "
        f"{READS_AT_ONCE} connections for reads, {WRITES_AT_ONCE} for posts",
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
