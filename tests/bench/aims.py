"""What was aimed at, and whether this run reached it: written from the figures, by no hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.bench.contestants import BARE, DRESSED, ISSO, OURS
from tests.bench.importing import Run
from tests.bench.measuring import Figures, Who
from tests.bench.overload import Flooded
from tests.bench.results import Results, table
from tests.bench.waline import WALINE
from tests.bench.works import (
    MIXED,
    NOT_MODIFIED,
    POSTS_OF_KNOWN,
    all_of,
    counts_of,
    first_view_of,
)

STATEMENTS = 6
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim: of which work, at least (or at most) how much of which figure."""

    work: str
    words: str
    least: bool
    limit: float
    measured: Callable[[Results], float]
    unit: str = ""

    def row(self, results: Results) -> list[str]:
        sign = "≥" if self.least else "≤"
        aimed = f"{sign} {self.limit:,g}{self.unit} {self.words}"
        try:
            found = self.measured(results)
        except (KeyError, ValueError, ZeroDivisionError):
            return [self.work, aimed, "–", "not measured"]
        reached = found >= self.limit if self.least else found <= self.limit
        shown = f"{found:,.0f}" if found >= 100 else f"{found:,.3g}"
        return [self.work, aimed, f"{shown}{self.unit}", "yes" if reached else "**no**"]


def _figures(results: Results, title: str) -> dict[Who, Figures]:
    return next((figures for work, figures in results.works if work.title == title), {})


def _times(title: str, other: str, workers: int = 1) -> Callable[[Results], float]:
    """Return how many times as much ours does a second."""

    def found(results: Results) -> float:
        figures = _figures(results, title)
        return figures[OURS, workers].median / figures[other, workers].median

    return found


def _share(title: str, other: str) -> Callable[[Results], float]:
    """Return the other's processor time for one answer by ours: 1 is as cheap as it."""

    def found(results: Results) -> float:
        figures = _figures(results, title)
        return figures[other, 1].cpu / figures[OURS, 1].cpu

    return found


def _need(part: Part | None) -> Part:
    if part is None:
        raise KeyError("this part was not measured")
    return part


def _worst_import(results: Results, measured: Callable[[int, Run, Run], float]) -> float:
    imported = _need(results.imported)
    return min(measured(imported.posts, run, imported.bound) for run in imported.runs.values())


def _of_bound(results: Results) -> float:
    return _figures(results, POSTS_OF_KNOWN)[OURS, 1].median / _need(results.floors).post_rate


def _least_posts(results: Results, database: str) -> float:
    many = _need(results.many)
    return min(many.posts_times(database, count) for count in (2, 4))


def _floods(results: Results) -> list[Flooded]:
    overload = _need(results.overload)
    return [overload.there, overload.elsewhere]


VIEW, ALL, POSTS = first_view_of(1_000), all_of(1_000), "posts of known readers"
WITH_ISSO, WITH_WALINE = "times Isso", "times Waline"
OF_BARE = "of a bare route"
MANY, STREAMS = "1, 2 and 4 processes", "10,000 open streams"
FLOOD, IDLE = "five times the posts that can be taken", "10,000 idle connections"

