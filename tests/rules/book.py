"""The page about the rules, made of the rules themselves: `python -m tests.rules.book` writes it."""

import sys
from inspect import getdoc
from pathlib import Path
from typing import Any

from comments.rules import RULES, Outcome

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"

INTRODUCTION = """# The rules

For moderators and owners. Every comment and every edit is judged by this list before it is stored. All
rules are asked, in this order, until one has a final word; the strongest of what they say counts. If none
says anything, the comment waits: nothing is published because a rule was forgotten.

| outcome | what becomes of the comment | what its author sees |
|---|---|---|
"""
MEANS = {
    Outcome.APPROVE: ("it is public", "it is public"),
    Outcome.HOLD: ("it waits for a moderator, with its reasons", "it waits, and mostly why"),
    Outcome.SPAM: ("it lies in Spam", "it waits"),
    Outcome.SILENT: ("it lies apart from Spam and is in no count and no digest", "it waits"),
    Outcome.REFUSE: ("it is not stored", "why it cannot be posted"),
}
BETWEEN = """
Stronger than another is the one further down in this table. Which words, addresses, days and numbers a rule
goes by is for each site to say: [settings](settings.md#settings-of-a-site),
[moderating](../how-to/moderate.md). This page is made of the code by `make rules`, and a test holds it.

## In this order
"""

AFTERWARDS = """
## Afterwards

Where a site has [outside checks](../how-to/outside-checks.md), they are asked once the comment is stored,
about what the list lets pass or holds, unless a moderator wrote it or somebody whom one trusts. What would
be public waits until they have answered; they can hold it or call it spam, and never publish what the list
does not.
"""


def page() -> str:
    """Return the page as it should be."""
    outcomes = [f"| `{outcome}` | {what} | {seen} |" for outcome, (what, seen) in MEANS.items()]
    rules = [_chapter(number, rule) for number, rule in enumerate(RULES, 1)]
    return INTRODUCTION + "\n".join(outcomes) + "\n" + BETWEEN + "\n" + "\n".join(rules) + AFTERWARDS


def _chapter(number: int, rule: Any) -> str:
    module = sys.modules[rule.__module__]
    why, what = (_one_line(getdoc(documented)) for documented in (module, rule))
    return f"{number}. **{rule.__name__.replace('_', ' ').capitalize()}.** {why} {what}\n"


def _one_line(documentation: str | None) -> str:
    return " ".join((documentation or "").split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
