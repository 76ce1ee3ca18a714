"""One, two and four processes of ours: reads that hit no cache beside a bare route, and posts."""

import shutil
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.bench import contestants
from tests.bench.contestants import BARE, OURS
from tests.bench.load import Client
from tests.bench.measuring import Bench, Figures, Who, ratios
from tests.bench.processes import parent
from tests.bench.seeding import POSTS_PAGE, Answerable, Seeds, seed_comments
from tests.bench.works import WRITES_AT_ONCE, Work, nothing_kept, our_posts
from tests.support.databases import postgresql_server

COUNTS = (1, 2, 4)
SPREAD = tuple(f"spread-{number}" for number in range(40))
"""The pages that posts go to on PostgreSQL, in turns: those on one page wait for its thread's row."""
ROUNDS_TO_ONE = 5 / 3
"""More rounds than others have: what is asked for is a ratio of two that differ by little."""


@dataclass(slots=True)
class Many:
    """What came of it, by contestant and count of processes; posts by database. Ratios are round by round."""

    reads: dict[Who, Figures] = field(default_factory=dict)
    posts: dict[str, dict[Who, Figures]] = field(default_factory=dict)

    def cpu_growth(self, count: int) -> float:
        """Return by what a read's processor time is greater than with one process: 1.1 is a tenth more."""
        return statistics.median(times_cpu(self.reads, count))

    def kept(self, count: int) -> float:
        """Return how reads scale, as a share of how the bare route does."""
        ours, bare = (times_one(self.reads, count, who) for who in (OURS, BARE))
        return statistics.median(own / its for own, its in zip(ours, bare, strict=True))

    def posts_times(self, database: str, count: int) -> float:
        """Return how many times as many posts a second as one process does."""
        return statistics.median(times_one(self.posts[database], count))


def times_one(figures: Mapping[Who, Figures], count: int, who: str = OURS) -> list[float]:
    """Return how many times the rate of one process so many had, in each round."""
    return ratios(figures, (who, count), (who, 1))


def times_cpu(figures: Mapping[Who, Figures], count: int, who: str = OURS) -> list[float]:
    """Return how many times the processor time of one process's answers theirs had, in each round."""
    one, several = (figures[who, n].cpu_seconds for n in (1, count))
    return [more / alone for more, alone in zip(several, one, strict=True) if alone]


def measure_many(folder: Path, given: Path, answerable: Answerable, client: Client, bench: Bench) -> Many:
    """Measure copies of the seeded folder in `given`, where the bare route's answers are too."""
    folder.mkdir()
    (folder / "requests").mkdir()
    many = Many()
    rounds = round(bench.rounds * ROUNDS_TO_ONE)
    own = Bench([], client, bench.seconds, rounds, folder, bench.say, failed=bench.failed)
    with ExitStack() as stack:
        for count in COUNTS:
            data = folder / f"data-{count}"
            shutil.copytree(given / "seeded", data)
            ours = stack.enter_context(contestants.comments(data, count))
            bare = stack.enter_context(contestants.bare(given / "answers.json", count))
            own.contestants = [*own.contestants, ours, bare]
        many.reads = own.measure(nothing_kept("b", beside_bare=True))
        posts = our_posts(answerable, Seeds({POSTS_PAGE: 100}), POSTS_PAGE, known=True)
        many.posts["SQLite"] = own.measure(_posting("SQLite", posts))
    many.posts["PostgreSQL"] = _on_postgresql(folder, own)
    return many


def _on_postgresql(folder: Path, own: Bench) -> dict[Who, Figures]:
    """Post to the tests' own server, which has the data folder's disk to itself but does not wait for it."""
    seeds = Seeds(dict.fromkeys(SPREAD, 100))
    with postgresql_server(folder) as server, ExitStack() as stack:
        own.contestants = []
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE many")
            own.database = parent(connection.info.backend_pid)
            answerable = seed_comments(folder / "postgresql-seeded", seeds, f"{server}/many")
            for count in COUNTS:
                connection.execute(f"CREATE DATABASE many_{count} TEMPLATE many")
        for count in COUNTS:
            data = folder / f"postgresql-{count}"
            data.mkdir()
            running = contestants.comments(data, count, f"{server}/many_{count}")
            own.contestants = [*own.contestants, stack.enter_context(running)]
        return own.measure(_posting("PostgreSQL", our_posts(answerable, seeds, *SPREAD, known=True)))


def _posting(database: str, posts: list[bytes]) -> Work:
    return Work(f"posts on {database}", {OURS: posts}, WRITES_AT_ONCE, still={OURS: b'"state":"approved"'})
