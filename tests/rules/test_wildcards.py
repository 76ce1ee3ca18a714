"""Entries with a `*`: what they find, and that no text and no entry makes them slow."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.rules.matching.wildcards import Wildcards

few_letters = st.text(alphabet="ab ", max_size=30)
patterns = st.text(alphabet="ab *", min_size=1, max_size=8)


def stands_in(pattern: str, text: str) -> bool:
    """Say the same slowly: try every part of the text, word for word."""
    asked = pattern.strip("*")
    parts = asked.split(" ")
    for start in range(len(text) + 1):
        for end in range(start, len(text) + 1):
            words = text[start:end].split(" ")
            if len(words) == len(parts) and all(map(fnmatchcase, words, parts)):
                return bool(asked)
    return False


@given(st.lists(patterns, max_size=4), few_letters)
def test_what_stands_in_a_text_is_found_and_nothing_else(entries: list[str], text: str) -> None:
    assert Wildcards(entries).found_in(text) == {entry for entry in entries if stands_in(entry, text)}


class Counted:
    """A text that counts how often one of its characters is looked at."""

    def __init__(self, text: str) -> None:
        self.text, self.steps = text, 0

    def __iter__(self) -> Iterator[str]:
        for char in self.text:
            self.steps += 1
            yield char


CATASTROPHIC = st.lists(
    st.builds(
        lambda piece, times, end: piece * times + end,
        st.sampled_from(["a*", "*a*", "a", "*"]),
        st.integers(1, 40),
        st.sampled_from(["", "b", "*b"]),
    ),
    min_size=1,
    max_size=50,
)


@given(CATASTROPHIC, st.integers(0, 500))
def test_each_character_is_looked_at_once_whatever_the_entries(entries: list[str], length: int) -> None:
    text = Counted("a" * length)

    Wildcards(entries).found_in(text)

    assert text.steps == length


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        (" casin* ", " online casinos here ", True),
        (" casin* ", " occasins ", False),
        (" *coin ", " my shitcoin too ", True),
        (" *coin ", " coin ", True),
        (" v*gra ", " viagra ", True),
        (" v*gra ", " vi agra ", False),
        (" buy * now ", " buy it now ", True),
        (" buy * now ", " buy now ", False),
        (" buy * now ", " buy one or two now ", False),
    ],
)
def test_a_star_is_any_part_of_one_word(pattern: str, text: str, is_found: bool) -> None:
    assert bool(Wildcards([pattern]).found_in(text)) == is_found
