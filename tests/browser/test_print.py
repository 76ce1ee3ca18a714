"""Discussions on paper: all that was said, dark on white, and nothing to press."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.discussions import SITE, Discussion, Service
from tests.browser.test_fragment import publish_fragment

pytestmark = pytest.mark.anyio

NewPage = Callable[..., Awaitable[Page]]

DARK = {"color_scheme": "dark", "viewport": {"width": 800, "height": 900}}
LONG = "\n\n".join(f"Paragraph {n} of a long comment." for n in range(30))

# What is to be pressed, and texts of which not all is shown.
FAULTS = """(box) => [
  ...[...box.querySelectorAll('button, textarea, .action, .more, .load-more, .button')]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length),
  ...[...box.querySelectorAll('.body:not(.preview)')]
    .filter((e) => e.clientHeight + 1 < e.scrollHeight || !e.checkVisibility()),
].map((e) => e.outerHTML.slice(0, 80))"""

LIGHTNESS = """(text) => {
  const painter = document.createElement('canvas').getContext('2d');
  painter.fillStyle = getComputedStyle(text).color;
  painter.fillRect(0, 0, 1, 1);
  return Math.max(...painter.getImageData(0, 0, 1, 1).data.slice(0, 3)) / 255;
}"""


@pytest.fixture
def talk(service: Service) -> Discussion:
    made = service.discussion()
    top = made.said("Ana Berg", LONG)
    made.said("Jonas", "A reply.", top)
    return made


async def is_for_paper(page: Page, box: Locator) -> None:
    await page.emulate_media(media="print", color_scheme="dark")
    assert await box.evaluate(FAULTS) == []
    for text in await box.locator(".body").all():
        assert await text.evaluate(LIGHTNESS) < 0.4


async def test_the_page_of_its_own_prints_whole(talk: Discussion, new_page: NewPage) -> None:
    page = await new_page(**DARK)
    await page.goto(f"{talk.service.host}/d/{SITE}?url={quote(talk.url, safe='')}")

    await is_for_paper(page, page.locator("main"))


async def test_the_widget_prints_whole(talk: Discussion, new_page: NewPage) -> None:
    talk.embed(theme="dark", loading="eager")
    page = await new_page(**DARK)
    await page.goto(talk.url)
    await expect(page.locator("comments-thread .more")).to_be_visible()
    # What comes when idle brings its own styles.
    await page.locator("comments-thread [data-composer]").click()
    await expect(page.locator("comments-thread .composer:not(.composer--folded)")).to_be_visible()
    await page.locator("comments-thread .fold").click()
    await expect(page.get_by_text("A reply.")).to_be_hidden()

    await is_for_paper(page, page.locator("comments-thread .comments"))


async def test_the_fragment_prints_whole(talk: Discussion, new_page: NewPage) -> None:
    publish_fragment(talk, with_script=False, theme="dark")
    page = await new_page(**DARK)
    await page.goto(talk.url)

    await is_for_paper(page, page.locator("comments-thread .comments"))
