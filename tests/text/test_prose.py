"""Text with little Markdown is rendered without its parser, to the very same."""

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

WORDS = (
    "a", "Two", "é", "漢", "1", "2.", "3)", "-", "- a", "+", "#", "b:", "(", "(c)", '"d"', "e's", ">", "@f",
    "…", "👍🏽", "=", "mailto:a", "\u200d", "^2^", "--", "x=1", "10%", "$5", "|", "<", "&", "&amp;", "_",
    "g_h", "\\",
    "~i~", "[j]",
)  # fmt: skip
MARKED = (
    "*a*", "**b**", "`c`", "*two words*", "**two 2**", "`x = f(1)`", "`a*b`", "`<b>`", '`"q"`', "`a  b`",
    "` a `",
    "`a_b`", "`\\`", "`a&b`", "*a **", "**", "*", "***c***", "*a.*", "*.a*", "*(a)*", "**a*", "*a**", "*é*",
    "*漢*", "*a*b", "b*a*", "(*a*)", "(`b`).", "*a*,", "**a**…", '*a*"', "`a``b`", "``a``", "`a", "*a:b*",
    "*a > b*", "`://`", "*https://a.example*", "*\u0301a*", "*a\u0301*", "*a\u200d*", "**²**", "*½*", "*a*'s",
)  # fmt: skip
HOSTS = (
    "a.example",
    "a-b.c.example",
    "A.example",
    "a",
    "1.2.3.4",
    "xn--a.example",
    "a--b.example",
    "a_b.example",
)
RESTS = (
    "", "/", "/b", "/b/", "/b-c_d.e", "/b?c=d", "/?b", "/b#c", "/b+c", "/b~c", "/b//c", "/b--c", "/b..c",
    "/%62",
    "/b&c", ":80", ":80/b", ".", "/b.", "/b,", "/b!", "/b?", "/b;", "/b:", "/b)", "/b'", '/b"', "/b*",
    "/b*c*",
    "/*b*", "/b=", "/_b_", "/é", "?b", "-", ".-", "..", ".,",
)  # fmt: skip
ADDRESSES = tuple(
    f"{scheme}://{host}{rest}"
    for scheme in ("https", "http", "ftp", "HTTPS")
    for host in HOSTS
    for rest in RESTS
)
LANGUAGES = ("", "python", "js", "diff", "c++", "no such", "Text", "`", "~", "html ")


def lines(*of: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of([st.sampled_from(some) for some in of]), min_size=1, max_size=5).map(" ".join)


line = lines(WORDS, MARKED, ADDRESSES)
tame = lines(WORDS[:20], MARKED[:10], ADDRESSES[:4])
"""Of these most are known without the parser."""


def begun(with_: str, held: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(held.map(lambda words: with_ + words), min_size=1, max_size=3).map("\n".join)


code = st.lists(line | st.sampled_from(["", " ", "\t", "  a", "``", "```", " ```", "~~~", "\ta"]), max_size=3)
fenced = st.tuples(st.sampled_from(LANGUAGES), code).map(lambda of: "\n".join([f"```{of[0]}", *of[1], "```"]))
begins = ("", "", "- ", "> ", "* ", "1. ", " ", "-")
block = st.one_of([fenced, *(begun(with_, held) for held in (tame, line) for with_ in begins)])
gaps = st.sampled_from(["\n\n", "\n\n", "\n\n\n", "\n", "\n \n"])
documents = st.tuples(gaps, st.lists(block, max_size=4)).map(lambda of: of[0].join(of[1]))


@given(st.one_of(written, line, tame, documents).map(readable))
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
        "*One* and **two words**, `f(x) = <y>`; (*so*)\n**it** is\n\n2024 was > 2023 @home: 1:0",
        "See https://a.example/b-c/d.html?e=1, and\nhttp://a.example.",
        "So\n\n- *one*\n- two\n\n> `three`\n> four\n\n> five\n\n```python\nx = f(1) < 2\n\ty\n```\n\nand",
    ],
)
def test_prose_needs_no_parser(source: str) -> None:
    assert prose_to_html(source) == markdown_to_html(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n",
        "1. a",
        "1) a",
        "# a",
        "a\n===",
        "a\n---",
        " a",
        "    a",
        "a  \nb",
        "*a",
        "a*b*",
        "*a*b",
        "**a*",
        "***a***",
        "*`a`*",
        "`a``",
        "a_b_",
        "[a](https://a.example)",
        "<https://a.example>",
        "https://A.example",
        "https://a.example:80",
        "https://a.example/*b*",
        "mailto:a@a.example",
        "- a\n\n- b",
        "- a\nb",
        "> a\nb",
        "> - a",
        "a\n> b",
        "a\n- b",
        "```\na",
        "a\n```\nb\n```",
        "```\na\n\nb\n```",
        "R&amp;D",
    ],
)
def test_what_may_mean_something_is_parsed(source: str) -> None:
    assert prose_to_html(source) is None
