"""What holds for every text there is."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.text import render
from comments.text.html.render import Format
from comments.text.html.sanitise import readable, sanitise
from comments.text.plain import ASCII_LOOKS, skeleton
from tests.corpus import attacks
from tests.support.html_oracle import faults, nh3_changes, words_of

PIECES = (
    "<", ">", "</", "/>", '"', "'", "=", "&", ";", "#", "!", "-", "[", "]", "(", ")", "`", "*", "_", "~",
    "\n", " ", "\t", "\x00", "\ud800", "\u202e", "p", "a", "b", "svg", "math", "style", "script", "title",
    "textarea", "noscript", "template", "table", "select", "pre", "code", "blockquote", "li", "ol", "href",
    "title", "onclick", "class", "x", "http://", "https://a.example", "javascript:", "mailto:", "data:",
    "&lt;", "&#106;", "&colon;", "<!--", "-->", "<p>", "</p>", "<b>", "</b>", "<a href=",
    "<a href='http://a.example'>", "</a>", "<pre>\n", "<li>", "```", "    ", "![", "](", "://", "<br>",
    "<img src=x onerror=y>", "&amp;", "&quot;", "k", "span", "<span class=k>",
)  # fmt: skip

hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=40).map("".join)
formats = st.sampled_from(["markdown", "html"])
# No brackets, backticks, tildes, ampersands or less-than signs: they may hide an address or a language.
plain_alphabet = st.sampled_from("abcXYZ  \n\n*_-+>#=.!()\"'|\\{}:/@é漢ع,;?$%^")


def letters(text: str) -> str:
    return "".join(re.findall(r"[^\W\d_]", text)).casefold()


@given(hostile, formats)
def test_nothing_but_the_allow_list_comes_out(source: str, format: Format) -> None:  # noqa: A002
    html = render(source, format=format).html

    assert faults(html) == []
    assert nh3_changes(html) == []


@given(hostile)
def test_the_sanitiser_alone_lets_nothing_else_through(source: str) -> None:
    html = sanitise(source, classes=True).html

    assert faults(html) == []
    assert nh3_changes(html) == []


def test_what_ascii_looks_like_is_the_same_alone_and_among_others() -> None:
    # A letter of another script in it has the whole of it read the long way.
    for code in range(0x80):
        assert skeleton(f"д{chr(code)}д")[1:-1] == ASCII_LOOKS[code], code


@given(hostile, formats)
def test_sanitising_twice_is_sanitising_once(source: str, format: Format) -> None:  # noqa: A002
    html = render(source, format=format).html

    assert sanitise(html, classes=format == "markdown").html == html


@given(st.text(plain_alphabet, max_size=200))
def test_no_letter_of_plain_words_is_lost_in_markdown(source: str) -> None:
    assert letters(words_of(render(source, format="markdown").html)) == letters(source)


@given(st.text(max_size=200), formats)
def test_no_character_of_escaped_text_is_lost(source: str, format: Format) -> None:  # noqa: A002
    expected = re.sub(r"\s+", "", readable(source.replace("\r", "\n")))
    if format == "markdown":
        source = "".join(f"\\{char}" if re.match(r"[!-/:-@\[-`{-~]", char) else char for char in source)
        expected, source = letters(expected), f"x{source}"[1:]
        assert letters(words_of(render(source, format=format).html)) == expected
    else:
        assert words_of(render(escape(source), format=format).html) == expected


@given(hostile, formats)
def test_the_words_are_those_of_the_html(source: str, format: Format) -> None:  # noqa: A002
    rendered = render(source, format=format)

    assert re.sub(r"\s+", "", rendered.text) == words_of(rendered.html)


def test_threads_do_not_mix_their_texts() -> None:
    """A bleach cleaner that is shared between threads does (5 of 1,200 outputs wrong when it was tried)."""
    sources = [
        (f"{attack.text} {number}", f)
        for number, attack in enumerate(attacks("markdown"))
        for f in ("markdown", "html")
    ]
    expected = [render(source, format=format).html for source, format in sources]  # type: ignore[arg-type]  # noqa: A001
    barrier = threading.Barrier(4)

    def work(_: int) -> list[str]:
        barrier.wait()
        return [render(source, format=format).html for source, format in sources]  # type: ignore[arg-type]  # noqa: A001

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(work, range(4)):
            assert found == expected


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_rendering_never_raises_on_a_single_odd_character(format: Format) -> None:  # noqa: A002
    for code in (*range(0x300), *range(0xD7F0, 0xE010), *range(0xFDC0, 0x10010), 0x10FFFF):
        assert faults(render(f"a{chr(code)}b", format=format).html) == []
