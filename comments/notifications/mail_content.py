"""What a mail says, before it is HTML or plain text: written once, so that both say the same."""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

WIDTH = 66
_TURNING = {"ltr": {"R", "AL"}, "rtl": {"L"}}
"""The classes of letters that run against a direction (Unicode, UAX #9)."""

_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class MailLink:
    """Words that lead to one of our own addresses, or to a page of the site; never to a stranger's."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ClassVar = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody wrote, as lines of plain text; `loud` for what the mail is about."""

    kind: ClassVar = "quote"
    text: str
    loud: bool = False


@dataclass(frozen=True, slots=True)
class MailEntry:
    """One of several things that are listed: who, what is known of them, what they wrote, and more lines.

    `times` says how many it stands for, such as "× 37"; empty for one by itself.
    """

    kind: ClassVar = "entry"
    name: str
    note: str
    text: str
    facts: Sequence[str]
    times: str = ""


Part = Paragraph | Quote | MailEntry
Line = Sequence[str | MailLink]
"""One line of the foot: words, with links among them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject and contents in one language (a BCP 47 tag), and the direction that it is read in."""

    subject: str
    lang: str
    heading: str
    parts: Sequence[Part] = ()
    button: MailLink | None = None
    after: Sequence[Part] = ()
    """What stands below the button."""
    foot: Sequence[Line] = ()
    direction: str = "ltr"


def plain_text(letter: Letter) -> str:
    """Return the letter as plain text of short lines."""
    in_plain = partial(_in_plain, direction=letter.direction)
    blocks = [_filled(letter.heading), *map(in_plain, letter.parts)]
    if letter.button is not None:
        blocks.append(f"{_filled(letter.button.words)}\n{letter.button.address}")
    blocks += map(in_plain, letter.after)
    # Mail programs take what follows this line for the sender's standing words.
    foot = "\n".join(["-- ", *(_foot_line(line) for line in letter.foot)])
    return "\n\n".join([*blocks, foot] if letter.foot else blocks) + "\n"


def isolated(text: str, direction: str) -> str:
    """Keep a name or text that runs against `direction` from turning what stands around it."""
    turns = any(unicodedata.bidirectional(char) in _TURNING[direction] for char in text)
    return f"\u2068{text}\u2069" if turns else text


def _in_plain(part: Part, direction: str) -> str:
    if isinstance(part, Quote):
        lines = [_filled(line, prefix="> ") for line in part.text.splitlines()]
        return "\n".join(lines)
    if isinstance(part, MailEntry):
        times = f" {part.times}" if part.times else ""
        note = f" ({part.note})" if part.note else ""
        lines = [isolated(line, direction) for line in part.text.splitlines() if line.strip()]
        inner = [_filled(line, prefix="  ") for line in [*lines, *part.facts]]
        return "\n".join([_filled(f"* {isolated(part.name, direction)}{times}{note}"), *inner])
    return _filled(part.text)


def _foot_line(line: Line) -> str:
    """Write words as they are, and each address on a line of its own: it may be long."""
    written = ""
    for piece in line:
        if isinstance(piece, MailLink):
            written = f"{written.rstrip()}\n{piece.words}\n{piece.address}\n"
        elif piece.strip(" ·"):
            written += piece
    return "\n".join(_filled(one) if "://" not in one else one for one in written.strip().splitlines())


def _filled(text: str, prefix: str = "") -> str:
    flat = _BLANKS.sub(" ", text.strip())
    return (
        textwrap.fill(
            flat,
            WIDTH,
            initial_indent=prefix,
            subsequent_indent=prefix,
            break_long_words=False,
            break_on_hyphens=False,
        )
        or prefix.rstrip()
    )