AIMS = (
    Aim(VIEW, f"{OF_BARE} with our middleware", True, 0.85, _share(VIEW, DRESSED)),
    Aim(VIEW, WITH_ISSO, True, 1_000, _times(VIEW, ISSO)),
    Aim(VIEW, WITH_WALINE, True, 100, _times(VIEW, WALINE)),
    Aim(ALL, WITH_ISSO, True, 100, _times(ALL, ISSO)),
    Aim(ALL, WITH_WALINE, True, 20, _times(ALL, WALINE)),
    Aim("not modified (304)", f"{OF_BARE}", True, 0.85, _share(NOT_MODIFIED, BARE)),
    Aim(
        "nothing cached, queries and row objects",
        "of CPU",
        False,
        1.0,
        lambda r: _need(r.floors).queries * 1e3,
        " ms",
    ),
    Aim(
        "nothing cached, queries and row objects",
        "of sqlite3 alone",
        True,
        0.5,
        lambda r: _need(r.floors).bare_queries / _need(r.floors).queries,
    ),
    Aim(
        "first pages of huge discussions, all shapes",
        "times a small one, uncached",
        False,
        1.2,
        lambda r: max(one.uncached[1] / one.uncached[0] for one in r.flat),
    ),
    Aim(POSTS, f"{WITH_ISSO}, one process each", True, 2, _times(POSTS_OF_KNOWN, ISSO)),
    Aim(POSTS, f"{WITH_ISSO}, two processes each", True, 2, _times(POSTS_OF_KNOWN, ISSO, 2)),
    Aim(POSTS, WITH_WALINE, True, 4, _times(POSTS_OF_KNOWN, WALINE)),
    Aim(POSTS, "of what bounds them", True, 0.7, _of_bound),
    Aim(POSTS, "statements each", False, STATEMENTS, lambda r: _need(r.floors).statements_of_a_post),
    Aim("95 % reads, 5 % posts", WITH_ISSO, True, 100, _times(MIXED, ISSO)),
    Aim(
        "reads’ p99 while others post",
        "times p99 without",
        False,
        3,
        lambda r: _need(r.tail).posting[1] / _need(r.tail).alone[1],
    ),
    Aim(counts_of(3), OF_BARE, True, 0.7, _share(counts_of(3), BARE)),
    Aim(counts_of(100), OF_BARE, True, 0.7, _share(counts_of(100), BARE)),
    Aim(
        f"{MANY}, reads that hit no cache",
        "times the CPU of one",
        False,
        1.1,
        lambda r: max(_need(r.many).cpu_growth(count) for count in (2, 4)),
    ),
    Aim(
        f"{MANY}, reads that hit no cache",
        "of how the bare route scales",
        True,
        0.9,
        lambda r: min(_need(r.many).kept(count) for count in (2, 4)),
    ),
    Aim(f"{MANY}, posts on SQLite", "times one", True, 1, lambda r: _least_posts(r, "SQLite")),
    Aim(f"{MANY}, posts on PostgreSQL", "times one", True, 1, lambda r: _least_posts(r, "PostgreSQL")),
    Aim(STREAMS, "each", False, 20, lambda r: _need(r.streams).memory / 1e3, " kB"),
    Aim(STREAMS, "until all hear", False, 1, lambda r: _need(r.streams).all_told, " s"),
    Aim(
        f"{STREAMS}, posts on other pages",
        "as many as without",
        True,
        0.7,
        lambda r: _need(r.streams).meanwhile[0] / _need(r.streams).alone[0],
    ),
    Aim(
        f"{STREAMS}, posts on that page",
        "as many as without",
        True,
        0.7,
        lambda r: _need(r.streams).meanwhile[1] / _need(r.streams).alone[1],
    ),
    Aim(
        f"{FLOOD}, reads of other pages",
        "times p99 alone",
        False,
        3,
        lambda r: _need(r.overload).elsewhere.reads[1] / _need(r.overload).alone[1],
    ),
    Aim(
        f"{FLOOD}, reads of that page",
        "times p99 beside as many as can be taken",
        False,
        3,
        lambda r: _need(r.overload).there.reads[1] / _need(r.overload).busy[1],
    ),
    Aim(FLOOD, "more memory", False, 60, lambda r: _need(r.overload).growth / 1e6, " MB"),
    Aim(
        FLOOD,
        "refused without Retry-After, or lost",
        False,
        0,
        lambda r: sum(one.untold + one.failed for one in _floods(r)),
    ),
    Aim(FLOOD, "until none is refused", False, 5, lambda r: max(one.recovered for one in _floods(r)), " s"),
    Aim(IDLE, "each", False, 20, lambda r: _need(r.idle).memory / 1e3, " kB"),
    Aim(
        IDLE,
        "as many posts as before",
        True,
        0.7,
        lambda r: _need(r.idle).posts_meanwhile / _need(r.idle).posts_before,
    ),
    Aim(
        f"{IDLE}, reads",
        "times p99 without",
        False,
        3,
        lambda r: _need(r.idle).meanwhile[1] / _need(r.idle).alone[1],
    ),
    Aim(
        "import, the slower database",
        "comments/s",
        True,
        6_000,
        lambda r: _worst_import(r, lambda posts, run, _: posts / run.seconds),
    ),
    Aim(
        "import, the slower database",
        "of reading and sanitising alone",
        True,
        0.8,
        lambda r: _worst_import(r, lambda _, run, bound: bound.seconds / run.seconds),
    ),
    Aim("memory of one process, idle", "RSS", False, 70, lambda r: _need(r.start).idle.resident / 1e6, " MB"),
    Aim(
        "memory of one process, mixed load",
        "RSS",
        False,
        120,
        lambda r: r.memory[OURS, 1][1].resident / 1e6,
        " MB",
    ),
    Aim("start, until it answers", "by the clock", False, 1, lambda r: _need(r.start).seconds, " s"),
)


def aims_table(results: Results) -> str:
    """Return the table of all aims with what this run measured."""
    rows = [aim.row(results) for aim in AIMS]
    title = (
        "Aimed at, and reached in this run. Shares of a bare route are of processor time, with one process "
        "each; all others are of pieces of work a second."
    )
    return f"{title}\n\n{table(['work', 'aimed at', 'measured', 'reached'], rows)}"
