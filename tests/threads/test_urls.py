"""One page, one key: which spellings of an address are one page, which are not, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.threads.addresses.urls import MAX_URL_LENGTH, PageUrl, normalise_url, parse_page_url
from comments.threads.errors import UrlRefused

SAME = [
    # scheme, host, port
    ("http://blog.example/a", "https://blog.example/a"),
    ("HTTPS://blog.example/a", "https://blog.example/a"),
    ("https://www.blog.example/a", "https://blog.example/a"),
    ("https://www.www.blog.example/a", "https://blog.example/a"),
    ("https://BLOG.Example/a", "https://blog.example/a"),
    ("https://blog.example./a", "https://blog.example/a"),
    ("https://blog.example:443/a", "https://blog.example/a"),
    ("http://blog.example:80/a", "https://blog.example/a"),
    ("https://blog.example:/a", "https://blog.example/a"),
    ("http://blog.example:443/a", "https://blog.example/a"),
    ("https://münchen.example/a", "https://xn--mnchen-3ya.example/a"),
    ("https://MÜNCHEN.example/a", "https://münchen.example/a"),
    ("https://bücher。example/a", "https://xn--bcher-kva.example/a"),
    ("https://ｂｌｏｇ.example/a", "https://blog.example/a"),
    ("https://💩.example/a", "https://xn--ls8h.example/a"),
    ("https://[2001:DB8:0::1]/a", "https://[2001:db8::1]/a"),
    ("  https://blog.example/a\n", "https://blog.example/a"),
    # path
    ("https://blog.example", "https://blog.example/"),
    ("https://blog.example/a/", "https://blog.example/a"),
    ("https://blog.example//a///b", "https://blog.example/a/b"),
    ("https://blog.example/a/./b/../c", "https://blog.example/a/c"),
    ("https://blog.example/a/%2E%2e/b", "https://blog.example/b"),
    ("https://blog.example/a//../b", "https://blog.example/a/b"),
    ("https://blog.example/../../a", "https://blog.example/a"),
    ("https://blog.example/a/..", "https://blog.example/"),
    ("https://blog.example/index.html", "https://blog.example"),
    ("https://blog.example/a/index.html", "https://blog.example/a/"),
    ("https://blog.example/a/index.htm", "https://blog.example/a"),
    ("https://blog.example/index.php?p=1", "https://blog.example/?p=1"),
    ("https://blog.example/index.html/index.html", "https://blog.example/"),
    ("https://blog.example/%7Eann", "https://blog.example/~ann"),
    ("https://blog.example/%c3%a9", "https://blog.example/%C3%A9"),
    ("https://blog.example/é", "https://blog.example/%C3%A9"),
    ("https://blog.example/a b", "https://blog.example/a%20b"),
    ("https://blog.example/100%", "https://blog.example/100%25"),
    ("https://blog.example/a|b[1]", "https://blog.example/a%7Cb%5b1%5D"),
    # query
    ("https://blog.example/a?", "https://blog.example/a"),
    ("https://blog.example/a?&&", "https://blog.example/a"),
    ("https://blog.example/a?x=1&y=2", "https://blog.example/a?y=2&x=1"),
    ("https://blog.example/a?x=1&&y=2&", "https://blog.example/a?x=1&y=2"),
    ("https://blog.example/a?q=b+c", "https://blog.example/a?q=b%20c"),
    ("https://blog.example/a?tag[]=1", "https://blog.example/a?tag%5B%5D=1"),
    ("https://blog.example/a?utm_source=x&utm_medium=y", "https://blog.example/a"),
    ("https://blog.example/a?UTM_Source=x", "https://blog.example/a"),
    ("https://blog.example/a?%75tm_source=x", "https://blog.example/a"),
    ("https://blog.example/a?id=1&fbclid=x", "https://blog.example/a?id=1"),
    ("https://blog.example/a?gclid=x&id=1", "https://blog.example/a?id=1"),
    ("https://blog.example/a?fbclid", "https://blog.example/a"),
    # fragment
    ("https://blog.example/a#comments", "https://blog.example/a"),
    ("https://blog.example/a#", "https://blog.example/a"),
    ("https://blog.example/a#!", "https://blog.example/a"),
    ("https://blog.example/a#!/%7e", "https://blog.example/a#!/~"),
]

NOT_THE_SAME = [
    ("https://blog.example/a", "https://blog.example/b"),
    ("https://blog.example/a", "https://news.example/a"),
    ("https://blog.example/a", "https://shop.blog.example/a"),
    ("https://blog.example/a", "https://wwwblog.example/a"),
    ("https://blog.example/a", "https://www2.blog.example/a"),
    ("https://blog.example/a", "https://blog.example:8443/a"),
    ("https://www.example/a", "https://example/a"),
    ("https://straße.example/a", "https://strasse.example/a"),
    ("https://blog.example/a", "https://blog.example/A"),
    ("https://blog.example/a", "https://blog.example/a/b"),
    ("https://blog.example/a", "https://blog.example/a.html"),
    ("https://blog.example/a/index.html", "https://blog.example/a/Index.html"),
    ("https://blog.example/index.html/a", "https://blog.example/a"),
    ("https://blog.example/a/index.md", "https://blog.example/a"),
    ("https://blog.example/a%2Fb", "https://blog.example/a/b"),
    ("https://blog.example/a%3Fb=1", "https://blog.example/a?b=1"),
    ("https://blog.example/%2541", "https://blog.example/A"),
    ("https://blog.example/%FF", "https://blog.example/%FE"),
    ("https://blog.example/a%5Cb", "https://blog.example/a/b"),
    ("https://blog.example/?p=1", "https://blog.example/?p=2"),
    ("https://blog.example/?id=1", "https://blog.example/"),
    ("https://blog.example/?id=a", "https://blog.example/?id=A"),
    ("https://blog.example/?id=1", "https://blog.example/?ID=1"),
    ("https://blog.example/?id=1%262", "https://blog.example/?id=1&2"),
    ("https://blog.example/?q=a%2Bb", "https://blog.example/?q=a+b"),
    ("https://blog.example/?t=1&t=2", "https://blog.example/?t=2&t=1"),
    ("https://blog.example/?t=1&t=1", "https://blog.example/?t=1"),
    ("https://blog.example/?ref=a", "https://blog.example/"),
    ("https://blog.example/?utm=a", "https://blog.example/"),
    ("https://blog.example/a#!/x", "https://blog.example/a"),
    ("https://blog.example/a#!/x", "https://blog.example/a#!/y"),
    ("https://blog.example/a#!/x", "https://blog.example/a#!/X"),
    ("https://blog.example/a%23!/x", "https://blog.example/a#!/x"),
]

REFUSED = {
    "": "must begin with",
    "blog.example/a": "must begin with",
    "//blog.example/a": "must begin with",
    "/a": "must begin with",
    "ftp://blog.example/a": "must begin with",
    "javascript:alert(1)": "must begin with",
    "data:text/html,x": "must begin with",
    "file:///etc/passwd": "must begin with",
    "null": "must begin with",
    "http:blog.example": "must name a host",
    "https:///a": "must name a host",
    "https://?a": "must name a host",
    "https://ann@blog.example/a": "user name or password",
    "https://ann:secret@blog.example/a": "user name or password",
    "https://@blog.example/a": "user name or password",
    "https://blog.example\\@evil.example/a": "backslash",
    "https://blog.example/a\\b": "backslash",
    "https://blog.example/a\nb": "control characters",
    "https://blog.exa\tmple/a": "control characters",
    "https://blog.example/\x00": "control characters",
    "https://blog.example/\x7f": "control characters",
    "https://blog.example/\x85b": "control characters",
    "https://blog.example/\u2028b": "control characters",
    "https://blog.example/\ud800": "control characters",
    "https://blog.example:0/": "port",
    "https://blog.example:65536/": "port",
    "https://blog.example:http/": "port",
    "https://blog.example:-1/": "port",
    "https://blog.example:８０/": "port",
    "https://:443/a": "host",
    "https://./a": "host",
    "https://blog..example/a": "host",
    "https://.blog.example/a": "host",
    "https://blog.example../a": "host",
    "https://blog%2eexample/a": "host",
    "https://blog example/a": "host",
    "https://*.blog.example/a": "host",
    "https://blog.exam<ple/a": "host",
    "https://℀.example/a": "host",
    "https://[::1/a": "host",
    "https://[:::1]/a": "host",
    "https://[fe80::1%25eth0]/a": "host",
    "https://blog[::1].example/a": "host",
    "https://xn--/a": "host",
    "https://xn--a/a": "host",
    "https://xn--blog-.example/a": "host",
    "https://xn--99999999.example/a": "host",
    "https://" + "a" * 64 + ".example/": "host",
    "https://" + "a." * 127 + "example/": "host",
    "https://blog.example/" + "a" * 1_980: "2000 characters",
    "https://blog.example/" + "é" * 400: "2000 characters",
}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_page_have_one_key(one: str, other: str) -> None:
    assert normalise_url(one) == normalise_url(other)


@pytest.mark.parametrize(("one", "other"), NOT_THE_SAME)
def test_two_pages_have_two_keys(one: str, other: str) -> None:
    assert normalise_url(one) != normalise_url(other)


@pytest.mark.parametrize("url", [url for pair in SAME + NOT_THE_SAME for url in pair])
def test_a_key_is_its_own_key(url: str) -> None:
    key = normalise_url(url)

    assert normalise_url(key) == key


@pytest.mark.parametrize(("url", "problem"), REFUSED.items())
def test_what_is_no_page_is_refused_with_the_reason(url: str, problem: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        parse_page_url(url)

    assert caught.value.code == "url-refused"
    assert problem in caught.value.errors["url"]
    assert caught.value.errors["url"] in caught.value.detail


def test_2000_characters_are_taken() -> None:
    longest = "http://blog.example/".ljust(MAX_URL_LENGTH, "a")

    assert len(normalise_url(longest)) == MAX_URL_LENGTH


def test_the_address_for_links_keeps_what_matters_and_is_ascii() -> None:
    given_url = "https://WWW.Münch.example:443/Ä/index.html?b=2&utm_source=x&a=%61 ü#top"

    assert parse_page_url(given_url) == PageUrl(
        url="https://www.xn--mnch-0ra.example/%C3%84/index.html?b=2&a=%61%20%C3%BC",
        origin="https://www.xn--mnch-0ra.example",
        key="http://xn--mnch-0ra.example/%C3%84?a=a+%C3%BC&b=2",
    )


def test_the_origin_is_the_one_that_browsers_send() -> None:
    assert parse_page_url("http://blog.example:443/a").origin == "http://blog.example:443"
    assert parse_page_url("HTTP://Blog.Example:80/a").origin == "http://blog.example"


hosts = st.sampled_from(
    "blog.example www.blog.example www.www.example WWW.a.b. münchen.example xn--mnchen-3ya.example 💩.la "
    "[::1] localhost 127.0.0.1 www.com straße.example ｗｗｗ.example faß。example xn--www".split()
)
pieces = st.sampled_from(
    [
        *"/?#&=+%;:@!|[]'\".~aA é€",
        *"// /. /.. /../ index.html index.php %2e %2F %41 %7e %c3%a9 %FF %25 %2525 %00".split(),
        *"%5c %20 %23 %26 %3d #! #!/".split(),
        *"utm_source= gclid=1 id=1 id=2 fbclid &&".split(),
    ]
)
pages = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTP://"]),
    hosts,
    st.sampled_from(["", ":", ":80", ":443", ":8080", ":080"]),
    st.one_of(
        st.just(""),
        st.builds(
            str.__add__,
            st.sampled_from("/?#"),
            st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=12).map("".join),
        ),
    ),
)


@given(pages)
def test_normalising_twice_is_normalising_once(url: str) -> None:
    try:
        page = parse_page_url(url)
    except UrlRefused:
        return

    assert normalise_url(page.key) == page.key
    assert normalise_url(page.url) == page.key
    assert page.key.isascii()
    assert page.url.isascii()


@given(
    st.integers(min_value=1_950, max_value=2_010), st.sampled_from(["a", "%", " ", "é", "%41", "[", "/", "&"])
)
def test_a_key_is_never_too_long_for_its_own_key(length: int, filler: str) -> None:
    for start in ("https://blog.example/", "https://blog.example?", "https://ü.example/#!"):
        url = (start + filler * length)[:length]
        try:
            key = normalise_url(url)
        except UrlRefused:
            continue
        assert normalise_url(key) == key


@given(st.one_of(st.text(), st.text().map("https://{}".format), st.text().map("https://{}/".format)))
def test_nothing_but_a_refusal_is_ever_raised(url: str) -> None:
    try:
        parse_page_url(url)
    except UrlRefused as refused:
        assert refused.errors["url"]  # noqa: PT017  # most texts are refused, some are not
