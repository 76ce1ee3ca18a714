"""`python -m tests.bench.several [ROUNDS]`: one, two and four processes, without the rest of the bench."""

import asyncio
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench import contestants, seeding
from tests.bench.contestants import OURS
from tests.bench.importing import fill_terms
from tests.bench.load import fast_client
from tests.bench.many import measure_many
from tests.bench.measuring import Bench
from tests.bench.seeding import POSTS_PAGE, Seeds
from tests.bench.table_scale import many_table
from tests.bench.works import reading_works

PAGES = {"a": 100, "b": 1_000, POSTS_PAGE: 100}


def main() -> None:
    """Measure and print; nothing is written."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    folder = Path(tempfile.mkdtemp(prefix="comments-bench-"))
    try:
        _, client = fast_client()
        answerable = seeding.seed_comments(folder / "seeded", Seeds(PAGES))
        asyncio.run(fill_terms(f"sqlite:///{folder / 'seeded' / 'comments.db'}"))
        with ExitStack() as stack:
            shutil.copytree(folder / "seeded", folder / "asked")
            ours = stack.enter_context(contestants.comments(folder / "asked", 1))
            reading_works({OURS: ours.port}, Seeds(PAGES), folder / "answers.json")
        bench = Bench([], client, 1.0, rounds, folder, lambda words: print(words, file=sys.stderr))
        many = measure_many(folder / "many", folder, answerable, client, bench)
        print(many_table(many))
        for count in (2, 4):
            print(
                f"{count} processes: reads compute {many.cpu_growth(count):.2f} times what one does, "
                f"and keep {many.kept(count):.2f} of how the bare route scales"
            )
        print("\n".join(bench.failed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
