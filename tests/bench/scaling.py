"""What a great many comments take: on the disk, to be filled, asked, backed up and removed; on PostgreSQL."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import scaling_asking as asking
from tests.bench import scaling_filling as filling
from tests.bench import scaling_upkeep as upkeep
from tests.bench.scaling_asking import Cost
from tests.bench.scaling_filling import Filled
from tests.bench.scaling_rows import STEP, Measures
from tests.bench.scaling_upkeep import Done, Size

SMALL, HUGE = 100_000, 10_000_000
TERMS = 40_000
DONE_ONCE = ("", "rows", "took", "rows a second", "longest transaction", "")
BYTES_A_COMMENT = 4_000
"""With indexes, WAL, and what sorting them and a dump take meanwhile."""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, numbers on the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def sizes_table(sizes: Sequence[Size], comments: int) -> str:
    """Return every table with its indexes below it, and what each has for one of the comments."""
    rows = []
    tables = [one for one in sizes if not one.is_index and one.rows > 0]
    whole = {
        of.name: of.size + sum(one.size for one in sizes if one.is_index and one.table == of.name)
        for of in tables
    }
    for of in sorted(tables, key=lambda one: -whole[one.name]):
        indexes = [one for one in sizes if one.is_index and one.table == of.name]
        rows.append(_size_row(f"**{of.name}**", of.size, of.rows, comments))
        rows += [_size_row(one.name, one.size, of.rows, comments) for one in indexes if one.size > 100_000]
    return table(["", "MB", "rows of the table", "bytes a row", "bytes a comment"], rows)


def _size_row(name: str, size: int, rows: int, comments: int) -> list[str]:
    return [name, f"{size / 2**20:,.0f}", f"{rows:,}", f"{size / rows:,.0f}", f"{size / comments:,.0f}"]


def costs_table(few: Mapping[str, Cost], many: Mapping[str, Cost], sizes: tuple[int, int]) -> str:
    """Return what each question cost on both."""
    rows = [
        [
            title,
            _time(few[title]),
            _time(cost),
            f"{cost.times(few[title]):.2f}",
            f"{few[title].pages:,}",
            f"{cost.pages:,}",
            f"{cost.first * 1e3:.0f} ms",
            str(cost.statements),
            f"{cost.wal / 1024:,.1f} kB" if cost.wal > 200 else "–",
            ", ".join(sorted(set(cost.walked))) or "–",
        ]
        for title, cost in many.items()
    ]
    less, more = (f"{size:,}" for size in sizes)
    return table(
        [
            "",
            less,
            more,
            "cost ×",
            f"pages read, {less}",
            more,
            "the first time",
            "statements",
            "WAL",
            "walked through",
        ],
        rows,
    )


def _time(cost: Cost) -> str:
    return f"{cost.median * 1e3:.1f} ms ±{cost.spread:.0%}"


def done_row(one: Done) -> str:
    """Return a line of the table of what was done once."""
    cells = [
        one.title,
        f"{one.rows:,}",
        f"{one.seconds:,.1f} s",
        f"{one.rows / one.seconds:,.0f}",
        "–" if one.longest is None else f"{one.longest * 1e3:,.0f} ms",
        one.remark,
    ]
    return "| " + " | ".join(cells) + " |"


def filled_table(filled: Sequence[Filled]) -> str:
    """Return how long filling took."""
    heads = ["", *(f"{one.comments:,}, {one.terms:,} of them with terms" for one in filled)]
    rows = [[step, *(f"{one.steps[step]:,.0f} s" for one in filled)] for step in filled[0].steps]
    return table(heads, rows)


def room_for(comments: int, free: int) -> bool:
    """Return whether so many bytes are enough."""
    return comments * BYTES_A_COMMENT < free


def main() -> None:
    """Fill, measure, print the tables, and remove everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scaling", description=__doc__)
    parser.add_argument("--rows", type=int, default=HUGE, help=f"comments, a multiple of {STEP:,}; {HUGE:,}")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="leave the databases there, for the next run"
    )
    asked = parser.parse_args()
    measures = [Measures(SMALL), Measures(asked.rows)]
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)

    with ExitStack() as stack:
        home = asked.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="comments-scaling-"))
        )
        home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(home).free
        if not (home / "filled.json").exists() and not room_for(asked.rows, free):
            sys.exit(
                f"{asked.rows:,} comments need {asked.rows * BYTES_A_COMMENT / 1e9:.0f} GB, "
                f"{free / 1e9:.0f} GB are free in {home}"
            )
        for part in report(home, measures, say):
            print(part, flush=True)


def report(home: Path, measures: Sequence[Measures], say: filling.Say) -> Iterator[str]:
    """Yield the tables, each once it is measured; databases that are there already are not filled again."""
    names = [f"comments_{one.comments}" for one in measures]
    server, filled = filling.ready(home, dict(zip(names, measures, strict=True)), TERMS, say)
    yield f"## Filling\n\n{filled_table(filled)}\n"
    with server.running(filling.WHILE_MEASURING) as url:
        urls = [f"{url}/{name}" for name in names]
        for of, one in zip(measures, urls, strict=True):
            yield f"## Sizes of {of.comments:,}\n\n{sizes_table(upkeep.sizes(one), of.comments)}\n"
        few, many = asking.measure(list(zip(urls, measures, strict=True)), home, say)
        yield f"## Pages\n\n{costs_table(few, many, (measures[0].comments, measures[1].comments))}\n"
        elsewhere = filling.empty(url, "comments_moved")
        yield "## Done once\n\n" + table(DONE_ONCE, [])
        for done in upkeep.measure(server, urls[1], elsewhere, measures[1], home, say):
            yield done_row(done)


if __name__ == "__main__":
    main()
