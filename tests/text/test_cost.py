"""No text costs more than 200 ms of work, whatever it repeats. The tables are what was found to be dear."""

from collections.abc import Callable

import pytest

from comments.errors import Invalid
from comments.text import render, render_post
from comments.text.html.highlight import LEXERS
from comments.text.html.render import Format
from comments.text.plain import clean_email, clean_name, clean_title, clean_website
from tests.support.speed import least_share

LONGEST = 10_000
LONGEST_IMPORTED = 65_536
LONGEST_REQUEST = 65_536

REPEATED = (
    "[", "]", "!", "`", "*", "_", "~", "<", ">", "&", "#", "-", "+", "=", "|", "\\", '"', "'", "(", ":",
    "/", "@", " ", "\n", "\t", "a", "é", "\x00", "![", "[a](", "[](", "[a](b", "[][", "](", "[a]: b\n",
    "[a]:\n", "**a ", "*a_ ", "*_", "***a*** ", "~~a", "a**b", "> ", "> a\n", "- a\n ", "- > ", "+ a\n\n",
    "1. ", "1. a\n\n", "- - ", "    a\n", "http://", "http://a ", "http://a.b/(", "http://[", "://", "//",
    "mailto:", "a@b.c ", "<a@b.c>", "<a", "<!--", "<?", "<![CDATA[", "</", "&#", "&#1;", "&lt;", "`a``",
    "```\n", "~~~\n", "```py\na\n```\n", "a\n", "a\n\n", "x\n===\n", "*\n", "#\n", "[\n", "[a\n", "\\\n",
    "  \n", '*a **b "', "'a ", "/*", "<b>", "<a href='", "<p>", "</p>", "<li>", "<blockquote>",
    "<img src=http://a>", "<script>", "<script", "<style></", "<svg>", "<x>", "<b a=1>", "<pre>\n", "<!-->",
    '<a title="', "\u202e", "\ud800", "\U0001f469\u200d", "ﷺ", "̈",
)  # fmt: skip

# A run of one mark and then a run of another, each as long as the limits let through.
PAIRS = (
    ("[" * 60, "*_"), ("[" * 60, "&"), ("[" * 499, "a"), ("[a](http://b)" * 190, "**a** "),
    ("> " * 20, "a\n"), ("- " * 19, "a\n  "), ("`" * 100, "` "), ("<b>" * 19, "<p>a"),
    ("<i><b>" * 9, "<p>"), ("http://a ", "a "), ("[r]: http://a\n" * 190, "[r] "),
    ("<a href=http://b>", "<p>"), ("<ul><li>" * 9, "<li>a"), ("```\n", "<"),
)  # fmt: skip


def share(work: Callable[..., object], *arguments: object, enough: float = 1, **options: object) -> float:
    """Return what part of the longest time one call takes."""
    return least_share(lambda: work(*arguments, **options), enough)


@pytest.mark.parametrize("piece", REPEATED, ids=ascii)
def test_a_body_of_one_thing_repeated(piece: str) -> None:
    source = (piece * LONGEST)[:LONGEST]

    assert share(render, source, format="markdown") < 1
    assert share(render, source[: LONGEST // 10], format="markdown") < 1


@pytest.mark.parametrize("piece", REPEATED, ids=ascii)
def test_an_import_of_one_thing_repeated(piece: str) -> None:
    for length in (LONGEST_IMPORTED, LONGEST):
        source = (piece * length)[:length]

        assert share(render, source, format="html") < 1


@pytest.mark.parametrize(("first", "then"), PAIRS, ids=ascii)
def test_a_body_of_one_thing_and_then_another(first: str, then: str) -> None:
    formats: tuple[Format, ...] = ("markdown", "html")
    for format in formats:  # noqa: A001
        source = (first + then * LONGEST)[:LONGEST]

        assert share(render, source, format=format) < 1


def test_a_refusal_costs_next_to_nothing() -> None:
    def refused(source: str) -> None:
        with pytest.raises(Invalid):
            render_post(source)

    for source in ("a" * 60_000, "[" * 10_000, "a\n" * 5_000, "http://" * 1_400):
        assert share(refused, source, enough=0.02) < 0.02


@pytest.mark.parametrize("language", sorted({*LEXERS.values()}))
def test_a_block_that_is_highlighted(language: str) -> None:
    """Most of what a lexer can be slow at stands here; `MAX_SECONDS` ends the rest between two tokens."""
    render(f"```{language}\nx\n```", format="markdown")
    for piece in (
        "a\n",
        "\\\n",
        '"',
        "/*",
        "(",
        "{\n",
        "<a ",
        "${",
        "1_",
        "  ",
        "'a\n",
        "a(",
        "end\n\t",
        "//\n",
        "a,",
    ):
        source = f"```{language}\n{(piece * LONGEST)[:4_900]}\n```"

        assert share(render, source, format="markdown") < 1, piece


def test_blocks_share_one_budget_and_what_is_over_it_stays_plain() -> None:
    """C#'s lexer works half a second on this, and gives no token of a class that is coloured."""
    slow = "```csharp\n" + ("end\n\t" * 1_000)[:4_900] + "\n```\n"
    source = slow + "\n```py\ndef f(): pass\n```"

    assert share(render, source, format="markdown") < 1
    assert "<span" not in render(source, format="markdown").html


def test_fields_as_long_as_a_request() -> None:
    def cleaned(clean: object, text: str) -> None:
        try:
            clean(text)  # type: ignore[operator]
        except Invalid:
            return

    for clean in (clean_name, clean_title, clean_website, clean_email):
        for piece in REPEATED:
            assert share(cleaned, clean, (piece * LONGEST_REQUEST)[:LONGEST_REQUEST]) < 1
