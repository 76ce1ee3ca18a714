"""How texts are cut for searching: words of all scripts, and the pairs of those that write without spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.text.terms import Phrase, phrase_of, terms_of, word_line, words_of


def found(wanted: str, text: str, *, begins: bool = False) -> bool:
    """Whether a search finds a text: by its terms, and by reading it where they do not suffice."""
    phrase = phrase_of(wanted, begins=begins)
    assert phrase is not None
    kept = terms_of(words_of(text))
    has_terms = all(
        any(term.startswith(one.text) for term in kept) if one.begins else one.text in kept
        for one in phrase.terms
    )
    return has_terms and (not phrase.needs_reading or phrase.stands_in(word_line(words_of(text))))


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("schweiz", "Über die SCHWEIZ."),
        ("uber", "Über die Schweiz"),
        ("STRASSE", "in der Straße"),
        ("don't", "I don't know"),
        ("spam.example", "see https://spam.example/x"),
        ("東京", "昨日は東京都に行った"),
        ("京都に", "昨日は東京都に行った"),
        ("都", "東京都"),
        ("東", "東京都"),
        ("ภาษา", "ฉันพูดภาษาไทย"),
        ("한국", "나는 한국어를"),
        ("हिन्दी", "मैं हिन्दी बोलता हूँ"),
        ("ｗｉｄｅ", "wide"),
        ("🤡", "what a 🤡!"),
        ("❤️", "I ❤ it"),
        ("soft\u00adhyphen", "softhyphen"),
        ("tower 東京", "the tower東京タワー"),
    ],
)
def test_words_are_found_in_every_script(wanted: str, text: str) -> None:
    assert found(wanted, text)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("eiz", "die Schweiz"),
        ("die uber", "Über die Schweiz"),
        ("東都", "東京都"),
        ("京東京", "東京 京東"),
        ("東京都", "東京 京都"),
        ("spam example", "spam for example"),
    ],
)
def test_what_does_not_stand_together_is_not_found(wanted: str, text: str) -> None:
    assert not found(wanted, text)


def test_the_beginning_of_a_word_finds_it() -> None:
    assert found("schw", "die Schweiz", begins=True)
    assert found("die schw", "über die Schweiz", begins=True)
    assert not found("weiz", "die Schweiz", begins=True)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("late train", "the train was late"),
        ("the late train", "the train is late, the late bus"),
        ("京都市", "市京都"),
        ("in 東京", "東京 is in Japan"),
    ],
)
def test_terms_alone_tell_what_does_not_stand_together(wanted: str, text: str) -> None:
    phrase = phrase_of(wanted)

    assert phrase is not None
    assert not all(one.text in terms_of(words_of(text)) for one in phrase.terms)


@given(st.text(alphabet="ab 東京都.", min_size=1, max_size=30), st.data())
def test_every_part_of_a_text_is_found_as_a_phrase(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    part = text[begin : data.draw(st.integers(begin + 1, len(text)))]
    ends = text[:begin][-1:].isascii() and text[:begin][-1:].isalpha() and part[:1].isascii()
    if phrase_of(part) is not None and not ends:
        assert found(part, text, begins=True)


@pytest.mark.parametrize("text", ["", "%", "_", "--", "\u200b"])
def test_where_there_is_no_letter_nothing_can_be_looked_for(text: str) -> None:
    assert phrase_of(text) is None


@given(st.text(max_size=60))
def test_every_text_is_found_by_all_of_its_words(text: str) -> None:
    words = words_of(text)

    assert all(found_by_word(word, words) for word in words)
    assert not any(char in term for term in terms_of(words) for char in " \t\n\"'\\@!~#$_")


@given(st.text(max_size=60))
def test_cutting_what_was_cut_changes_nothing(text: str) -> None:
    line = word_line(words_of(text))

    assert word_line(words_of(line)) == line or line == "  "


def found_by_word(word: str, words: list[str]) -> bool:
    phrase = Phrase((word,))
    kept = terms_of(words)
    return all(
        one.text in kept or (one.begins and any(term.startswith(one.text) for term in kept))
        for one in phrase.terms
    ) and phrase.stands_in(word_line(words))
