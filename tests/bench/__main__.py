"""`python -m tests.bench [--quick]`: start everyone, measure, print the tables, write docs/performance.md."""

import argparse
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import contestants, desk, flat, floors, importing, seeding
from tests.bench.contestants import ISSO, OURS, ROOT, CannotBuild, Contestant
from tests.bench.load import fast_client
from tests.bench.measuring import Bench
from tests.bench.processes import Memory, MemoryWatch, Others, memory
from tests.bench.seeding import POSTS_PAGE, Seeds
from tests.bench.table import Results, tables, write_into
from tests.bench.works import READS_AT_ONCE, WRITES_AT_ONCE, Work, posting_works, reading_works

DOCUMENT = ROOT / "docs" / "performance.md"
WORKERS = (1, 2)


@dataclass(frozen=True, slots=True)
class Size:
    """How large and how long everything is."""

    pages: Mapping[str, int]
    seconds: float
    rounds: int
    huge: int
    imported: int
    moderated: int
    """Comments on the site that moderators' pages are asked of."""
    budget_seconds: float
    """For everything side by side, from the beginning: on a slow machine later rounds are left out."""


FULL = Size({"a": 100, "b": 1_000, "c": 10_000, POSTS_PAGE: 100}, 2.0, 3, 1_000_000, 60_000, desk.HUGE, 420.0)
QUICK = Size({"a": 100, "b": 1_000, POSTS_PAGE: 100}, 1.0, 1, 50_000, 4_000, desk.QUICK, 70.0)


def main() -> None:
    """Measure everything; a full run also writes the document."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and shorter, about three minutes")
    quick: bool = parser.parse_args().quick
    folder = Path(tempfile.mkdtemp(prefix="comments-bench-"))
    try:
        results = run(QUICK if quick else FULL, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    markdown, of_desk = tables(results), desk.table(results.desk)
    print(f"\n{markdown}\n\n{of_desk}\n")
    if quick:
        print("A quick run is for the inner loop; `make bench` writes docs/performance.md.")
    else:
        write_into(DOCUMENT, markdown)
        write_into(DOCUMENT, of_desk, "desk")
        print("Written into docs/performance.md.")


def run(size: Size, folder: Path) -> Results:
    """Measure everything once."""
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)

    (folder / "requests").mkdir()
    results = Results(workers=WORKERS)
    others = Others()
    client_name, client = fast_client()
    results.facts = _facts(client_name, size)
    say("building Isso")
    try:
        programs: Path | None = contestants.build_isso()
    except CannotBuild as reason:
        programs = None
        results.missing.append(f"{ISSO}: {reason}")
    bench = Bench([], client, size.seconds, size.rounds, folder, say, began + size.budget_seconds)
    side_by_side(bench, size, programs, results)
    say("floors: bare statements")
    results.floors = floors.measure_floors(folder / "floors", folder / "seeded", "b")
    say("seeding huge discussions")
    shapes = flat.shapes(size.huge)
    first = flat.seed_shapes(folder / "flat", shapes)
    say("flat cost")
    asked = flat.questions(shapes)
    results.flat = flat.measure_flat(folder / "flat", asked, first, client, size.rounds)
    results.imported = importing.measure_import(folder / "import", size.imported, say)
    results.desk = desk.measure_desk(folder / "desk", (desk.SMALL, size.moderated), say)
    share = others.share()
    if share is not None:
        results.facts.append(f"other programs took {share:.0%} of the processors' time meanwhile")
    say("done")
    return results


def side_by_side(bench: Bench, size: Size, programs: Path | None, results: Results) -> None:
    """Start all contestants on the same discussions and measure them in turns."""
    folder, seeds = bench.folder, Seeds(size.pages)
    bench.say("seeding")
    answerable = seeding.seed_comments(folder / "seeded", seeds)
    isso_tops: dict[str, list[int]] = {}
    if programs is not None:
        database = folder / "isso.db"
        contestants.make_isso_database(programs, database)
        isso_tops = seeding.seed_isso(database, seeds)
    with ExitStack() as stack:
        running = [_ours(stack, folder, workers) for workers in WORKERS]
        if programs is not None:
            running += [_isso(stack, programs, folder, workers) for workers in WORKERS]
        isso_port = next((one.port for one in running if one.name == ISSO), None)
        reading = reading_works(running[0].port, isso_port, seeds, folder / "answers.json")
        for dressed in (False, True):
            bare = [contestants.bare(folder / "answers.json", n, dressed=dressed) for n in WORKERS]
            running += [stack.enter_context(one) for one in bare]
        bench.contestants = running
        idle = {one: memory(one.process) for one in running if one.name in {OURS, ISSO}}
        results.works = [(work, bench.measure(work)) for work in reading]
        *writing, mixed = posting_works(answerable, isso_tops, seeds)
        results.works += [(work, bench.measure(work)) for work in writing]
        _mixed(bench, mixed, idle, results)


def _mixed(bench: Bench, work: Work, idle: Mapping[Contestant, Memory], results: Results) -> None:
    with ExitStack() as stack:
        watches = {one: stack.enter_context(MemoryWatch(one.process)) for one in idle}
        results.works.append((work, bench.measure(work)))
    results.memory = {(one.name, one.workers): (before, watches[one].most) for one, before in idle.items()}


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
        f"{packages}; {' and '.join(contestants.ISSO_PACKAGES).replace('==', ' ')}; load client: {client}",
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
