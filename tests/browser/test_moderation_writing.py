"""What moderators write, and decide more rarely: an edit, a note, trust, and what is picked out."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
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


@pytest.fixture
async def sheet(desk: Desk, page: Page) -> Sheet:
    for text in ("Bottom", "Top"):
        await desk.held(text)
    return await desk.open(page)


async def test_e_edits_in_place_and_u_brings_the_old_text_back(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("e")
    await expect(page.get_by_role("textbox", name="Edit the comment.")).to_be_focused()
    await page.keyboard.type(" of *all*")
    await page.get_by_role("textbox", name="Reason").fill("Took out a number")
    await page.keyboard.press("Control+Enter")

    await expect(sheet.toast).to_contain_text("Edited.")
    await expect(sheet.card("Top of all")).to_be_visible()
    await expect(sheet.marked).to_have_text("Top of all")
    await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("Undone.")
    await expect(sheet.card("Top of all")).to_have_count(0)
    assert await sheet.texts() == ["Top", "Bottom"]


async def test_escape_folds_an_edit_and_keeps_its_text(sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("e")
    await page.keyboard.type(" more")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("textbox", name="Edit the comment.")).to_have_count(0)

    await page.keyboard.press("e")

    await expect(page.get_by_role("textbox", name="Edit the comment.")).to_have_value("Top more")


async def test_r_replies_and_approves_and_u_takes_both_back(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("r")
    await expect(page.get_by_role("textbox", name="Reply to Jonas Lind")).to_be_focused()
    await page.keyboard.type("Thank *you*")
    await page.keyboard.press("Control+Enter")

    await expect(sheet.toast).to_contain_text("Replied, and the comment is approved.")
    await expect(sheet.card("Top")).to_have_count(0)
    assert (await desk.states())["Top"] == "approved"
    await page.goto(f"{desk.address}?state=approved")
    await expect(sheet.card("Thank you")).to_be_visible()
    await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("Undone")
    await expect(sheet.cards).to_have_count(0)
    assert (await desk.states())["Top"] == "pending"


async def test_a_reply_to_what_is_public_folds_its_form(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("a")
    await expect(sheet.toast).to_contain_text("Approved.")
    await page.goto(f"{desk.address}?state=approved")
    await page.keyboard.press("r")
    await page.keyboard.type("You are welcome")
    await page.keyboard.press("Control+Enter")

    await expect(sheet.toast).to_contain_text("Replied.")
    await expect(sheet.card("You are welcome")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Reply to Jonas Lind")).to_have_count(0)


async def test_an_empty_edit_is_refused_and_stays_open(
    sheet: Sheet, page: Page, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 422")
    await page.keyboard.press("e")
    await page.get_by_role("textbox", name="Edit the comment.").fill("")
    await page.keyboard.press("Control+Enter")

    await expect(sheet.toast).to_contain_text("Not saved:")
    await expect(page.get_by_role("textbox", name="Edit the comment.")).to_be_visible()


async def test_n_leaves_a_note_for_the_others_and_u_takes_it_back(sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("n")
    await page.keyboard.type("Asked him by mail")
    await page.keyboard.press("Control+Enter")

    await expect(sheet.toast).to_contain_text("Noted.")
    notes = sheet.card("Top").get_by_role("list", name="Notes by moderators")
    await expect(notes).to_have_text("Mia Lindqvist: Asked him by mail")
    await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("The note is taken back.")
    await expect(notes).to_have_count(0)


async def test_shift_a_trusts_and_what_is_approved_can_be_picked_out(
    desk: Desk, sheet: Sheet, page: Page
) -> None:
    await page.keyboard.press("Shift+A")
    await expect(sheet.toast).to_contain_text("Approved, and its author is trusted.")
    assert (await desk.states())["Top"] == "approved"

    await page.goto(f"{desk.address}?state=approved")
    await page.keyboard.press("p")

    await expect(sheet.card("Top").get_by_text("Picked out", exact=True)).to_be_visible()
    await expect(sheet.button("Top", "Pick out no more")).to_be_visible()
    await page.keyboard.press("p")
    await expect(sheet.button("Top", "Pick out no more")).to_have_count(0)


async def test_h_lets_wait_and_shift_m_asks_where_to_move(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("a")
    await expect(sheet.toast).to_contain_text("Approved.")
    await page.goto(f"{desk.address}?state=approved")

    await page.keyboard.press("h")
    await expect(sheet.toast).to_contain_text("It waits again.")
    assert (await desk.states())["Top"] == "pending"

    await page.goto(desk.address)
    await page.keyboard.press("Shift+M")
    await expect(page).to_have_url(re.compile(rf"/move\?comment={desk.made['Top']}"))


async def test_without_a_script_a_card_is_edited_and_noted(
    desk: Desk, new_page: Callable[..., Awaitable[Page]]
) -> None:
    await desk.held("As it was")
    plain = await new_page(java_script_enabled=False)
    sheet = await desk.open(plain)

    await plain.locator("summary", has_text="Edit").click()
    await plain.get_by_role("textbox", name="Edit the comment.").fill("As it is")
    await plain.get_by_role("button", name="Save").click()
    await expect(plain.get_by_role("status")).to_contain_text("Edited.")
    await plain.locator("summary", has_text="Note").click()
    await plain.get_by_role("textbox", name="Note for moderators").fill("A phone number")
    await plain.get_by_role("button", name="Keep the note").click()

    await expect(plain.get_by_role("status")).to_contain_text("Noted.")
    assert await sheet.texts() == ["As it is"]
    await expect(plain.get_by_text("A phone number")).to_be_visible()
    await plain.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(plain.get_by_role("status")).to_contain_text("The note is taken back.")
    await expect(plain.get_by_text("A phone number")).to_have_count(0)
