"""Banning at the desk: by key, in a dialog, with what they wrote."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.moderating import Desk, Sheet, running_desk
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


@pytest.fixture
async def sheet(desk: Desk, page: Page) -> Sheet:
    await desk.held("Bottom", name="Ann")
    await desk.held("Top", name="Rolex-Deals24")
    return await desk.open(page)


@pytest.fixture
def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Ban Rolex-Deals24")


async def test_b_asks_how_and_removes_what_they_wrote(
    desk: Desk, sheet: Sheet, page: Page, dialog: Locator
) -> None:
    await page.keyboard.press("b")
    await expect(dialog.get_by_role("radio", name="What Rolex-Deals24 writes")).to_be_focused()
    await dialog.get_by_label("How long").select_option("For 30 days")
    await dialog.get_by_label("Also remove all of theirs").check()
    await dialog.get_by_role("button", name="Ban", exact=True).click()

    await expect(sheet.toast).to_contain_text("Rolex-Deals24 is banned. 1 comment removed.")
    await expect(page.get_by_role("heading", name="1 comment waits")).to_be_visible()
    assert await sheet.texts() == ["Bottom"]
    decisions = page.get_by_role("region", name="Your last decisions")
    await expect(decisions.get_by_role("button", name="Undo: Banned: Rolex-Deals24")).to_be_visible()
    await page.keyboard.press("u")
    await expect(sheet.toast).to_have_text("The ban is lifted. 1 comment is as before.")
    await expect(sheet.card("Top")).to_be_visible()
    assert (await desk.states())["Top"] == "pending"
    await page.goto(f"{desk.address}/bans")
    await expect(page.get_by_text("Nobody is banned.")).to_be_visible()


async def test_the_dialog_closes_without_a_ban_and_keys_are_its_own(
    desk: Desk, sheet: Sheet, page: Page, dialog: Locator
) -> None:
    await page.keyboard.press("b")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("a")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await sheet.card("Top").get_by_role("link", name="Ban…").click()
    await dialog.get_by_role("link", name="Cancel").click()

    await expect(dialog).to_be_hidden()
    assert await desk.states() == {"Bottom": "pending", "Top": "pending"}


async def test_a_ban_that_does_not_arrive_is_told_in_the_dialog(
    sheet: Sheet, page: Page, dialog: Locator, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_INTERNET_DISCONNECTED")
    await page.keyboard.press("b")
    await expect(dialog).to_be_visible()
    await page.context.set_offline(True)
    await dialog.get_by_role("button", name="Ban", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_have_text("Not sent: the server did not answer.")

    await page.context.set_offline(False)
    await dialog.get_by_role("button", name="Ban", exact=True).click()

    await expect(sheet.toast).to_contain_text("Rolex-Deals24 is banned.")
    await expect(dialog).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_dialog_and_the_pages_of_bans_are_clean(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], scheme: str
) -> None:
    await desk.held("Top", name="Rolex-Deals24")
    page = await new_page(color_scheme=scheme, viewport={"width": 360, "height": 740})
    await desk.open(page)
    await page.keyboard.press("b")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await axe_faults(page) == []
    await page.get_by_role("dialog").get_by_role("button", name="Ban", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    link = await page.locator("[data-ban]").get_attribute("href")

    for path in (f"{desk.base_url}{link}", f"{desk.address}/bans"):
        await page.goto(path)
        assert await axe_faults(page) == []
        assert await sideways_scroll(page) == 0


async def test_without_a_script_a_ban_has_a_page(
    desk: Desk, new_page: Callable[..., Awaitable[Page]]
) -> None:
    await desk.held("Top", name="Rolex-Deals24")
    plain = await new_page(java_script_enabled=False)
    sheet = await desk.open(plain)

    await sheet.card("Top").get_by_role("link", name="Ban…").click()
    await plain.get_by_label("Also remove all of theirs").check()
    await plain.get_by_role("button", name="Ban", exact=True).click()

    await expect(plain.get_by_role("status").first).to_contain_text("The author is banned.")
    await expect(plain.get_by_role("status").first).to_contain_text("1 comment removed.")
    assert await desk.states() == {"Top": "removed"}
    await plain.get_by_role("button", name="Undo", exact=True).click()
    await expect(plain.get_by_role("status").first).to_contain_text("The ban is lifted.")
    assert await desk.states() == {"Top": "pending"}
