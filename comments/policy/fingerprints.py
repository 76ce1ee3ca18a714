"""By what texts are known again that are the same, or nearly. Pure.

A text is cut into overlapping runs of words, each run is hashed, and the smallest of the hashes stand for
it: the more runs two texts share, the more of the smallest they share. The very smallest are its marks, by
which an index finds candidates; all together are its sketch, which says how alike two texts are.

Source: Broder, "On the resemblance and containment of documents", SEQUENCES 1997.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from comments.rules.matching.text import is_unspaced, plain_words, readable

WORDS_IN_A_RUN = 3
CHARS_IN_A_RUN = 5
"""Where no blanks stand between words."""

FEWEST_WORDS = 12
FEWEST_CHARS = 30
"""Shorter texts are not compared with others': `thanks, this helped me a lot` is said by many."""

FEWEST_WORDS_OF_ONE = 4
FEWEST_CHARS_OF_ONE = 8
"""So long are texts that are known again of one author: nobody says such a thing on every page."""

MARKS = 3
SKETCH_HASHES = 24
NEARLY_THE_SAME = 0.5
"""Share of their runs that two texts have in common; one word in ten changed leaves about this much."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a text is known again by. `group` is the same for the same text, `sketch` its smallest hashes."""

    marks: tuple[int, ...]
    sketch: bytes
    group: int
    is_short: bool = False

    @property
    def passing(self) -> int:
        """How many texts that are alike say nothing: people do say a short thing twice."""
        return 1 if self.is_short else 0

    def said_by(self, author_id: UUID) -> "Fingerprint":
        """Return what is known again: of a short text, that this author said it; others may say it too."""
        return _short(f"{author_id} {self.group}") if self.is_short else self


def fingerprint_of(text: str) -> Fingerprint | None:
    """Return the fingerprint of a text, None for one that is too short to have one.

    That of a short one, `is_short`, is good for nothing until it is `said_by` somebody.
    """
    folded = readable(text)
    runs = _runs(folded)
    if not runs:
        return _short_print_of(folded)
    # As bytes they have the order of the numbers that they are.
    smallest = sorted(set(map(_digest, runs)))[:SKETCH_HASHES]
    sketch = b"".join([digest[:4] for digest in smallest])
    return Fingerprint(tuple(map(_number, smallest[:MARKS])), sketch, _number(_digest(sketch.hex())))


def likeness(one: bytes, other: bytes) -> float:
    """Return about which share of their runs two texts have in common, from their sketches."""
    ours, theirs = _hashes(one), _hashes(other)
    union = sorted({*ours, *theirs})[:SKETCH_HASHES]
    both = {*ours} & {*theirs}
    return sum(1 for value in union if value in both) / len(union)


def _short_print_of(folded: str) -> Fingerprint | None:
    if is_unspaced(folded):
        chars = "".join(char for char in folded if char.isalnum())
        return _short(chars) if len(chars) >= FEWEST_CHARS_OF_ONE else None
    words = plain_words(folded)
    return _short(" ".join(words)) if len(words) >= FEWEST_WORDS_OF_ONE else None


def _short(said: str) -> Fingerprint:
    digest = _digest(said)
    return Fingerprint((_number(digest),), digest[:4], _number(digest), is_short=True)


def _runs(folded: str) -> set[str]:
    if is_unspaced(folded):
        chars = "".join(char for char in folded if char.isalnum())
        return _pieces(chars, CHARS_IN_A_RUN) if len(chars) >= FEWEST_CHARS else set()
    words = plain_words(folded)
    if len(words) < FEWEST_WORDS:
        return set()
    return set(map(" ".join, zip(*(words[at:] for at in range(WORDS_IN_A_RUN)), strict=False)))


def _pieces(chars: str, length: int) -> set[str]:
    return {chars[at : at + length] for at in range(len(chars) - length + 1)}


def _digest(run: str) -> bytes:
    return blake2b(run.encode(), digest_size=8).digest()


def _hashes(sketch: bytes) -> Sequence[int]:
    return struct.unpack(f">{len(sketch) // 4}I", sketch)


def _number(digest: bytes) -> int:
    """Return 8 bytes as a number that databases have."""
    return int.from_bytes(digest, "big", signed=True)
