"""What was aimed at, and whether this run reached it: written from the figures, by no hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.bench.contestants import BARE, ISSO, OURS
from tests.bench.measuring import Figures, Who
from tests.bench.overload import Flooded
from tests.bench.results import Results, table
from tests.bench.waline import WALINE
from tests.bench.works import (
    NOT_MODIFIED,
    NOTHING_KEPT,
    POSTS_ALIKE,
    POSTS_OF_KNOWN,
    all_of,
    first_view_of,
)

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


def _rate(title: str) -> Callable[[Results], float]:
    """Return how many pieces of work one process of ours does a second."""
    return lambda results: _figures(results, title)[OURS, 1].median


def _need(part: Part | None) -> Part:
    if part is None:
        raise KeyError("this part was not measured")
    return part


def _slowest_import(results: Results) -> float:
    imported = _need(results.imported)
    return min(imported.posts / run.seconds for run in imported.runs.values())


def _of_ordinary_posts(results: Results) -> float:
    return _figures(results, POSTS_ALIKE)[OURS, 1].median / _figures(results, POSTS_OF_KNOWN)[OURS, 1].median


def _p99_in_a_flood(results: Results) -> float:
    return max(flood.reads[1] for flood in _floods(results)) * 1e3


def _floods(results: Results) -> list[Flooded]:
    overload = _need(results.overload)
    return [overload.there, overload.elsewhere]


VIEW, ALL = first_view_of(1_000), all_of(1_000)
WITH_ISSO, WITH_WALINE = "times Isso", "times Waline"
OF_BARE = "of a bare route without middlewares"
POSTS = "posts of known readers, one process"
MANY, STREAMS = "1, 2 and 4 processes", "10,000 open streams"
FLOOD = "first view while 20 times the posts that can be taken are sent"
IMPORT = "import, sanitised, the slower database"
MEMORY = "memory of one process"

AIMS = (
    Aim(f"{VIEW}, cached", OF_BARE, True, 0.9, _times(VIEW, BARE)),
    Aim("not modified (304)", OF_BARE, True, 0.9, _times(NOT_MODIFIED, BARE)),
    Aim(f"{VIEW}, cached", WITH_ISSO, True, 1_000, _times(VIEW, ISSO)),
    Aim(ALL, WITH_ISSO, True, 100, _times(ALL, ISSO)),
    Aim(ALL, WITH_WALINE, True, 100, _times(ALL, WALINE)),
    Aim("first view, not cached, SQLite", "a second", True, 1_000, _rate(NOTHING_KEPT)),
    Aim(
        "first page at 1,000,000 comments, the worst of three shapes",
        "times that at 100",
        False,
        1.2,
        lambda r: max(one.uncached[1] / one.uncached[0] for one in r.flat),
    ),
    Aim(POSTS, WITH_ISSO, True, 2, _times(POSTS_OF_KNOWN, ISSO)),
    Aim(POSTS, WITH_WALINE, True, 4, _times(POSTS_OF_KNOWN, WALINE)),
    Aim("posts that are nearly alike", "of posts of their own", True, 0.8, _of_ordinary_posts),
    Aim(
        "posts on different pages, PostgreSQL",
        "with two processes, times one",
        True,
        1.4,
        lambda r: _need(r.many).posts_times("PostgreSQL", 2),
    ),
    Aim(FLOOD, "for 99 of 100", False, 100, _p99_in_a_flood, " ms"),
    Aim(
        FLOOD,
        "posts refused without Retry-After, or lost",
        False,
        0,
        lambda r: sum(one.untold + one.failed for one in _floods(r)),
    ),
    Aim(STREAMS, "each", False, 15, lambda r: _need(r.streams).memory / 1e3, " kB"),
    Aim(STREAMS, "until all hear", False, 1, lambda r: _need(r.streams).all_told, " s"),
    Aim(IMPORT, "comments/s", True, 3_000, _slowest_import),
    Aim(MEMORY, "idle", False, 80, lambda r: _need(r.start).idle.resident / 1e6, " MB"),
    Aim(MEMORY, "mixed load", False, 140, lambda r: r.memory[OURS, 1][1].resident / 1e6, " MB"),
    Aim("start", "until the first answer", False, 1, lambda r: _need(r.start).seconds, " s"),
)


def aims_table(results: Results) -> str:
    """Return the table of all aims with what this run measured."""
    rows = [aim.row(results) for aim in AIMS]
    title = "Aimed at, and reached in this run: pieces of work a second, medians of its rounds."
    return f"{title}\n\n{table(['work', 'aimed at', 'measured', 'reached'], rows)}"
