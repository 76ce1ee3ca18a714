"""Two discussions on one page: neither moves the other, or what stands below."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.discussions import Discussion, Service
from tests.browser.reading import fill
from tests.browser.test_widget_light import BELOW, SCREENFUL, WINDOWS, read_down
from tests.support.tracing import tracing

MOST_SHIFT = 0.02
ROOM = "<style>comments-thread:not(:defined) { display: block; min-height: 100vh }</style>"


@pytest.fixture(params=WINDOWS)
async def page(request: pytest.FixtureRequest, new_page: Callable[..., Awaitable[Page]]) -> Page:
    return await new_page(viewport=WINDOWS[request.param])


def two_on_a_page(one: Discussion, other: Discussion, before: str) -> str:
    widgets = "".join(
        f'<comments-thread site="blog" page-url="{each.url}"></comments-thread>{BELOW}'
        for each in (one, other)
    )
    return f'{before}{widgets}<script async src="{one.service.host}/embed.js"></script>'


@pytest.mark.parametrize("comments", [(0, 25), (25, 200)])
@pytest.mark.parametrize("before", [SCREENFUL, f"{ROOM}<h1>Two</h1>"], ids=["below an article", "first view"])
async def test_two_discussions_do_not_push_each_other(
    before: str, comments: tuple[int, int], service: Service, page: Page
) -> None:
    one, other = service.discussion(), service.discussion()
    await fill(one, comments[0])
    await fill(other, comments[1])
    one.publish(two_on_a_page(one, other, before))

    async with tracing(page) as trace:
        await page.goto(one.url, wait_until="networkidle")
        await read_down(page, 60)
        await expect(page.locator("comments-thread .live")).to_have_count(2)
        await read_down(page, 20)

    assert trace.shifted <= MOST_SHIFT
