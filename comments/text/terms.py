"""A text as searches see it: its words, and the terms under which a database keeps it.

The databases' own ways do not serve: SQLite's find nothing for two Chinese characters, PostgreSQL's keep a
whole Chinese sentence as one word. So texts are cut here, and both databases get the same terms.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from comments.text.plain import ACCENT, fold

LONGEST_WORD = 40
"""In code points; what is longer is compared by its beginning."""

# Written without spaces between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese), or with endings that
# no reader would type (Korean): such a run is found by any two characters of it that stand together.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3038-\u303b\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ASCII_WORD = re.compile("[a-z0-9]+")

NEIGHBOURS = "+"
"""Stands before a term that says what stands together; no word has it.

Of words each alone in every second text a phrase may be in none: without such terms, half the texts would
have to be read for it. They are numbers of 16 bits, for there are more pairs than words, and an index of all
pairs would be greater than the texts. What has the number of another pair, one text in thousands, is read.
"""


class _CharacterMap(dict[int, str]):
    """What each character becomes: itself in a word, a word of its own (emoji), nothing, or a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if category == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
            becomes = ""
        elif category[0] in "LNM":
            becomes = char
        else:
            becomes = f" {char} " if category == "So" else " "
        self[code] = becomes
        return becomes


_CUTTING = _CharacterMap()


@dataclass(frozen=True, slots=True)
class Term:
    """One term to be found; with `begins`, any term that begins so."""

    text: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together; with `begins`, the last one may go on."""

    words: tuple[str, ...]
    begins: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of every text that has these words, wherever they stand in it."""
        found: dict[Term, None] = {}
        for number, word in enumerate(self.words, 1):
            if not _IS_UNSPACED.match(word):
                found[Term(word, self.begins and number == len(self.words))] = None
            elif len(word) == 1:
                found[Term(word, begins=True)] = None
            else:
                found.update({Term(pair): None for pair in _pairs(word)})
        # A last word that may go on is not known: it is a neighbour by its first character, or not at all.
        is_whole = not self.begins or _IS_UNSPACED.match(self.words[-1])
        known = self.words if is_whole else self.words[:-1]
        return (*found, *(Term(term) for term in dict.fromkeys(_neighbours(known))))

    @property
    def needs_reading(self) -> bool:
        """Whether a text may have all the terms and yet not these words together."""
        return len(self.words) > 1 or (
            len(self.words[0]) > 2 and _IS_UNSPACED.match(self.words[0]) is not None
        )

    def stands_in(self, line: str) -> bool:
        """Say whether the words stand together in a text, as `word_line` writes it."""
        first, last = self.words[0], self.words[-1]
        begin = "" if _IS_UNSPACED.match(first) else " "
        end = "" if self.begins or _IS_UNSPACED.match(last) else " "
        return f"{begin}{' '.join(self.words)}{end}" in line


def phrase_of(text: str, *, begins: bool = False) -> Phrase | None:
    """Return what somebody looks for, None if there is no letter, digit or picture in it."""
    words = tuple(words_of(text))
    return Phrase(words, begins) if words else None


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, without case, width and accents."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in _ASCII_WORD.findall(text.lower())]
    bare = unicodedata.normalize("NFKC", ACCENT.sub("", unicodedata.normalize("NFKD", fold(text))))
    words: list[str] = []
    for word in bare.translate(_CUTTING).split():
        if word.isascii() or not _IS_UNSPACED.search(word):
            words.append(word[:LONGEST_WORD])
        else:
            runs = _RUN.findall(word)
            words += [run if _IS_UNSPACED.match(run) else run[:LONGEST_WORD] for run in runs]
    return words


def word_line(words: Iterable[str]) -> str:
    """Return words as one line in which `Phrase.stands_in` looks for others."""
    return f" {' '.join(words)} "


def terms_of(words: Sequence[str]) -> set[str]:
    """Return the terms under which a text of these words is kept."""
    unspaced = _unspaced(words)
    found = set(words) - unspaced
    for run in unspaced:
        found.update(_pairs(run))
        # A single character is looked for as the beginning of a pair; the last one begins none.
        found.add(run[-1])
    found.update([_number(together) for together in set(_together(words, unspaced))])
    return found


def _unspaced(words: Sequence[str]) -> set[str]:
    # All at once first: hardly any text has such runs, and to ask each word takes longer than all else.
    if not _IS_UNSPACED.search(" ".join(words)):
        return set()
    return {word for word in set(words) if not word.isascii() and _IS_UNSPACED.match(word)}


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _neighbours(words: Sequence[str]) -> list[str]:
    return [_number(together) for together in _together(words, _unspaced(words))]


def _together(words: Sequence[str], unspaced: Set[str]) -> list[str]:
    """Return what stands together: two words, or three characters of a script without spaces.

    Such a run is known to its neighbours by the character beside them, as a phrase may have a part of it.
    """
    if not unspaced:
        return [f"{one} {other}" for one, other in pairwise(words)]
    triples = [run[at : at + 3] for run in words if run in unspaced for at in range(len(run) - 2)]
    lasts = [word[-1] if word in unspaced else word for word in words]
    firsts = [word[0] if word in unspaced else word for word in words[1:]]
    return [*triples, *[f"{last} {first}" for last, first in zip(lasts, firsts, strict=False)]]


def _number(together: str) -> str:
    return f"{NEIGHBOURS}{zlib.crc32(together.encode()) & 0xFFFF:x}"
