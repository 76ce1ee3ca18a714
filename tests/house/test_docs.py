"""The documentation leads to what is there, says for whom each page is, and stays short enough to be read."""

import re
from pathlib import Path

import click
import pytest

from comments.cli import program
from tests.house.source import ROOT

DOCS = ROOT / "docs"
BESIDE = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")]
PAGES = sorted(path for path in DOCS.rglob("*.md"))
MOST_WORDS = 32_500
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^|`|/)comments ([a-z]+(?: [a-z-]+)?)", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:|/", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_command_exists(page: Path) -> None:
    named = COMMAND.findall(page.read_text())

    assert [command for command in named if not exists(command.split())] == []


def test_every_page_says_in_its_first_line_for_whom_it_is() -> None:
    silent = [
        str(page.relative_to(DOCS))
        for page in PAGES
        if not is_record(page) and not re.match(r"(?s)# [^\n]+\n\nFor ", page.read_text())
    ]

    assert silent == []


def test_the_index_leads_to_every_page() -> None:
    index = DOCS / "index.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(index.read_text())}

    missing = [
        str(page.relative_to(DOCS)) for page in PAGES if page != index and page.resolve() not in linked
    ]

    assert [page for page in missing if not page.startswith(("decisions/", "how-to/guides/"))] == []


def test_all_of_it_can_be_read_in_an_evening() -> None:
    pages = [page for page in PAGES if page.parent.name != "screens"]

    assert sum(len(page.read_text().split()) for page in pages) <= MOST_WORDS


def is_record(page: Path) -> bool:
    return page.parent.name == "decisions"


def exists(words: list[str]) -> bool:
    """Whether a command has this name; the second word counts only where a command has others below it."""
    command: click.Command | None = program
    for word in words:
        if not isinstance(command, click.Group):
            return True
        command = command.get_command(click.Context(command), word)
    return command is not None
