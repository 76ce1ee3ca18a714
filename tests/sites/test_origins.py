"""Whose pages a site's discussions stand on: the list of origins, read and asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.sites.errors import OriginsRefused
from comments.sites.urls.origins import origin_allowed, parse_origins

BLOG = ["https://blog.example"]
LOCAL = ["http://localhost:8080", "http://[::1]:8080"]
PREVIEW = ["https://*.preview.example"]
MUNICH = ["https://münchen.example"]

ALLOWED = [
    ("https://blog.example", BLOG),
    ("http://blog.example", BLOG),
    ("https://www.blog.example", BLOG),
    ("https://BLOG.example", BLOG),
    ("https://blog.example.", BLOG),
    ("https://blog.example:443", BLOG),
    ("http://blog.example:80", BLOG),
    ("https://blog.example/2026/a?b#c", BLOG),
    ("https://blog.example", ["https://www.blog.example"]),
    ("https://blog.example", ["http://blog.example:80"]),
    ("https://xn--mnchen-3ya.example", MUNICH),
    ("https://MÜNCHEN.example", MUNICH),
    ("https://münchen.example", ["https://xn--mnchen-3ya.example"]),
    ("http://localhost:8080", LOCAL),
    ("http://[0:0::1]:8080/page", LOCAL),
    ("https://a.preview.example", PREVIEW),
    ("https://a.b.preview.example", PREVIEW),
    ("http://www.preview.example", PREVIEW),
    ("https://a.preview.example:8443", ["https://*.preview.example:8443"]),
    ("https://a.münchen.example", ["https://*.xn--mnchen-3ya.example"]),
    ("http://blog.localhost:3000", ["http://*.localhost:3000"]),
    ("https://b.example", ["https://a.example", "https://b.example"]),
]

NOT_ALLOWED = [
    ("https://evil.example", BLOG),
    ("https://shop.blog.example", BLOG),
    ("https://evilblog.example", BLOG),
    ("https://blog.example.evil.example", BLOG),
    ("https://blog.example:8443", BLOG),
    ("https://example", BLOG),
    ("https://blog.example@evil.example", BLOG),
    ("https://evil.example\\@blog.example", BLOG),
    ("https://evil.example#https://blog.example", BLOG),
    ("https://bl\tog.example", BLOG),
    ("https://blоg.example", BLOG),  # a Cyrillic о
    ("ftp://blog.example", BLOG),
    ("chrome-extension://blog.example", BLOG),
    ("blog.example", BLOG),
    ("//blog.example", BLOG),
    ("", BLOG),
    ("null", BLOG),
    ("null", ["null"]),
    ("null", ["https://null"]),
    ("*", ["*"]),
    ("https://blog.example", []),
    ("https://blog.example", ["nonsense", "https://"]),
    ("http://localhost", LOCAL),
    ("http://localhost:8081", LOCAL),
    ("https://preview.example", PREVIEW),
    ("https://evilpreview.example", PREVIEW),
    ("https://.preview.example", PREVIEW),
    ("https://*.preview.example", PREVIEW),
    ("https://a.preview.example.evil.example", PREVIEW),
    ("https://a.preview.example:8443", PREVIEW),
    ("https://a.preview.example", ["https://*.preview.example:8443"]),
]

REFUSED = {
    "": "must begin with",
    "blog.example": "must begin with",
    "null": "must begin with",
    "*": "may have a * only as",
    "ftp://blog.example": "must begin with",
    "javascript://blog.example": "must begin with",
    "https://": "must name a host",
    "https://blog.example/comments": "must end after the host or port: https://blog.example",
    "https://blog.example?a": "must end after the host",
    "https://blog.example#a": "must end after the host",
    "https://ann@blog.example": "user name",
    "https://blog.example:99999": "port",
    "https://blog..example": "host",
    "https://*": "may have a * only as",
    "https://*.": "host",
    "https://*.example": "a domain of yours",
    "https://*.*.preview.example": "may have a * only as",
    "https://a.*.example": "may have a * only as",
    "https://a*.preview.example": "may have a * only as",
    "https://blog.example https://news.example": "host",
}


@pytest.mark.parametrize(("origin", "origins"), ALLOWED)
def test_what_belongs_to_the_site_is_allowed(origin: str, origins: list[str]) -> None:
    assert origin_allowed(origin, origins)


@pytest.mark.parametrize(("origin", "origins"), NOT_ALLOWED)
def test_what_does_not_is_not(origin: str, origins: list[str]) -> None:
    assert not origin_allowed(origin, origins)


@pytest.mark.parametrize(("origin", "problem"), REFUSED.items())
def test_what_is_no_origin_is_refused_by_name(origin: str, problem: str) -> None:
    with pytest.raises(OriginsRefused) as caught:
        parse_origins([*BLOG, origin])

    assert caught.value.code == "origins-refused"
    assert repr(origin) in caught.value.detail
    assert problem in caught.value.errors["origins"]
    assert repr(BLOG[0]) not in caught.value.detail


def test_all_faults_are_told_together() -> None:
    with pytest.raises(OriginsRefused, match=r"'one' .*; 'two' "):
        parse_origins(["one", *BLOG, "two"])


def test_a_site_needs_an_origin() -> None:
    with pytest.raises(OriginsRefused, match="at least one origin"):
        parse_origins([])


def test_origins_are_kept_without_what_does_not_count() -> None:
    origins = [
        " HTTPS://Blog.Example:443/ ",
        "https://blog.example",
        "http://blog.example:8080",
        "https://*.Münch.example/",
        "https://www.blog.example.",
    ]

    assert parse_origins(origins) == (
        "https://blog.example",
        "http://blog.example:8080",
        "https://*.xn--mnch-0ra.example",
        "https://www.blog.example",
    )


@pytest.mark.parametrize("origins", [BLOG, LOCAL, PREVIEW, MUNICH])
def test_reading_origins_twice_changes_nothing(origins: list[str]) -> None:
    assert parse_origins(parse_origins(origins)) == parse_origins(origins)


@given(st.one_of(st.text(), st.text().map("https://{}".format)), st.lists(st.text(), max_size=3))
def test_nothing_is_raised_whatever_is_asked(origin: str, origins: list[str]) -> None:
    assert origin_allowed(origin, origins) in {True, False}
