"""Limits that hold before anything is parsed, so that no text costs more than 200 ms of work.

Length alone does not hold it. The numbers were found by measuring which repeated marks cost more than their
length (markdown-it-py 4, linkify-it-py 2, bleach 6.4): `[`, addresses and nesting are quadratic, lines and
tags are dear. `tests/text/test_cost.py` measures them again.
"""

import re

from comments.text.errors import BodyEmpty, BodyTooComplex, BodyTooLong

MAX_BODY_LENGTH = 10_000
"""Code points in a comment that somebody writes."""

MAX_LINES = 1_000
MAX_ADDRESSES = 200
MAX_BRACKETS = 500

MAX_BRACKET_STEPS = 600_000
"""For each `[` the parser steps over every mark up to the end of the paragraph, 0.1 µs each."""

FEW_BRACKETS = MAX_BRACKET_STEPS // MAX_BODY_LENGTH
MARKS = "\n!#$%&*+-:<=>@[\\]^_`{}~"
BLANK_LINE = re.compile(r"\n[ \t]*+\n")

MAX_TAGS = 3_000
"""Start and end tags of one comment; each costs the sanitiser about 15 µs. Entities cost half of it."""

MAX_ENTITIES = 4_000

# What holds a text together or sets its direction, and shows nothing by itself.
INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff\x00-\x1f\x7f-\x9f]*+"
)


class TooComplex(Exception):
    """Nested deeper, or made of more pieces, than is parsed; only inside this package."""


def check_limits(source: str) -> None:
    """Raise BodyEmpty, BodyTooLong or BodyTooComplex if a comment with this source must not be taken."""
    over = len(source) - MAX_BODY_LENGTH
    if over > 0:
        detail = f"Please shorten this by {over:,} character{'s' if over > 1 else ''}."
        raise BodyTooLong(detail, errors={"body": detail}, over=over, limit=MAX_BODY_LENGTH)
    if is_invisible(source):
        raise empty()
    if is_costly(source):
        raise too_complex()


def is_invisible(text: str) -> bool:
    return INVISIBLE.fullmatch(text) is not None


def is_costly(source: str) -> bool:
    """Whether the Markdown parser would need longer for this than its length allows."""
    return (
        source.count("[") > MAX_BRACKETS
        or source.count("\n") >= MAX_LINES
        or count_addresses(source) > MAX_ADDRESSES
        or bracket_steps(source) > MAX_BRACKET_STEPS
    )


def count_addresses(source: str) -> int:
    return source.count("://") + source.count("@")


def bracket_steps(source: str) -> int:
    """Return how often the parser may have to step over a mark to see that a `[` is not closed."""
    if source.count("[") < FEW_BRACKETS:
        return 0
    return sum(block.count("[") * sum(map(block.count, MARKS)) for block in BLANK_LINE.split(source))


def check_pieces(html: str) -> None:
    """Raise TooComplex if the sanitiser would have to take more pieces apart than the time allows."""
    if html.count("<") > MAX_TAGS or html.count("&") > MAX_ENTITIES:
        raise TooComplex


def empty() -> BodyEmpty:
    return BodyEmpty("Write something first.", errors={"body": "Write something first."})


def too_complex() -> BodyTooComplex:
    detail = "Too many links, lines or nested quotes and lists to show. Please write it more simply."
    return BodyTooComplex(detail, errors={"body": detail})
