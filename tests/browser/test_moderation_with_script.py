"""The moderators' desk with its script: decisions without a reload, keys, undo, and who was first."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.moderating import Desk, Sheet, running_desk
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


async def three_on_the_desk(desk: Desk, page: Page) -> Sheet:
    """Open a queue of three comments; `reloaded` notices if the page is left after that."""
    for text in ("Bottom", "Middle", "Top"):
        await desk.held(text)
    sheet = await desk.open(page)
    await page.evaluate("window.isSamePage = true")
    return sheet


async def is_same_page(page: Page) -> bool:
    return bool(await page.evaluate("window.isSamePage === true"))


async def test_a_decision_takes_the_card_out_without_leaving_the_page(desk: Desk, page: Page) -> None:
    sheet = await three_on_the_desk(desk, page)

    await sheet.button("Middle", "Approve").click()

    await expect(sheet.card("Middle")).to_have_count(0)
    await expect(sheet.toast).to_contain_text("Approved.")
    await expect(page.get_by_role("heading", name="2 comments wait")).to_be_visible()
    await expect(page.get_by_role("link", name="Approved 1")).to_be_visible()
    assert await desk.states() == {"Bottom": "pending", "Middle": "approved", "Top": "pending"}
    assert await is_same_page(page)


async def test_keys_move_and_decide(desk: Desk, page: Page) -> None:
    sheet = await three_on_the_desk(desk, page)
    await expect(sheet.marked).to_have_text("Top")

    await page.keyboard.press("j")
    await expect(sheet.marked).to_have_text("Middle")
    await page.keyboard.press("s")
    await expect(sheet.marked).to_have_text("Bottom")
    await page.keyboard.press("k")
    await expect(sheet.marked).to_have_text("Top")
    await page.keyboard.press("d")
    await expect(sheet.marked).to_have_text("Bottom")

    await expect(sheet.cards).to_have_count(1)
    # The card goes before the answer comes.
    await expect(sheet.toast).to_contain_text("Removed.")
    assert await desk.states() == {"Bottom": "pending", "Middle": "spam", "Top": "removed"}


async def test_u_undoes_again_and_again(desk: Desk, page: Page) -> None:
    sheet = await three_on_the_desk(desk, page)
    for key in ("a", "s"):
        await page.keyboard.press(key)
        await expect(sheet.toast).to_contain_text({"a": "Approved.", "s": "Marked as spam."}[key])

    await page.keyboard.press("u")
    await expect(sheet.toast).to_have_text("Undone. It waits again.")
    await expect(sheet.marked).to_have_text("Middle")
    await page.keyboard.press("u")
    await expect(sheet.marked).to_have_text("Top")

    assert await sheet.texts() == ["Top", "Middle", "Bottom"]
    assert set((await desk.states()).values()) == {"pending"}
    await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("There is nothing left to undo")
    await page.keyboard.press("a")
    await expect(sheet.card("Top")).to_have_count(0)
    await expect(sheet.toast).to_contain_text("Approved.")
    assert (await desk.states())["Top"] == "approved", "a card that came back can be decided again"
    assert await is_same_page(page)


async def test_undo_works_after_the_list_was_loaded_anew(desk: Desk, page: Page) -> None:
    await desk.held("Only one")
    sheet = await desk.open(page)

    await page.keyboard.press("a")
    await expect(page.get_by_text("Nothing waits.")).to_be_visible()
    await page.keyboard.press("u")

    await expect(sheet.card("Only one")).to_be_visible()
    assert await desk.states() == {"Only one": "pending"}


async def test_the_toast_has_an_undo_button(desk: Desk, page: Page) -> None:
    sheet = await three_on_the_desk(desk, page)

    await sheet.button("Top", "Remove").click()
    await sheet.toast.get_by_role("button", name="Undo").click()

    await expect(sheet.toast).to_have_text("Undone. It waits again.")
    await expect(sheet.card("Top")).to_be_visible()
    assert (await desk.states())["Top"] == "pending"


async def test_who_comes_second_sees_one_line_instead_of_the_card(
    desk: Desk, page: Page, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 409")
    sheet = await three_on_the_desk(desk, page)
    await desk.decided("approve", desk.made["Top"], by=desk.ana)

    await page.keyboard.press("s")

    told = re.compile(r"Ana Petrović already handled this: approved, \d+ seconds? ago\.")
    await expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()
    await expect(sheet.marked).to_have_text("Middle")
    assert (await desk.states())["Top"] == "approved"


async def test_a_double_press_on_a_button_decides_once(desk: Desk, page: Page) -> None:
    sheet = await three_on_the_desk(desk, page)

    await sheet.button("Top", "Approve").dblclick()

    await expect(sheet.toast).to_contain_text("Approved.")
    assert await desk.states() == {"Bottom": "pending", "Middle": "pending", "Top": "approved"}


async def test_a_session_that_ended_leads_to_the_sign_in_page(
    desk: Desk, page: Page, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 401")
    await three_on_the_desk(desk, page)
    await page.context.clear_cookies()

    await page.keyboard.press("a")

    await expect(page).to_have_url(re.compile("/sign-in"))
    assert set((await desk.states()).values()) == {"pending"}


async def test_keys_are_off_in_fields_and_with_modifiers(desk: Desk, page: Page) -> None:
    sheet = await three_on_the_desk(desk, page)

    await page.keyboard.press("Control+s")
    await page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search comments")
    await expect(search).to_be_focused()
    await page.keyboard.type("asd")

    await expect(search).to_have_value("asd")
    await expect(sheet.cards).to_have_count(3)


async def test_help_lists_the_keys_and_switches_them_off(desk: Desk, page: Page) -> None:
    sheet = await three_on_the_desk(desk, page)

    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    await expect(dialog.get_by_text("Next comment")).to_be_visible()
    await dialog.get_by_label("Use single-key shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await page.keyboard.press("a")
    await page.reload()
    await page.keyboard.press("a")

    await expect(sheet.cards).to_have_count(3)
    await page.get_by_role("button", name="Keys on this page").click()
    await expect(dialog.get_by_label("Use single-key shortcuts")).not_to_be_checked()


async def test_g_goes_to_another_queue(desk: Desk, page: Page) -> None:
    await three_on_the_desk(desk, page)

    await page.keyboard.press("g")
    await page.keyboard.press("s")

    await expect(page).to_have_url(re.compile(r"\?state=spam$"))
