"""What is refused before it is parsed, in words that say what to do."""

import pytest

from comments.text import BodyEmpty, BodyTooComplex, BodyTooLong, check_limits, render, render_post


@pytest.mark.parametrize(
    "source", ["", "  \n\t", "\u200b\u200e", "\u3164\u2800"[:1], "\x00\x07", "\ufe0f\u00ad"]
)
def test_a_body_without_anything_to_see_is_refused(source: str) -> None:
    with pytest.raises(BodyEmpty) as refused:
        check_limits(source)

    assert refused.value.code == "body-empty"
    assert refused.value.errors == {"body": "Write something first."}


@pytest.mark.parametrize("source", ["[a]: http://b.example", "&#8203;", "```\n```", "> ", "- ", "#"])
def test_marks_that_show_nothing_are_refused_too(source: str) -> None:
    with pytest.raises(BodyEmpty):
        render_post(source)


def test_a_body_may_have_10_000_code_points() -> None:
    check_limits("\U0001f469" * 10_000)

    with pytest.raises(BodyTooLong) as refused:
        check_limits("a" * 11_214)

    assert refused.value.code == "body-too-long"
    assert refused.value.errors == {"body": "Please shorten this by 1,214 characters."}
    assert refused.value.facts == {"over": 1_214, "limit": 10_000}


@pytest.mark.parametrize(
    "source",
    [
        "[" * 501,
        "a\n" * 1_001,
        "http://a.example " * 201,
        "<a@b.example>" * 201,
        "[" * 100 + "*_" * 4_700,
    ],
    ids=["brackets", "lines", "addresses", "mail addresses", "brackets before marks"],
)
def test_what_would_take_a_parser_long_is_refused_unparsed(source: str) -> None:
    with pytest.raises(BodyTooComplex) as refused:
        check_limits(source)

    assert refused.value.code == "body-too-complex"


@pytest.mark.parametrize(
    "source",
    [">" * 21 + "a", "- " * 21 + "a", "*a " * 30 + "a* " * 30, "***a*** " * 1_200],
    ids=["quotes", "lists", "emphasis", "pieces"],
)
def test_what_is_nested_deeper_than_is_shown_is_refused(source: str) -> None:
    check_limits(source)

    with pytest.raises(BodyTooComplex):
        render_post(source)


@pytest.mark.parametrize(
    "source",
    [
        ">" * 20 + "a",
        "- " * 19 + "a",
        "x = [[1, 2], [3, 4]]\n" * 100,
        "- - - - - - - - - - - - - - - - - - - -\n\na",
        "*" * 80 + "\na\n" + "*" * 80,
        "[a](http://b.example)\n\n" * 100,
    ],
    ids=["quotes", "lists", "code", "a line of hyphens", "lines of stars", "links"],
)
def test_what_people_write_is_not_refused(source: str) -> None:
    assert not render_post(source).is_plain


def test_a_stored_source_over_the_limits_is_shown_as_plain_text() -> None:
    """A limit may be lowered later; what was taken before stays readable."""
    for source in ("a" * 10_001, "[" * 501, ">" * 30 + "a"):
        rendered = render(source, format="markdown")

        assert rendered.is_plain
        assert rendered.text == source
