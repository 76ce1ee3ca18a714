"""Many patterns at once find what one after another would."""

from hypothesis import given
from hypothesis import strategies as st

from comments.rules.matching.patterns import Finder

few_letters = st.text(alphabet="ab ", max_size=30)


@given(st.lists(st.text(alphabet="ab ", min_size=1, max_size=6)), few_letters)
def test_what_stands_in_a_text_is_found_and_nothing_else(patterns: list[str], text: str) -> None:
    assert Finder(patterns).found_in(text) == {pattern for pattern in patterns if pattern in text}


def test_patterns_inside_each_other_are_all_found() -> None:
    assert Finder(["she", "he", "hers", "his"]).found_in("ushers") == {"she", "he", "hers"}


def test_an_empty_pattern_is_nowhere() -> None:
    assert Finder([""]).found_in("text") == set()
    assert Finder([]).found_in("text") == set()
