"""Text without Markdown is rendered without its parser, to the very same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.text.markdown import markdown_to_html
from comments.text.prose import prose_to_html
from comments.text.sanitise import readable

PIECES = (
    "a", "Two words", "é漢ع", "1", "2.", "3)", "10. ", "-", "- ", "+ ", "=", "==", "---", "#", "# ", ":", "://",
    "http", "https://a.example", "mailto:", "www.a.example", "(", ")", "!", '"', "'", "|", "$", "^", "%", "{",
    " ", "  ", "   ", "    ", "\n", "\n", "\n\n", "\n \n", "\t", "\u00a0", "\u3000", "\u2028", "…", "👍🏽",
    "*", "_", "~", "`", "[", "]", "<", ">", "&", "&amp;", "\\", "@", "a@b.example", "}", "/", "//", ";", ",",
)  # fmt: skip
pieces = st.sampled_from(PIECES)
written = st.one_of(
    st.lists(pieces, max_size=12).map("".join), st.text(max_size=20), st.text("ab .\n\"':1-", max_size=20)
).map(readable)


@given(written)
def test_what_is_taken_for_prose_is_rendered_as_the_parser_does(source: str) -> None:
    html = prose_to_html(source)

    assert html is None or html == markdown_to_html(source)


@pytest.mark.parametrize(
    "source",
    [
        "One line.",
        'She said: "No!" (twice)',
        "Two\nlines, 3 of them - no, two\n\n\nand a paragraph; 50% + 1 = more\n",
        "漢字と、かな。\nعربي",
    ],
)
def test_prose_needs_no_parser(source: str) -> None:
    assert prose_to_html(source) == markdown_to_html(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n",
        "- a",
        "1. a",
        "1) a",
        "# a",
        "a\n===",
        "a\n---",
        " a",
        "    a",
        "a  \nb",
        "see https://a.example",
    ],
)
def test_what_may_mean_something_is_parsed(source: str) -> None:
    assert prose_to_html(source) is None
