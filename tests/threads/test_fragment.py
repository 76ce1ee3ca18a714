"""A discussion as a piece of HTML for others' pages."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.web.html.templating import json_in_html
from tests.corpus.fields import NAMES, TITLES, WEBSITES
from tests.corpus.html import HTML
from tests.corpus.markdown import MARKDOWN
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

ALLOWED = set(
    "aria-hidden aria-label aria-labelledby class d data-host data-hue data-id data-page data-site data-url "
    "datetime dir href id part rel role shadowrootmode start tabindex title type viewbox data-state".split()
)
TOGETHER = 10
"""So many comments stand on a page at once."""
DATA = re.compile(r'<script type="application/json" data-page>(.*?)</script>', re.DOTALL)


async def fragment(site: SiteUnderTest, **query: str) -> str:
    answer = await site.client.get(f"/d/blog/fragment?{urlencode({'url': PAGE['url'], **query})}")
    assert answer.status_code == 200, answer.text
    return answer.text


def data_of(html: str) -> Any:
    found = DATA.findall(html)
    assert len(found) == 1
    return json.loads(found[0])


async def test_it_is_a_shadow_root_with_styles_and_the_answer_it_was_made_from(site: SiteUnderTest) -> None:
    await site.approved("I took the *sleeper*.", guest=Guest("Tomasz Wieczorek"))

    html = await fragment(site)

    assert html.startswith(
        '<comments-thread data-host="http://127.0.0.1:8080" data-site="blog" data-url="https://blog.example/a">\n'
        '<template shadowrootmode="open"><style>:host{display:block'
    )
    assert '<div class="body" part="body" dir="auto"><p>I took the <em>sleeper</em>.</p></div>' in html
    assert "<bdi>Tomasz Wieczorek</bdi>" in html
    assert data_of(html) == await site.thread()


async def test_a_page_nobody_has_written_on_gives_the_empty_state(site: SiteUnderTest) -> None:
    html = await fragment(site, url=f"{ORIGIN}/quiet")

    assert "Nobody has said anything yet." in html
    assert data_of(html)["thread"]["id"] is None
    await site.approved("Hello", page={"url": f"{ORIGIN}/quiet"})
    assert "Hello" in await fragment(site, url=f"{ORIGIN}/quiet")


async def test_it_speaks_the_language_asked_for_and_english_where_the_widget_does_not(
    site: SiteUnderTest,
) -> None:
    await site.approved("One", guest=Guest())

    assert "1 Kommentar<" in await fragment(site, lang="de")
    assert 'title="24. November 2026, 12:00 UTC">24. November<' in await fragment(site, lang="de-AT")
    assert "1 comment<" in await fragment(site, lang="tlh")
    for asked, spoken in {"de-AT": "de-AT", "tlh": "en"}.items():
        ours = re.findall(r'href="http[^"]+/d/blog[^"]*"', await fragment(site, lang=asked))
        assert len(ours) > 5
        assert [link for link in ours if f"lang={spoken}" not in link] == []
    assert ">November 24<" in await fragment(site, lang="en")
    assert ">24 November<" in await fragment(site, lang="en-GB")


@pytest.mark.parametrize(
    ("tag", "count"),
    [
        ("zh-HK", "1 則留言"),
        ("zh-Hant", "1 則留言"),
        ("zh-Hans-HK", "1 条评论"),
        ("pt-PT", "1 comentário"),
        ("iw", "תגובה אחת"),
        ("no", "1 comment"),
        ("ar-EG", "تعليق واحد"),
        ("fa", "۱ دیدگاه"),
    ],
)
async def test_a_tag_is_understood_as_the_widget_understands_it(
    tag: str, count: str, site: SiteUnderTest
) -> None:
    await site.approved("One", guest=Guest())

    assert f">{count}</h2>" in await fragment(site, lang=tag)


async def test_words_from_right_to_left_stand_so_with_their_own_figures(site: SiteUnderTest) -> None:
    await site.approved("One", guest=Guest())

    html = await fragment(site, lang="ar-EG")

    assert '<section class="comments" data-state="ready" lang="ar-EG" dir="rtl"' in html
    assert ">٢٤ نوفمبر<" in html
    assert 'dir="rtl"' not in await fragment(site, lang="de")


async def test_the_site_s_order_is_taken_where_none_is_asked_for(site: SiteUnderTest) -> None:
    await site.approved("First")
    await site.approved("Second", guest=Guest("Ana", "203.0.113.9"))
    await site.set(sort="oldest")

    assert [one["html"] for one in data_of(await fragment(site))["comments"]] == [
        "<p>First</p>",
        "<p>Second</p>",
    ]
    newest = await fragment(site, sort="newest")
    assert newest.index("Second") < newest.index("First")
    assert 'data-sort="newest"' in newest


async def test_it_is_cached_like_a_thread_and_everybody_gets_the_same(site: SiteUnderTest) -> None:
    await site.approved("First")
    address = f"/d/blog/fragment?{urlencode({'url': PAGE['url']})}"

    one = await site.client.get(address)
    two = await site.client.get(f"{address}&utm_source=x", headers={"cookie": "guest-blog=g_x; comments=x"})

    assert one.content == two.content
    assert one.headers["cache-control"] == "public, max-age=0, s-maxage=1, stale-if-error=600"
    assert one.headers["access-control-allow-origin"] == "*"
    assert one.headers["vary"] == "Accept-Encoding"
    assert "set-cookie" not in two.headers
    unchanged = await site.client.get(address, headers={"if-none-match": one.headers["etag"]})
    assert unchanged.status_code == 304
    await site.approved("Second", guest=Guest("Ana", "203.0.113.9"))
    assert "Second" in await fragment(site)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/d/nowhere/fragment?url=https://blog.example/a", 404, "There is no site named"),
        ("/d/blog/fragment?url=https://evil.example/a", 403, "Allowed is https://blog.example."),
        ("/d/blog/fragment?url=javascript:alert(1)", 422, "must begin with http"),
        ("/d/blog/fragment", 422, "Say which page"),
        ("/d/blog/fragment?url=https://blog.example/a&lang=%3Cscript%3E", 422, "could not be understood"),
        ("/d/blog/fragment?url=https://blog.example/a&sort=loudest", 422, "could not be understood"),
    ],
)
async def test_what_cannot_be_shown_is_no_fragment(
    site: SiteUnderTest, path: str, status: int, words: str
) -> None:
    answer = await site.client.get(path)

    assert answer.status_code == status
    assert words in answer.text
    assert "comments-thread" not in answer.text


async def test_a_closed_discussion_takes_no_answers_and_no_votes(site: SiteUnderTest) -> None:
    await site.approved("First")
    await site.set(closed="true")

    html = await fragment(site)

    assert "Comments on this page are closed." in html
    assert "/write" not in html
    assert "/vote" not in html


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))


def skeleton_of(html: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Skeleton()
    parser.feed(html)
    return parser.elements


async def test_no_name_title_or_website_breaks_out_of_it(site: SiteUnderTest) -> None:
    """Hostile ones leave the same elements as harmless ones."""
    await site.set(first_comments_held="0", links_before_hold="10", proof_of_work="no")
    plain = skeleton_of(await fragment_of_one(site, "plain", "Somebody", "https://ana.example/"))
    tried = 0
    for number, attack in enumerate({**NAMES, **TITLES, **WEBSITES}.values()):
        html = await fragment_of_one(site, f"name-{number}", attack, "https://ana.example/")
        tried += bool(html)
        assert skeleton_of(html) == (plain if html else []), attack
        html = await fragment_of_one(site, f"site-{number}", "Somebody", attack)
        assert skeleton_of(html) in ([], plain, without_a_website(plain)), attack
    assert tried > 20


async def test_no_body_breaks_out_of_it(site: SiteUnderTest) -> None:
    """Beside the elements of a page with harmless ones, none has an attribute that a body may not have."""
    await site.set(first_comments_held="0", links_before_hold="100", proof_of_work="no")
    taken, plain = await fragment_of_many(site, "plain", [f"Harmless {number}" for number in range(TOGETHER)])
    assert taken == TOGETHER
    harmless, attacks, tried = set(skeleton_of(plain)), list({**HTML, **MARKDOWN}.values()), 0
    for begin in range(0, len(attacks), TOGETHER):
        together = attacks[begin : begin + TOGETHER]
        taken, html = await fragment_of_many(site, f"{begin}", together)
        tried += taken
        assert data_of(html) == await site.thread(url=f"{ORIGIN}/{begin}"), together
        assert html.count("<script") == html.count("</script>") == 1, together
        names = {name for _, attributes in set(skeleton_of(html)) - harmless for name in attributes}
        assert names <= ALLOWED, together
    assert tried > 200


async def fragment_of_many(site: SiteUnderTest, path: str, bodies: list[str]) -> tuple[int, str]:
    """Return how many of these the service takes as comments on one page, and its fragment."""
    page = {"url": f"{ORIGIN}/{path}", "title": bodies[0][:80]}
    answers = [
        await site.post(body, guest=Guest("Ana", f"203.0.113.{number}"), page=page)
        for number, body in enumerate(bodies)
    ]
    return sum(answer.status_code == 201 for answer in answers), await fragment(site, url=page["url"])


async def fragment_of_one(site: SiteUnderTest, path: str, name: str, website: str) -> str:
    """Return the fragment of a page with one comment; empty if the service does not take that."""
    where = f"{ORIGIN}/{path}"
    answer = await site.post(
        "Same",
        guest=Guest("x", f"203.0.113.{len(path)}"),
        page={"url": where, "title": name},
        author={"name": name, "website": website},
    )
    return await fragment(site, url=where) if answer.status_code == 201 else ""


def without_a_website(elements: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    return [one for one in elements if one != ("a", ("class", "href", "rel"))]


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_json_in_html_says_the_same_and_ends_nothing(value: Any) -> None:
    written = str(json_in_html(value))

    assert json.loads(written) == value
    assert not set(written) & set("<>&\u2028\u2029")
