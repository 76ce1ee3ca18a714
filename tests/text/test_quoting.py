"""Texts that lead nowhere."""

import pytest

from comments.text.quotes import without_links


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/a?b=c",
        "HTTP://EVIL.EXAMPLE",
        "www.evil.example",
        "evil.com",
        "EVIL.COM/path?x",
        "sub.evil.co.uk:8080/x",
        "cheap-pills.xyz",
        "пример.рф",
        "xn--e1afmkfd.xn--p1ai",
        "bit.ly/3xY",
        "mailto:eve@mail.example",
        "eve@mail.example",
        "javascript:alert(1)",
        "ftp://x",
    ],
)
@pytest.mark.parametrize("around", ["{}", "see {} now", "({})", "end {}."])
def test_what_a_mail_program_would_link_is_taken_out(link: str, around: str) -> None:
    left = without_links(around.format(link), "[link]")

    assert "[link]" in left
    assert not any(
        part in left.lower() for part in ("evil", "eve", "pills", "bit.ly", "пример", "xn--", "://")
    )


@pytest.mark.parametrize(
    "text",
    [
        "I agree. But it is late.",
        "Use Node.js, it reads package.json.",
        "It costs 3.50 at 10.30 p.m., i.e. not much",
        "z. B. am Abend, d.h. spät",
        "@ana is right...",
        "سافرتُ بالقطار الليلي",
        "",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert without_links(text) == text


def test_long_texts_take_no_longer_than_they_must() -> None:
    # Each would keep a careless pattern busy for minutes.
    for costly in ("a." * 5_000, "a@" * 5_000, "-" * 10_000 + ".com", "a" * 10_000, "http:" * 2_000):
        without_links(costly)
