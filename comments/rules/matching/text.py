"""How texts and list entries are read so that they can be compared: as words, and as names of hosts. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from comments.sites.urls.addresses import AddressFault, ascii_host
from comments.text.plain import ASCII_LOOKS, fold, readable_line, skeleton

_APOSTROPHES = "'’"
_FEWEST_SPELLED_LETTERS = 3
_FEWEST_LETTERS_OF_WILDCARD = 3
_MOST_MARKS = 8
_LONGEST_HOST = 253

# Begins only where a name can begin, and gives nothing back: else 64 kB of letters would take minutes.
_DOTTED_NAME = re.compile(r"(?<![\w-])[\w-]++(?:\.[\w-]++)++")
_LEET = str.maketrans("@4835$7!+", "aabesstit")
_LEET_CHARS = frozenset("@4835$7!+10")
_MARK_OF_ANY = "\ua66e"  # a letter of one Slavonic manuscript
_NAMED_HOST = "host:"
_HOST_ENTRY = re.compile(
    r"(?:https?://)?(?:\*\.)?([\w-]+(?:\.[\w-]+)*\.(?:[^\W\d_]{2,}|xn--[a-z0-9-]+))\.?/?"
)

# Of an ASCII text: how its letters and digits look, and a gap for all else.
_ASCII_WORDS = {code: look if chr(code).isalnum() else " " for code, look in ASCII_LOOKS.items()}

_ENDING = re.compile(r"\.?([^\W\d_]{2,63})")

# Thai, Lao, Burmese, Khmer, kana, Han, Hangul: no blanks between words, or endings joined to them.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)


def readable(text: str) -> str:
    """Return a text without what cannot be seen, on one line, folded: what the other functions read."""
    if not text.isascii() and any(map(unicodedata.combining, set(text))):
        text = "".join(_without_towers(text))
    return fold(readable_line(text))


def words_in(readable_text: str) -> str:
    """Return the words of a text as they look, a blank before and after each.

    On the lines after them come words that somebody has taken apart: `c a s i n o`, `cas.ino`; and, where
    numbers and signs stand for letters, all the words again with the letters: `c4$1n0`.
    """
    seen = _Skeletons()
    read = _words_in(readable_text, seen)
    spoken = _spoken(readable_text)
    return read if spoken == readable_text else f"{read}\n{_words_in(spoken, seen)}"


def plain_words(readable_text: str) -> list[str]:
    """Return the words on the first line of `words_in`, without looking for what was taken apart."""
    if readable_text.isascii():
        return readable_text.translate(_ASCII_WORDS).split()
    return _words_in(readable_text, _Skeletons()).partition("\n")[0].split()


def wildcard_in(entry: str) -> str:
    """Return what an entry with a `*` looks like in `words_in` of a text; empty if it has too few letters.

    `*` alone would find everything, and so would every entry that is hardly more.
    """
    marked = readable(entry.replace("*", _MARK_OF_ANY))
    pattern = words_in(marked).partition("\n")[0].replace(_MARK_OF_ANY, "*")
    letters = sum(char.isalnum() for char in pattern)
    return pattern if "*" in pattern and letters >= _FEWEST_LETTERS_OF_WILDCARD else ""


def _spoken(readable_text: str) -> str:
    """Return a text with letters for the numbers and signs that stand for them, in words that have both."""
    chunks = readable_text.split(" ")
    last = len(chunks) - 1
    for at, chunk in enumerate(chunks):
        if _LEET_CHARS.isdisjoint(chunk):
            continue
        beside = (chunks[at - 1] if at else "", chunks[at + 1] if at < last else "")
        is_spelled = len(chunk) == 1 and 1 in map(len, beside)
        if is_spelled or any(map(str.isalpha, chunk)):
            # What ends a sentence is no letter.
            word = chunk.rstrip("!?.,")
            chunks[at] = word.translate(_LEET) + chunk[len(word) :]
    return " ".join(chunks)


def _words_in(readable_text: str, seen: "_Skeletons") -> str:
    marks = {char: _letter_or_gap(char) for char in set(readable_text)}
    marked = "".join(map(marks.__getitem__, readable_text))
    apart = [chunk for chunk in marked.split(" ") if chunk]
    words = re.split("[ .']+", marked)
    spelled = ("".join(run) for run in _runs_of_letters(words))
    joined = (chunk.replace(".", "") for chunk in apart if "." in chunk.strip(".") and "'" not in chunk)
    return f" {' '.join(seen[word] for word in words if word)} " + "".join(
        f"\n {seen[word]} " for word in (*spelled, *joined) if word
    )


def is_unspaced(entry: str) -> bool:
    """Say whether an entry is of a script that puts no blanks between words."""
    return not entry.isascii() and _UNSPACED.search(entry) is not None


def host_names(entry: str) -> list[str]:
    """Return how the host that a list entry names may be written in addresses; empty if it names none.

    `host:` says that a host is meant, also of one that is only an ending: `host:zip`.
    """
    written = readable(entry)
    named = written.removeprefix(_NAMED_HOST).strip()
    if named != written and _ENDING.fullmatch(named):
        return [named.removeprefix(".")]
    found = _HOST_ENTRY.fullmatch(named)
    if found is None:
        return []
    try:
        return [found[1], ascii_host(found[1])]
    except AddressFault:
        return []


def hosts_in(readable_text: str) -> Iterator[str]:
    """Yield every name with dots in a text, and each domain it lies below."""
    for name in set(_DOTTED_NAME.findall(readable_text.replace("。", "."))):
        if len(name) <= _LONGEST_HOST:
            labels = name.split(".")
            for start in range(len(labels)):
                yield ".".join(labels[start:])


def _without_towers(text: str) -> Iterator[str]:
    """Yield a text's characters with no more marks on a letter than a language needs.

    Unicode's normal forms sort the marks on each letter, in time that grows with the square of their number.
    """
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            yield char


class _Skeletons(dict[str, str]):
    """The skeletons of words, each made once."""

    def __missing__(self, word: str) -> str:
        self[word] = look = skeleton(word)
        return look


def _letter_or_gap(char: str) -> str:
    if char in _APOSTROPHES:
        return "'"
    category = unicodedata.category(char)[0]
    if category in "LNM":
        return char
    return " " if category == "Z" or char.isspace() else "."


def _runs_of_letters(words: Iterable[str]) -> Iterator[list[str]]:
    for is_letter, run in groupby(words, lambda word: len(word) == 1):
        letters = list(run)
        if is_letter and len(letters) >= _FEWEST_SPELLED_LETTERS:
            yield letters
