"""Reads a guide as its reader does: which lines go into which file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "how-to" / "guides"
# “In `file`, …:” or “… such as in `file`:” tells to add lines; “`file` …:” to make the file.
FILE = re.compile(r"(\b[Ii]n )?`([\w@./-]+\.(?:astro|hbs|html|jsx?|json|mjs|njk|php|vue|yml))`")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of code that a guide tells to add to `file`, or that are the whole of it."""

    section: str
    file: str
    whole: bool
    code: str


def lines_of(document: str) -> list[Lines]:
    """Return every block of code of a guide that stands below the name of a file."""
    return list(_blocks((GUIDES / document).read_text()))


def _blocks(text: str) -> Iterator[Lines]:
    section = above = ""
    tokens = MarkdownIt().parse(text)
    for before, token in zip([tokens[0], *tokens], tokens, strict=False):
        if token.type == "inline":
            above = token.content
            if before.type == "heading_open":
                section = "" if before.tag == "h1" else token.content
        elif token.type == "fence" and (named := FILE.search(above)):
            yield Lines(section, named[2], whole=not named[1], code=token.content)
            above = ""
