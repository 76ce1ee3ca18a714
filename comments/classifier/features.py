"""What a comment is recognised by: its words, pieces of them, where it leads, and the facts. Pure."""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from comments.rules import Draft, Facts
from comments.rules.matching.text import hosts_in, is_unspaced, readable, words_in
from comments.text.plain import skeleton

BUCKETS = 2**18
"""Signs are counted under their hashes: this bounds what a site can take, whatever is written there."""

CHARS_READ = 4_000
"""Of a longer text its beginning and its end: a look at it must not take long."""

MOST_SIGNS = 600
LONGEST_WORD = 24
PIECE = 5
"""Characters of a piece: `casino` and `casinos` share some, and so do words that somebody has joined."""
PIECE_UNSPACED = 2

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """By what a comment is recognised; `words` and `pieces` each tell the same text in their own way.

    Words are kept as they look, whichever letters they are made of; `spelled` says how they were written.
    """

    words: tuple[str, ...]
    pieces: tuple[str, ...]
    spelled: Mapping[str, str] = field(default_factory=dict)

    def buckets(self) -> list[int]:
        """Return what is counted, each once."""
        return sorted({bucket_of(sign) for sign in (*self.words, *self.pieces)})

    def in_words(self, sign: str) -> str:
        """Return one of them as moderators read it."""
        kind, _, what = sign.partition(" ")
        return _WORDS[kind].format(" ".join(self.spelled.get(word, word) for word in what.split(" ")))


def features_of(draft: Draft) -> FeatureSet:
    """Return what the comment itself shows."""
    text = readable(_cut(draft.text))
    words = [word for word in words_in(text).split() if len(word) <= LONGEST_WORD]
    found = [
        *(f"link {host}" for address in _addresses(draft) for host in hosts_in(readable(address))),
        *(f"name {word}" for word in words_in(readable(draft.name)).split()),
        *_amounts(draft),
        *(f"word {word}" for word in words),
        *(f"words {one} {other}" for one, other in pairwise(words)),
    ]
    pieces = [f"piece {piece}" for piece in _pieces(text, words)]
    spelled = {skeleton(word): word for word in _WORD.findall(f"{text} {readable(draft.name)}")}
    return FeatureSet(_first(found), _first(pieces), spelled)


def signs_of_facts(facts: Facts, hour: int) -> tuple[str, ...]:
    """Return what is known beside the comment; `hour` is that of the day, in UTC."""
    known = "first" if facts.author_approved == 0 else "known"
    return (
        f"author {known}",
        f"hours {hour // 6 * 6}",
        *(("similar",) if facts.similar else ()),
        *(("renamed",) if facts.name_changed else ()),
        *(("opens",) if facts.thread.is_new else ()),
    )


_WORDS = {
    "link": "a link to {}",
    "name": "the name “{}”",
    "links": "{} links",
    "length": "its length ({})",
    "website": "a website",
    "capitals": "capitals",
    "word": "“{}”",
    "words": "“{}”",
    "piece": "“…{}…”",
    "author": "a {} author",
    "hours": "the hour",
    "similar": "similar comments",
    "renamed": "another name than before",
    "opens": "being the first on its page",
}


def bucket_of(sign: str) -> int:
    """Return where a sign is counted, the same in every process and release."""
    return zlib.crc32(sign.encode()) % BUCKETS


def _addresses(draft: Draft) -> Iterable[str]:
    return (*draft.links, *((draft.website,) if draft.website else ()))


def _amounts(draft: Draft) -> Iterator[str]:
    count, length = len(draft.links), len(draft.text)
    yield f"links {count}" if count < 3 else "links many"
    yield f"length {next((name for most, name in _LENGTHS if length <= most), 'very long')}"
    if draft.website:
        yield "website"
    letters = sum(map(str.isalpha, draft.text[:CHARS_READ]))
    if letters > 20 and sum(map(str.isupper, draft.text[:CHARS_READ])) > letters / 3:
        yield "capitals"


_LENGTHS = ((40, "very short"), (160, "short"), (600, "middling"), (2_000, "long"))


def _pieces(text: str, words: Sequence[str]) -> Iterator[str]:
    if is_unspaced(text):
        chars = "".join(char for char in text if char.isalnum())
        yield from (chars[at : at + PIECE_UNSPACED] for at in range(len(chars) - PIECE_UNSPACED + 1))
        return
    for word in words:
        yield from (word[at : at + PIECE] for at in range(len(word) - PIECE + 1))


def _first(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MOST_SIGNS]


def _cut(text: str) -> str:
    half = CHARS_READ // 2
    return text if len(text) <= CHARS_READ else f"{text[:half]} {text[-half:]}"
