"""The table of docs/how-to/guides-checked.md."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

CHECKED = Path(__file__).parents[2] / "docs" / "how-to" / "guides-checked.md"
HEADER = "| guide | version | on | the other article came |\n|---|---|---|---|\n"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one guide."""

    tool: str
    document: str
    version: str
    on: date
    seen: str

    @property
    def line(self) -> str:
        return f"| [{self.tool}](guides/{self.document}) | {self.version} | {self.on} | {self.seen} |"


def written(rows: list[Row], order: list[str]) -> None:
    """Write the rows in the place of those of the same tools; others keep what was seen of them before."""
    before, _, table = CHECKED.read_text().partition(HEADER)
    known = {tool_of(line): line for line in table.splitlines()} | {row.tool: row.line for row in rows}
    CHECKED.write_text(before + HEADER + "".join(f"{known[tool]}\n" for tool in order if tool in known))


def tool_of(line: str) -> str:
    return line.partition("[")[2].partition("]")[0]
