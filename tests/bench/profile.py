"""`python -m tests.bench.profile`: of what each journey's processor time is made, in a minute."""

import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench import contestants, seeding
from tests.bench.contestants import OURS, CannotBuild, environment
from tests.bench.load import Client, Order, Run, fast_client
from tests.bench.measuring import Bench
from tests.bench.seeding import POSTS_PAGE, Seeds
from tests.bench.works import Targets, posting_works, reading_works

PY_SPY = ("py-spy==0.4.3",)
PAGES = {"a": 100, "b": 1_000, POSTS_PAGE: 100}
SECONDS = 6.0
SAMPLES_A_SECOND = 400
LEAST_SHARE = 0.025
STATEMENTS = "statements, by the driver"
"""What SQLAlchemy waits for: sqlite3 or psycopg at work."""
OURS_LAYER = "ours"
REST = "all else"
DRIVER_CALLS = ("do_execute", "do_executemany", "do_commit", "do_rollback", "do_begin")
LAYERS = {
    "comments": OURS_LAYER,
    "uvicorn": "uvicorn and the loop",
    "asyncio": "uvicorn and the loop",
    "concurrent": "threads",
    "threading.py": "threads",
    "anyio": "threads",
    "starlette": "Starlette",
    "sqlalchemy": "SQLAlchemy",
    "psycopg": STATEMENTS,
    "bleach": "bleach",
    "markdown_it": "Markdown",
    "mdurl": "Markdown",
    "linkify_it": "Markdown",
    "pygments": "Markdown",
}
"""By what the path of a file begins with, below the folder that it is imported from."""


@dataclass(frozen=True, slots=True)
class Profiler:
    """Sends by `client` while py-spy looks at the process and notes its stacks."""

    program: Path
    client: Client
    process: int
    stacks: Path

    def __call__(self, order: Order) -> Run:
        """Return what came of the run; `stacks` has one line for each stack, with how often it was seen."""
        seconds = max(1, round(order.seconds) - 2)
        command = [str(self.program), "record", "--pid", str(self.process), "--nonblocking"]
        command += ["--rate", str(SAMPLES_A_SECOND), "--duration", str(seconds)]
        command += ["--format", "raw", "--output", str(self.stacks)]
        looking = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        run = self.client(order)
        _, words = looking.communicate(timeout=order.seconds + 30)
        if looking.returncode:
            raise RuntimeError(f"py-spy: {words.strip()}")
        return run


def main() -> None:
    """Measure and print; nothing is written."""
    folder = Path(tempfile.mkdtemp(prefix="comments-bench-"))
    try:
        _measure(folder)
    except CannotBuild as fault:
        raise SystemExit(f"No profile: py-spy: {fault}.") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path) -> None:
    program = environment("py-spy", PY_SPY) / "py-spy"
    (folder / "requests").mkdir()
    seeds = Seeds(PAGES)
    answerable = seeding.seed_comments(folder / "seeded", seeds)
    with contestants.comments(folder / "seeded", 1) as ours:
        works = reading_works({OURS: ours.port}, seeds, folder / "answers.json")
        works += posting_works(answerable, Targets(), seeds)
        profiler = Profiler(program, fast_client()[1], ours.process, folder / "stacks.txt")
        bench = Bench([ours], profiler, SECONDS, 1, folder, lambda _: None, posting=profiler)
        for work in works:
            figure = bench.measure(work)[OURS, 1]
            print(f"\n| {work.title} | {figure.cpu * 1e6:,.0f} µs |\n| --- | ---: |")
            for layer, share in shares(profiler.stacks.read_text().splitlines()):
                print(f"| {layer} | {figure.cpu * share * 1e6:,.1f} µs |")


def shares(stacks: Iterable[str]) -> list[tuple[str, float]]:
    """Return the layers that stacks were in, with their shares, the greatest first, little ones as one.

    A stack is `frame (file:line);…;frame (file:line) count`, the outermost first, as py-spy writes it.
    """
    seen: Counter[str] = Counter()
    for stack in stacks:
        frames, _, count = stack.rpartition(" ")
        # It looks while the process goes on, and now and then reads nonsense.
        if count.isascii() and count.isdigit():
            seen[_layer(frames.split(";"))] += int(count)
    total = seen.total() or 1
    great = [(layer, count / total) for layer, count in seen.most_common() if count / total >= LEAST_SHARE]
    named = [(layer, share) for layer, share in great if layer != REST]
    return [*named, (REST, 1 - sum(share for _, share in named))]


def _layer(frames: list[str]) -> str:
    """Return whose code the innermost frame is; what Python's own library does counts for who calls it."""
    for frame in reversed(frames):
        call, _, place = frame.partition(" (")
        if call in DRIVER_CALLS or call.rpartition(".")[2] in DRIVER_CALLS:
            return STATEMENTS
        for beginning, layer in LAYERS.items():
            if place.startswith(beginning) or f"/{beginning}" in place:
                return place.rpartition("comments/")[2].partition(".py")[0] if layer == OURS_LAYER else layer
    return REST


if __name__ == "__main__":
    main()
