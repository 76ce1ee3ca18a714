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
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("status")).to_have_text("Undone. It is open.")
    await page.get_by_role("button", name="Close it").click()
    await page.get_by_label("Seconds between two comments").fill("60")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("status")).to_have_text("Slow mode: one comment in 60 seconds. Undo")
    await expect(page.get_by_role("button", name="Open it again")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark and narrow"])
async def test_the_page_of_a_discussion_is_clean(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], look: dict[str, Any]
) -> None:
    page = await new_page(**look)
    await desk.sit_down(page.context)

    await page.goto(f"{desk.address}/thread?page={desk.thread_id}")
    await page.get_by_role("button", name="Close it").click()
    await expect(page.get_by_role("status")).to_have_text("Closed. Undo")

    assert await axe_faults(page) == []
    assert await sideways_scroll(page) == 0


async def test_what_was_done_with_a_page_is_in_the_list_of_what_can_be_undone(
    desk: Desk, new_page: Callable[..., Awaitable[Page]]
) -> None:
    await desk.held("Hello")
    page = await new_page()
    await desk.open(page, f"/thread?page={desk.thread_id}")
    last = page.get_by_role("region", name="Your last decisions")

    await page.get_by_role("button", name="Have all wait").click()
    await page.get_by_role("button", name="Close it").click()
    await expect(page.get_by_role("status")).to_have_text("Closed. Undo")
    await page.get_by_role("link", name="Its comments").click()
    await expect(last.get_by_role("listitem")).to_have_text(
        [
            "Closed: The quiet return of the night trainUndo",
            "All comments wait: The quiet return of the night trainUndo",
        ]
    )
    await page.keyboard.press("u")

    await expect(page.locator("[data-toast]")).to_have_text("Undone. It is open.")
    await expect(last.get_by_role("listitem")).to_have_count(1)
    await page.get_by_role("article").get_by_role("link", name="Move…").click()
    await page.get_by_label("To the top of a page").fill(str(desk.other_thread_id))
    await page.get_by_role("button", name="Move it").click()
    await expect(last.get_by_role("listitem").first).to_have_text("Moved: 1 commentUndo")
    # A decision that was taken back on a page is not offered by the list any more.
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("status").first).to_have_text("Undone. 1 comment is back in place.")
    await expect(last.get_by_role("listitem")).to_have_count(1)
