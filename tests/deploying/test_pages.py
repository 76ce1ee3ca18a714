"""docs/deploying.md and docs/operating.md lead to what is there, and leave out no example."""

import re
from pathlib import Path

import click
import pytest

from comments.cli import program
from tests.deploying.nginx import EXAMPLES

DOCS = EXAMPLES.parents[1]
PAGES = [DOCS / name for name in ("deploying.md", "operating.md", "running.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)

    assert lost == []


def test_every_example_is_shown() -> None:
    shown = {(DOCS / link).resolve() for link in LINK.findall((DOCS / "deploying.md").read_text())}
    # Docker finds it by its name, beside the file that it belongs to.
    files = {path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix != ".dockerignore"}

    assert files - shown == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_exists(page: Path) -> None:
    named = re.findall(r"(?:^|`|/)comments ([a-z]+(?: [a-z]+)?)", page.read_text(), re.MULTILINE)

    assert named
    assert [command for command in named if not exists(command.split())] == []


def exists(words: list[str]) -> bool:
    """Whether a command has this name; the second word counts only where a command has others below it."""
    command: click.Command | None = program
    for word in words:
        if not isinstance(command, click.Group):
            return True
        command = command.get_command(click.Context(command), word)
    return command is not None
