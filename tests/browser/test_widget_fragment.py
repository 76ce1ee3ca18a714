"""The widget takes over what the service has drawn into the page: nothing moves, nothing is asked again."""

import asyncio
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.discussions import CLIENT, SITE, Discussion, Service
from tests.browser.widget import Widget

SHIFTS = (
    "window.shifts = []; new PerformanceObserver((list) => shifts.push(...list.getEntries()))"
    ".observe({ type: 'layout-shift', buffered: true });"
)


def fragment_of(discussion: Discussion) -> str:
    query = urlencode({"url": discussion.url, "lang": "en"})
    answer = CLIENT.get(f"{discussion.service.host}/d/{SITE}/fragment?{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def talk(service: Service) -> Discussion:
    """A discussion with replies, one long text and further pages."""
    made = service.discussion()
    for number in range(26):
        made.said(f"Reader {number}", f"comment {number}, with some words to select.")
    top = made.said("Ana", "\n\n".join(f"Paragraph {number}." for number in range(30)))
    made.said("Jonas", "an answer", top)
    return made


class LateScript:
    """Holds `embed.js` back until the test lets it go, and notes what is asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self._go = asyncio.Event()

    async def open(self, discussion: Discussion, body: str) -> None:
        script = f'<script async src="{discussion.service.host}/embed.js"></script>'
        discussion.publish(f"<h1>Night trains</h1><p>An article.</p>{body}{script}<footer>The end</footer>")
        await self.page.add_init_script(SHIFTS)
        await self.page.route("**/embed.js", self._hold)
        self.page.on("request", lambda request: self.asked.append(request.url))
        await self.page.goto(discussion.url, wait_until="commit")

    async def _hold(self, route: Route) -> None:
        await self._go.wait()
        await route.continue_()

    def release(self) -> None:
        self._go.set()

    async def taken_over(self) -> None:
        await expect(self.page.locator("comments-thread textarea").first).to_be_visible()
        await expect(self.page.locator("comments-thread [aria-busy]")).to_have_count(0)

    def requests(self) -> list[str]:
        return [url for url in self.asked if "/api/v1/" in url and "/thread?" in url]

    async def shift(self) -> float:
        """Everything that moved, whoever caused it."""
        found: float = await self.page.evaluate(
            "new Promise((done) => setTimeout(done, 300))"
            ".then(() => shifts.reduce((sum, one) => sum + one.value, 0))"
        )
        return found


@pytest.fixture
async def late(page: Page) -> LateScript:
    return LateScript(page)


async def test_the_server_s_discussion_is_read_before_the_script_and_taken_over_without_a_request(
    talk: Discussion, widget: Widget, late: LateScript
) -> None:
    await late.open(talk, fragment_of(talk))
    await expect(widget.comment("comment 20,")).to_be_visible()
    assert await widget.element.get_by_role("button", name="Vote up").count() == 0
    before = await tops(widget)

    late.release()
    await late.taken_over()

    assert late.requests() == []
    assert await late.shift() == 0
    assert await tops(widget) == before
    await widget.button("comment 20,", "Reply").click()
    await expect(widget.element.get_by_label("Reply to Reader 20")).to_be_visible()


async def test_selection_and_focus_stay_when_the_widget_takes_over(
    talk: Discussion, widget: Widget, late: LateScript
) -> None:
    await late.open(talk, fragment_of(talk))
    time = widget.comment("comment 20,").locator(".time")
    await time.focus()
    await (
        widget.comment("comment 21,").locator("p").evaluate("text => getSelection().selectAllChildren(text)")
    )

    late.release()
    await late.taken_over()

    assert "comment 21, with some words" in await widget.page.evaluate("String(getSelection())")
    assert await widget.element.evaluate("host => host.shadowRoot.activeElement.className") == "time"


async def test_further_comments_follow_those_that_the_server_drew(
    talk: Discussion, widget: Widget, late: LateScript
) -> None:
    await late.open(talk, fragment_of(talk))
    late.release()
    await late.taken_over()

    await widget.element.get_by_role("button", name=re.compile("Show . more comment")).click()

    await expect(widget.comment("comment 0,")).to_be_visible()
    assert len(late.requests()) == 1
    assert "cursor=" in late.requests()[0]


@pytest.mark.parametrize(
    "broken", ["{broken", '{"thread":{"url":"https://blog.example/other"},"comments":[]}']
)
async def test_data_that_is_broken_or_of_another_page_is_not_believed(
    talk: Discussion, widget: Widget, late: LateScript, broken: str
) -> None:
    html = re.sub(r"(data-page>).*(</script>)", lambda found: found[1] + broken + found[2], fragment_of(talk))
    await late.open(talk, html)
    late.release()
    await late.taken_over()

    await expect(widget.button("comment 20,", "Reply")).to_be_visible()
    assert len(late.requests()) == 1


async def test_html_that_a_script_puts_in_gives_its_data_though_not_its_drawing(
    talk: Discussion, widget: Widget, late: LateScript
) -> None:
    await late.open(talk, '<div id="place"></div>')
    await widget.page.evaluate("html => { place.innerHTML = html; }", fragment_of(talk))
    late.release()
    await late.taken_over()

    await expect(widget.button("comment 20,", "Reply")).to_be_visible()
    assert late.requests() == []


async def test_a_script_that_is_there_first_waits_until_the_page_is_read(
    talk: Discussion, widget: Widget
) -> None:
    """Blocking scripts define the element before the parser comes to it."""
    asked: list[str] = []
    widget.page.on("request", lambda request: asked.append(request.url))
    talk.publish(f'<script src="{talk.service.host}/embed.js"></script>{fragment_of(talk)}')

    await widget.open(talk)

    await expect(widget.button("comment 20,", "Reply")).to_be_visible()
    assert not [url for url in asked if "/thread?" in url]
    assert await widget.element.evaluate("host => host.shadowRoot.querySelectorAll('.comments').length") == 1


@pytest.mark.parametrize("article", [0, 900])
async def test_nothing_moves_while_a_discussion_comes(talk: Discussion, page: Page, article: int) -> None:
    """Not even what stands below, as long as the page does not begin with that in view."""
    await page.add_init_script(SHIFTS)
    for discussion in (talk, talk.service.discussion()):
        end = "<footer>The end</footer>" if article else ""
        discussion.publish(f'<div style="height:{article}px">An article.</div>{discussion.script()}{end}')

        await page.goto(discussion.url)

        await expect(page.locator("comments-thread .live").first).to_be_attached()
        moved: list[Any] = await page.evaluate(
            "shifts.filter((one) => !one.hadRecentInput).map((one) => one.value)"
        )
        assert moved == []


async def tops(widget: Widget) -> list[float]:
    """Where each comment, and what stands below them all, begins."""
    found: list[float] = await widget.element.evaluate(
        "host => [...host.shadowRoot.querySelectorAll('.comment, .load-more, .widget-foot')]"
        ".slice(0, 8).map((shown) => shown.getBoundingClientRect().top)"
    )
    return found
