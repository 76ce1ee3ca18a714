"""`python -m tests.bench.reads`: cached reads beside a bare route, memory, and the start; half a minute."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench import contestants, seeding
from tests.bench.contestants import BARE, OURS
from tests.bench.load import fast_client
from tests.bench.measuring import Bench, Figures, Who
from tests.bench.processes import memory
from tests.bench.results import micros
from tests.bench.seeding import POSTS_PAGE, Seeds
from tests.bench.starting import measure_start
from tests.bench.works import reading_works

PAGES = {"a": 100, "b": 1_000, POSTS_PAGE: 100}
SECONDS, ROUNDS = 1.0, 3


def main() -> None:
    """Measure and print; nothing is written."""
    folder = Path(tempfile.mkdtemp(prefix="comments-bench-"))
    try:
        _measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path) -> None:
    (folder / "requests").mkdir()
    _, client = fast_client()
    seeding.seed_comments(folder / "seeded", Seeds(PAGES))
    start = measure_start(folder / "seeded")
    print(
        f"start: {start.computed:.2f} s computed until it answers, "
        f"{start.frameworks:.2f} s of it to import the frameworks"
    )
    with ExitStack() as stack:
        ours = stack.enter_context(contestants.comments(folder / "seeded", 1))
        print(f"idle: {memory(ours.process)} (PSS in brackets)")
        works = reading_works({OURS: ours.port}, Seeds(PAGES), folder / "answers.json")
        bare = stack.enter_context(contestants.bare(folder / "answers.json", 1))
        bench = Bench([ours, bare], client, SECONDS, ROUNDS, folder, lambda _: None)
        print("Answers a second, and the processor time of one:")
        for work in works:
            if work.asked.get(BARE):
                print(f"  {work.title}: {_line(bench.measure(work))}")
        print(f"after it: {memory(ours.process)}")


def _line(figures: dict[Who, Figures]) -> str:
    ours, bare = figures[OURS, 1], figures[BARE, 1]
    return (
        f"{ours.median:,.0f} ({micros(ours.cpu)}), the bare route {bare.median:,.0f} ({micros(bare.cpu)}): "
        f"{ours.median / bare.median:.2f} of it"
    )


if __name__ == "__main__":
    main()
