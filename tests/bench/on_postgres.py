"""`python -m tests.bench.on_postgres`: what posts and uncached views compute on PostgreSQL, there and here.

Posts on one page wait for one another's row, those on fifty pages do not: what differs is the waiting. SQLite
stands beside it. In a minute and a half, with the bench's own client or wrk.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests.bench import contestants
from tests.bench.contestants import OURS, Contestant
from tests.bench.load import fast_client
from tests.bench.measuring import Bench
from tests.bench.processes import computed_seconds, parent
from tests.bench.seeding import POSTS_PAGE, Answerable, Seeds, seed_comments
from tests.bench.works import WRITES_AT_ONCE, Work, nothing_kept, our_posts
from tests.support.databases import postgresql_server

SPREAD = [f"page-{number}" for number in range(50)]
SEEDS = Seeds({"b": 1_000, POSTS_PAGE: 100, **dict.fromkeys(SPREAD, 20)})
SECONDS, ROUNDS = 4.0, 3


def main() -> None:
    """Measure and print; nothing is written."""
    folder = Path(tempfile.mkdtemp(prefix="comments-bench-"))
    print("| | a second | our processor time | the server's |\n| --- | ---: | ---: | ---: |")
    try:
        (folder / "requests").mkdir()
        for database in (_sqlite, _postgresql):
            with database(folder) as (ours, server, answerable):
                _measure(database.__name__[1:], folder, ours, server, answerable)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _sqlite(folder: Path) -> Iterator[tuple[Contestant, int | None, Answerable]]:
    answerable = seed_comments(folder / "sqlite", SEEDS)
    with contestants.comments(folder / "sqlite", 1) as ours:
        yield ours, None, answerable


@contextmanager
def _postgresql(folder: Path) -> Iterator[tuple[Contestant, int | None, Answerable]]:
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder))
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE measured")
            postmaster = parent(connection.info.backend_pid)
        url = f"{server}/measured"
        answerable = seed_comments(folder / "seeded", SEEDS, url)
        (folder / "data").mkdir()
        yield stack.enter_context(contestants.comments(folder / "data", 1, url)), postmaster, answerable


def _measure(name: str, folder: Path, ours: Contestant, server: int | None, answerable: Answerable) -> None:
    by_page = [our_posts(answerable, SEEDS, page, known=True) for page in SPREAD]
    spread = [posts[at] for at in range(len(by_page[0])) for posts in (by_page[at % len(by_page)],)]
    on_one = our_posts(answerable, SEEDS, POSTS_PAGE, known=True)
    works = [
        Work("posts on one page", {OURS: on_one}, WRITES_AT_ONCE),
        Work("posts on fifty pages", {OURS: spread}, WRITES_AT_ONCE),
        nothing_kept("b"),
    ]
    bench = Bench([ours], fast_client()[1], SECONDS, ROUNDS, folder, lambda _: None)
    for work in works:
        before = 0.0 if server is None else computed_seconds(server)
        figure = bench.measure(work)[OURS, 1]
        answers = sum(figure.rates) * SECONDS
        there = "–" if server is None else f"{(computed_seconds(server) - before) / answers * 1e3:.2f} ms"
        print(f"| {name}: {work.title} | {figure.median:,.0f} | {figure.cpu * 1e3:.2f} ms | {there} |")


if __name__ == "__main__":
    main()
