"""`count.js` on lists of articles, in a real browser, on another site than the service's."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.discussions import SITE, Discussion, Service
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio

NewPage = Callable[..., Awaitable[Page]]

ROOM = (
    'a[href$="#comments"]{display:inline-block;min-inline-size:9em}'
    "[data-comments-count]{display:inline-block;min-inline-size:3ch;font-variant-numeric:tabular-nums}"
    '[data-comments-count]:empty::before{content:"\\200b"}'
)
"""What docs/how-to/count.md says to add where something stands behind a count on its line."""

MOVED = """new Promise((done) => {
  const moved = [];
  const place = ({ x, y, width }) => `${Math.round(x)},${Math.round(y)} ${Math.round(width)} wide`;
  const told = ({ node, previousRect, currentRect }) =>
    `${node?.textContent?.trim().slice(0, 30)}: from ${place(previousRect)} to ${place(currentRect)}`;
  const note = (entry) => moved.push(...entry.sources.map(told));
  new PerformanceObserver((list) => list.getEntries().forEach(note))
    .observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved), 100)));
})"""


@pytest.fixture
def page_list(service: Service) -> Discussion:
    """A page of the blog that lists articles."""
    return service.discussion()


@pytest.fixture
def article(service: Service) -> Discussion:
    """An article with two comments."""
    made = service.discussion()
    top = made.said("Ana Berg", "First")
    made.said("Jonas", "Second", top)
    return made


def script(service: Service, **options: str) -> str:
    attributes = "".join(f' data-{name}="{value}"' for name, value in {"site": SITE, **options}.items())
    return f'<script async src="{service.host}/count.js"{attributes}></script>'


def asked_of(page: Page, service: Service) -> list[str]:
    """Return what a page will ask the service for, as it does so: method and path."""
    seen: list[str] = []
    page.on(
        "request",
        lambda request: (
            seen.append(f"{request.method} {urlsplit(request.url).path}")
            if request.url.startswith(service.host)
            else None
        ),
    )
    return seen


COUNTS = f"/api/v1/sites/{SITE}/counts"


async def test_links_to_comments_say_how_many_there_are(
    service: Service, page_list: Discussion, article: Discussion, page: Page
) -> None:
    other = service.discussion()
    other.said("Ana Berg", "Alone")
    path = urlsplit(article.url).path
    page_list.publish(
        f'<a id="two" href="{path}?utm_source=list#comments">Comments</a> '
        f'<a id="one" href="{other.url}#comments">Comments</a> '
        f'<a id="none" href="/nobody-wrote-here#comments">Comments</a> '
        f'<a id="other" href="{article.url}">Read on</a>{script(service)}'
    )
    asked = asked_of(page, service)
    await page.goto(page_list.url)

    await expect(page.locator("#two")).to_have_text("2 comments")
    await expect(page.locator("#one")).to_have_text("1 comment")
    await expect(page.locator("#none")).to_have_text("No comments yet")
    await expect(page.locator("#other")).to_have_text("Read on")
    assert asked == ["GET /count.js", f"GET {COUNTS}"]


async def test_numbers_stand_where_the_page_wants_them_alone(
    service: Service, page_list: Discussion, article: Discussion, page: Page
) -> None:
    page_list.publish(
        f'<span id="named" data-comments-count="{article.url}"></span>'
        f'<a id="link" href="{article.url}#comments"><b>Talk:</b> <i data-comments-count></i></a>'
        '<li data-comments-identifier="nobody"><i id="identifier" data-comments-count></i></li>'
        f"{script(service)}"
    )
    await page.goto(page_list.url)

    await expect(page.locator("#named")).to_have_text("2")
    await expect(page.locator("#link")).to_have_text("Talk: 2")
    await expect(page.locator("#identifier")).to_have_text("0")


@pytest.mark.parametrize(
    ("lang", "two", "none"),
    [
        ("de", "2 Kommentare", "Noch keine Kommentare"),
        ("pl", "2 komentarze", None),
        ("tlh", "2 comments", "No comments yet"),
    ],
)
async def test_they_speak_the_page_s_language(
    service: Service, page_list: Discussion, article: Discussion, page: Page, lang: str, two: str, none: str
) -> None:
    page_list.publish(
        f'<a id="two" href="{article.url}#comments">…</a> <a id="none" href="/none#comments">…</a>'
        f'<a id="english" lang="en" href="{article.url}#comments">…</a>{script(service)}',
        lang=lang,
    )
    await page.goto(page_list.url)

    await expect(page.locator("#two")).to_have_text(two)
    if none:
        await expect(page.locator("#none")).to_have_text(none)
    await expect(page.locator("#english")).to_have_text("2 comments")


async def test_a_hundred_pages_are_one_request_and_more_are_further_ones(
    service: Service, page_list: Discussion, article: Discussion, page: Page
) -> None:
    links = "".join(f'<li><a href="/article-{n}#comments">Comments</a>' for n in range(120))
    again = f'<li><a class="again" href="{article.url}#comments">Comments</a>' * 30
    page_list.publish(f"<ul>{links}{again}</ul>{script(service)}")
    asked = asked_of(page, service)
    await page.goto(page_list.url)

    await expect(page.get_by_text("2 comments")).to_have_count(30)
    await expect(page.get_by_text("No comments yet")).to_have_count(120)
    # No browser asked beforehand whether it may (OPTIONS).
    assert asked == ["GET /count.js", f"POST {COUNTS}", f"GET {COUNTS}"]


async def test_what_is_added_later_is_counted_and_what_is_known_is_not_asked_again(
    service: Service, page_list: Discussion, article: Discussion, page: Page
) -> None:
    page_list.publish(f'<div id="list"><a href="{article.url}#comments">…</a></div>{script(service)}')
    asked = asked_of(page, service)
    await page.goto(page_list.url)
    await expect(page.get_by_text("2 comments")).to_have_count(1)
    known = len(asked)

    await page.locator("#list").evaluate(
        "(list, url) => list.insertAdjacentHTML('beforeend', `<p><a href='${url}#comments'>…</a></p>`)",
        article.url,
    )
    await expect(page.get_by_text("2 comments")).to_have_count(2)
    assert len(asked) == known
    await page.locator("#list a").first.evaluate("link => { link.href = '/another#comments'; }")
    await expect(page.get_by_text("No comments yet")).to_have_count(1)
    assert asked[known:] == [f"GET {COUNTS}"]


async def test_a_discussion_on_the_same_page_tells_its_count(
    service: Service, article: Discussion, page: Page
) -> None:
    """It knows best, however late the answer comes that was asked for before."""
    other = service.discussion()
    other.said("Ana Berg", "Alone")
    article.publish(
        f'<a id="here" href="#comments">Comments</a> <a id="other" href="{other.url}#comments">Comments</a>'
        f"{script(service)}{article.script(loading='eager')}"
    )
    told = asyncio.Event()

    async def come_late(route: Route) -> None:
        await told.wait()
        await route.continue_()

    await page.route(f"**{COUNTS}*", come_late)
    await page.goto(article.url)
    # What the discussion counts itself is told when it is drawn.
    await expect(page.locator("#here")).to_have_text("2 comments")

    await page.locator("comments-thread").evaluate(
        "(element, url) => element.dispatchEvent(new CustomEvent('comments:count', "
        "{ bubbles: true, composed: true, detail: { url, count: 3 } }))",
        article.url,
    )
    await expect(page.locator("#here")).to_have_text("3 comments")
    told.set()
    await expect(page.locator("#other")).to_have_text("1 comment")
    await expect(page.locator("#here")).to_have_text("3 comments")


async def test_without_an_answer_the_page_stays_as_its_owner_wrote_it(
    service: Service, page_list: Discussion, article: Discussion, page: Page, page_faults: PageFaults
) -> None:
    # What the browser says itself of a request that failed cannot be kept out of its console.
    page_faults.allow("Failed to load resource")
    await page.route(f"**{COUNTS}*", lambda route: route.fulfill(status=503, body="busy"))
    page_list.publish(f'<a id="two" href="{article.url}#comments">Comments</a>{script(service)}')

    async with page.expect_response(f"**{COUNTS}*"):
        await page.goto(page_list.url)

    await page.wait_for_timeout(100)
    await expect(page.locator("#two")).to_have_text("Comments")


async def test_it_needs_nothing_but_script_and_connection_to_the_service(
    service: Service, page_list: Discussion, article: Discussion, page: Page, page_faults: PageFaults
) -> None:
    # The page's own.
    page_faults.allow("Applying inline style")
    policy = (
        f"default-src 'none'; script-src {service.host}; connect-src {service.host}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page_list.publish(
        f'<a id="two" href="{article.url}#comments">Comments</a>{script(service)}',
        lang="de",
        headers={"Content-Security-Policy": policy},
    )
    await page.goto(page_list.url)

    await expect(page.locator("#two")).to_have_text("2 Kommentare")


async def test_nothing_moves_in_a_list_nor_on_a_line_with_the_documented_room(
    service: Service, page_list: Discussion, article: Discussion, page: Page
) -> None:
    rows = "".join(
        f'<li><h3>Article {n}</h3><p>By Ana · <a href="{article.url}?page={n}#comments">Comments</a></p>'
        for n in range(15)
    )
    inline = "".join(
        f'<p><a href="{article.url}?line={n}#comments">Comments</a> · '
        f'<span data-comments-count="{article.url}"></span> · By Ana</p>'
        for n in range(15)
    )
    page_list.publish(f"<style>{ROOM}</style>{inline}<ul>{rows}</ul>{script(service)}")
    # Slow enough that the page was on the screen before.
    await page.route(f"**{COUNTS}*", _after_a_moment)
    await page.goto(page_list.url)
    await page.wait_for_timeout(50)
    await expect(page.get_by_text("No comments yet")).to_have_count(30)

    assert await page.evaluate(MOVED) == []


async def _after_a_moment(route: Route) -> None:
    await asyncio.sleep(0.4)
    await route.continue_()
