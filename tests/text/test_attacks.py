"""Nothing that anybody writes runs, loads, or leads anywhere but where a link says: the whole corpus."""

import re
from collections.abc import Callable
from html import escape

import pytest

from comments.errors import Invalid
from comments.text import render
from comments.text.html.render import Format
from comments.text.html.sanitise import sanitise
from comments.text.plain import clean_name, clean_title, clean_website
from comments.threads.addresses.urls import normalise_url
from tests.corpus import ATTACKS, Attack, attacks
from tests.support.html_oracle import faults, links_of, nh3_changes, parsed, text_of

BODIES = attacks("html", "markdown")
FORMATS: tuple[Format, ...] = ("markdown", "html")
CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]"
)

CONTROLS_OF_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")


def named(attack: Attack) -> str:
    return f"{attack.field}: {attack.name}"


def accepted(clean: Callable[[str], str], text: str) -> str | None:
    try:
        return clean(text)
    except Invalid:
        return None


def test_the_corpus_is_large_and_has_every_field() -> None:
    assert len(ATTACKS) >= 150
    assert {attack.field for attack in ATTACKS} == {"html", "markdown", "name", "title", "website", "url"}
    assert len({(attack.field, attack.text) for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", BODIES, ids=named)
def test_a_body_comes_out_harmless(attack: Attack) -> None:
    for format in FORMATS:  # noqa: A001
        rendered = render(attack.text, format=format)

        assert faults(rendered.html) == []
        assert nh3_changes(rendered.html) == []
        assert list(rendered.links) == links_of(rendered.html)
        assert not CONTROLS_OF_TEXT.search(rendered.text)
        assert sanitise(rendered.html, classes=format == "markdown").html == rendered.html


@pytest.mark.parametrize("attack", BODIES, ids=named)
def test_the_sanitiser_alone_is_enough(attack: Attack) -> None:
    """The walls in front of it (no HTML in Markdown, the rewriting of imports) may fall."""
    for classes in (True, False):
        safe = sanitise(attack.text, classes=classes).html

        assert faults(safe) == []
        assert nh3_changes(safe) == []
        assert sanitise(safe, classes=classes).html == safe


@pytest.mark.parametrize("attack", attacks("name", "title"), ids=named)
def test_a_name_or_title_is_one_line_of_readable_text(attack: Attack) -> None:
    for clean in (clean_name, clean_title):
        cleaned = accepted(clean, attack.text)
        if cleaned is not None:
            assert not CONTROLS.search(cleaned)
            assert len(cleaned) <= 300
            assert clean(cleaned) == cleaned


@pytest.mark.parametrize("attack", attacks("website"), ids=named)
def test_a_website_is_refused_or_safe_in_an_attribute(attack: Attack) -> None:
    website = accepted(clean_website, attack.text)
    if website is None:
        return

    assert re.fullmatch(r"https?://[a-z0-9.-]+\.[a-z0-9-]+(:[0-9]+)?([/?#][!-~]*)?", website)
    assert not set("\"'<>`\\") & set(website)
    quoted = f'<a href="{website}" rel="nofollow ugc noopener noreferrer">x</a>'
    assert faults(quoted) == []


@pytest.mark.parametrize("attack", attacks("url"), ids=named)
def test_a_page_address_is_refused_or_plain_ascii(attack: Attack) -> None:
    key = accepted(normalise_url, attack.text)
    if key is None:
        return

    assert re.fullmatch(r"https?://[!-~]+", key)
    assert "\\" not in key
    assert faults(f'<a href="{escape(key)}" rel="nofollow ugc noopener noreferrer">x</a>') == []


def test_the_oracle_sees_what_is_harmful() -> None:
    for html in (
        "<script>alert(1)</script>",
        "<p onclick=x>x</p>",
        "<a href='javascript:x' rel='nofollow ugc noopener noreferrer'>x</a>",
        "<a href='java\tscript:x' rel='nofollow ugc noopener noreferrer'>x</a>",
        "<a href='http://a.example'>x</a>",
        "<svg><p>x</p></svg>",
        "<!-- x -->",
        "<span class=admin>x</span>",
        "a < b",
        "x\u202ey",
    ):
        assert faults(html), html
    assert nh3_changes("<b onclick=x>x</b>")
    assert not nh3_changes("<b>x</b>")
    assert text_of("<p>a &lt; b</p>") == "a < b"
    assert parsed("<b>x", scripting=True)[0].text == "x"
