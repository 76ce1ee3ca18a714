"""The page of one discussion in the browser: clean, narrow, dark, and by keys alone without a script."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.moderating import Desk, running_desk
from tests.support import databases

pytestmark = pytest.mark.anyio

LOOKS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
]


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark and narrow"])
async def test_a_page_is_closed_and_slowed_down_without_a_script(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], look: dict[str, Any]
) -> None:
    await desk.held("Hello")
    page = await new_page(java_script_enabled=False, **look)
    await desk.sit_down(page.context)
    await page.goto(f"{desk.address}?page={desk.thread_id}")
    await page.get_by_role("link", name="Close or slow down this page").click()

    await page.get_by_role("button", name="Close it").click()
    await expect(page.get_by_text("A moderator has closed it.")).to_be_visible()
    await page.get_by_label("Seconds between two comments").fill("60")
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("one comment in 60 seconds")).to_be_visible()
    await expect(page.get_by_role("button", name="Open it again")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark and narrow"])
async def test_the_page_of_a_discussion_is_clean(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], look: dict[str, Any]
) -> None:
    page = await new_page(**look)
    await desk.sit_down(page.context)

    await page.goto(f"{desk.address}/thread?page={desk.thread_id}")

    assert await axe_faults(page) == []
    assert await sideways_scroll(page) == 0
