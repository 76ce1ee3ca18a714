"""The discussion that the service draws for others' pages, beside the one that the widget draws."""

import html
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.articles import NIGHT_TRAIN, TIMETABLE_AR
from tests.browser.discussions import SITE, Discussion, Service
from tests.browser.looks import sideways_scroll
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio

NewPage = Callable[..., Awaitable[Page]]

WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}}
TOUCHED = {**PHONE, "has_touch": True, "is_mobile": True}

# Times are said in other words: absolute by the service, whose page may be kept, and relative by the widget.
BOXES = """(host) => {
  const places = {}, root = host.shadowRoot, top = host.getBoundingClientRect();
  const kinds = '.title, .sort, .sort button, .composer-box, .composer-box .area, .composer-place > .notice, '
    + '.widget-foot a, .list :is(.empty, .drawing, .thread, .item, .comment, .gone, .avatar, .author, '
    + '.badge, .to, .time, .body, .body *, .actions, .vote, .action, .score, .icon, .replies, .fold, '
    + '.load-more, .more:not([data-do=unclamp]))';
  for (const time of root.querySelectorAll('time')) time.textContent = '24 November';
  for (const [at, element] of root.querySelectorAll(kinds).entries()) {
    const { x, y, width, height } = element.getBoundingClientRect();
    const name = `${at} ${element.classList[0] ?? element.localName}`;
    places[name] = [x - top.x, y - top.y, width, height].map((side) => Math.round(side * 10) / 10);
  }
  return places;
}"""

UNCLAMPED = """(host) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('.clamp{max-block-size:none!important} [data-do=unclamp]{display:none!important}'
    // What rests would keep the height that it had with other words for its times.
    + ':is(.thread, .item, .comment){content-visibility:visible!important}');
  host.shadowRoot.adoptedStyleSheets.push(sheet);
}"""


def fragment(talk: Discussion, **query: str) -> str:
    asked = {"url": talk.url, **query}
    answer = httpx.get(f"{talk.service.host}/d/{SITE}/fragment?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return answer.text


def publish_fragment(talk: Discussion, *, with_script: bool, lang: str = "en", **query: str) -> None:
    script = f'<script async src="{talk.service.host}/embed.js"></script>' if with_script else ""
    talk.publish(f"<h1>Night trains</h1>{fragment(talk, **query)}<p>After it.</p>{script}", lang=lang)


async def boxes_without_a_script(page: Page, talk: Discussion, **query: str) -> Any:
    publish_fragment(talk, with_script=False, **query)
    await page.goto(talk.url)
    return await page.locator("comments-thread").evaluate(BOXES)


async def boxes_of_the_widget(page: Page, talk: Discussion, **options: str) -> Any:
    talk.publish(
        f"<h1>Night trains</h1>{talk.script(loading='eager', **options)}<p>After it.</p>",
        lang=options.get("lang", "en"),
    )
    await page.goto(talk.url)
    await expect(page.locator("comments-thread .widget-foot a")).to_be_visible()
    await page.locator("comments-thread").evaluate(UNCLAMPED)
    return await page.locator("comments-thread").evaluate(BOXES)


def moved(ours: Any, theirs: Any) -> dict[str, Any]:
    """Return what stands elsewhere in the widget, the first few: where in the fragment, where there."""
    differing = [name for name in ours | theirs if ours.get(name) != theirs.get(name)]
    return {name: (ours.get(name), theirs.get(name)) for name in differing[:8]}


@pytest.mark.parametrize("window", [WIDE, PHONE, TOUCHED], ids=["wide", "phone", "touched"])
@pytest.mark.parametrize("article", [NIGHT_TRAIN, TIMETABLE_AR])
@pytest.mark.usefixtures("articles")
async def test_all_stands_where_the_widget_puts_it(
    service: Service, new_page: NewPage, window: dict[str, Any], article: str
) -> None:
    page, talk = await new_page(**window), service.discussion()

    ours = await boxes_without_a_script(page, talk, identifier=article)
    theirs = await boxes_of_the_widget(page, talk, identifier=article)

    assert len(ours) > 20
    assert moved(ours, theirs) == {}
    assert await sideways_scroll(page) <= 0


async def test_an_empty_and_a_closed_discussion_stand_there_too(service: Service, new_page: NewPage) -> None:
    page, talk = await new_page(**WIDE), service.discussion()

    ours = await boxes_without_a_script(page, talk)
    assert moved(ours, await boxes_of_the_widget(page, talk)) == {}


async def test_without_a_script_it_is_read_and_leads_on(service: Service, new_page: NewPage) -> None:
    talk = service.discussion()
    talk.said("Ana Berg", "Would you take it again?")
    talk.said("Tomasz", "Any night.")
    publish_fragment(talk, with_script=True)
    plain = await new_page(java_script_enabled=False, **WIDE)

    await plain.goto(talk.url)
    widget = plain.locator("comments-thread")
    await expect(widget.get_by_role("heading", name="2 comments")).to_be_visible()
    await expect(widget.get_by_text("Would you take it again?")).to_be_visible()
    await widget.get_by_role("button", name="Oldest").click()
    await expect(plain.locator(".body").first).to_have_text("Would you take it again?")
    await plain.go_back()
    await widget.get_by_role("link", name="Reply").first.click()
    await expect(plain.get_by_role("heading", name="Reply to")).to_be_visible()
    await plain.go_back()
    await widget.get_by_role("link", name="Vote down").first.click()
    await expect(plain.get_by_role("button", name="Vote down")).to_be_visible()
    await plain.go_back()
    await widget.get_by_role("link", name="Say something about this page").click()
    await expect(plain.get_by_role("heading", name="Write a comment")).to_be_visible()


async def test_a_page_keeps_its_policy_and_nothing_in_it_runs(
    service: Service, new_page: NewPage, page_faults: PageFaults
) -> None:
    """Hostile names and texts, in a page that lets styles in and no scripts but the service's."""
    talk = service.discussion()
    run = "document.title='owned'"
    attack = f'</script></template><img src=x onerror="{run}"><script>{run}</script>'
    talk.said(attack[:60], f"{attack}\n\n`{attack}`")
    talk.said("Ana", f"<!--{attack}--> [x](javascript:alert(1)) \u2028")
    service_alone = f"script-src {service.host}; connect-src {service.host}"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; {service_alone}"
    script = f'<script async src="{service.host}/embed.js"></script>'
    talk.publish(fragment(talk) + script, headers={"Content-Security-Policy": policy})
    page = await new_page(**WIDE)

    await page.goto(talk.url)

    await expect(page.locator("comments-thread [data-composer]")).to_be_visible()
    assert await page.title() == "Night trains"
    assert await page.locator("comments-thread .comment").count() == 2
    data = await page.locator("script[data-page]").evaluate("(script) => script.textContent")
    assert json.loads(data)["thread"]["comment_count"] == 2
    assert html.unescape(data) == data
    assert page_faults.unexpected() == []
