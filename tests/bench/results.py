"""All that one run of the bench has found, and how figures are written."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.desk import Answers
from tests.bench.flat import Flat
from tests.bench.importing import Imported
from tests.bench.many import Many
from tests.bench.measuring import Figures, Who
from tests.bench.overload import Idle, Overload
from tests.bench.processes import Memory
from tests.bench.seeding import Answerable
from tests.bench.starting import Start
from tests.bench.streams import Streams
from tests.bench.tail import Tail
from tests.bench.works import Work

NOTHING = "–"


@dataclass(slots=True)
class Results:
    """All that one run of the bench has found. Memory is that of idle servers, then the most under load."""

    facts: list[str] = field(default_factory=list)
    workers: tuple[int, ...] = (1, 2)
    works: list[tuple[Work, dict[Who, Figures]]] = field(default_factory=list)
    memory: dict[Who, tuple[Memory, Memory]] = field(default_factory=dict)
    flat: list[Flat] = field(default_factory=list)
    imported: Imported | None = None
    many: Many | None = None
    tail: Tail | None = None
    streams: Streams | None = None
    overload: Overload | None = None
    idle: Idle | None = None
    start: Start | None = None
    desk: list[Answers] = field(default_factory=list)
    answerable: Answerable | None = None
    """What posts to the seeded installation may answer."""
    missing: list[str] = field(default_factory=list)


def in_short(value: float) -> str:
    if value >= 1_000:
        return f"{round(value, 1 - len(str(int(value))) + 2):,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def micros(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace(" | ", " · ") for cell in line) + " |" for line in lines)
