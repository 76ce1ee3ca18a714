"""Many comments at once on the desk: boxes, keys, ranges, 500 of them, with and without a script."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from comments.moderation.sweeps.actions import RUN_GOES_ON
from comments.moderation.sweeps.worker import run_handler
from comments.outbox import Delivery
from tests.browser.moderating import Desk, Sheet, running_desk
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


async def five_on_the_desk(desk: Desk, page: Page) -> Sheet:
    for text in ("Five", "Four", "Three", "Two", "One"):
        await desk.held(text)
    return await desk.open(page)


async def test_x_selects_and_a_key_decides_about_all_of_it(desk: Desk, page: Page) -> None:
    sheet = await five_on_the_desk(desk, page)

    for key in ("x", "j", "j", "x"):
        await page.keyboard.press(key)
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.keyboard.press("s")

    await expect(sheet.toast).to_contain_text("2 comments marked as spam.")
    await expect(sheet.marked).to_have_text("Four")
    await expect(page.get_by_text("2 selected")).to_be_hidden()
    states = await desk.states()
    assert {text for text, state in states.items() if state == "spam"} == {"One", "Three"}

    await page.keyboard.press("u")
    await expect(sheet.toast).to_have_text("Undone. 2 comments wait again.")
    assert await sheet.texts() == ["One", "Two", "Three", "Four", "Five"]
    await sheet.box("Four").check()
    bar, told = await sheet.bulk.bounding_box(), await sheet.toast.bounding_box()
    assert bar is not None
    assert told is not None
    assert told["y"] + told["height"] <= bar["y"]


async def test_shift_selects_a_range_by_key_and_by_mouse(desk: Desk, page: Page) -> None:
    sheet = await five_on_the_desk(desk, page)

    for key in ("j", "x", "j", "j", "Shift+X"):
        await page.keyboard.press(key)
    await expect(page.get_by_text("3 selected")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("3 selected")).to_be_hidden()

    await sheet.box("Five").check()
    await sheet.box("Two").click(modifiers=["Shift"])
    await expect(page.get_by_text("4 selected")).to_be_visible()
    await expect(sheet.box("One")).not_to_be_checked()


async def test_selected_comments_are_decided_by_the_bar(desk: Desk, page: Page) -> None:
    sheet = await five_on_the_desk(desk, page)

    await page.get_by_role("link", name="Select all").click()
    await sheet.box("Four").uncheck()
    await sheet.bulk.get_by_role("button", name="Approve").click()

    await expect(sheet.toast).to_contain_text("4 comments approved.")
    assert await sheet.texts() == ["Four"]
    assert (await desk.states())["Four"] == "pending"


async def test_what_somebody_else_decided_stays_out_of_the_many(desk: Desk, page: Page) -> None:
    sheet = await five_on_the_desk(desk, page)
    await desk.decided("approve", desk.made["Two"], by=desk.ana)

    await page.get_by_role("link", name="Select all").click()
    await page.keyboard.press("d")

    await expect(sheet.toast).to_contain_text("4 comments removed.")
    await expect(page.get_by_text("Ana Petrović already handled this: approved")).to_be_visible()
    assert (await desk.states())["Two"] == "approved"


async def test_five_hundred_are_decided_and_taken_back_at_once(desk: Desk, page: Page) -> None:
    author = desk.seed.author("Rolex-Deals24")
    for number in range(510):
        desk.seed.comment(desk.thread_id, author, name="Rolex-Deals24", text=f"Watches {number}")
    await desk.svc.db.write(desk.seed.store)
    sheet = await desk.open(page)

    await page.get_by_role("link", name="Select all").click()
    await expect(page.get_by_text("25 selected")).to_be_visible()
    await sheet.bulk.get_by_role("button", name="Select more").click()
    await expect(page.get_by_text("500 selected")).to_be_visible(timeout=60_000)
    await page.keyboard.press("s")

    await expect(sheet.toast).to_contain_text("500 comments marked as spam.", timeout=30_000)
    await expect(page.get_by_role("link", name="Spam 500")).to_be_visible()
    await expect(page.get_by_role("heading", name="10 comments wait")).to_be_visible()
    await page.keyboard.press("u")
    await expect(sheet.toast).to_have_text("Undone. 500 comments wait again.", timeout=30_000)
    await expect(page.get_by_role("heading", name="510 comments wait")).to_be_visible()


async def test_without_a_script_boxes_and_one_form_decide_about_many(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], page_faults: PageFaults
) -> None:
    page_faults.allow("status of 409")
    plain = await new_page(java_script_enabled=False)
    sheet = await five_on_the_desk(desk, plain)
    await expect(sheet.bulk).to_be_hidden()

    await sheet.box("One").check()
    await sheet.box("Three").check()
    await sheet.bulk.get_by_role("button", name="Spam").click()

    await expect(plain.get_by_role("status")).to_contain_text("2 comments marked as spam.")
    assert await sheet.texts() == ["Two", "Four", "Five"]

    await plain.get_by_role("button", name="Undo").click()
    await plain.get_by_role("link", name="Select all").click()
    await sheet.box("Five").uncheck()
    await sheet.bulk.get_by_role("button", name="Remove").click()

    await expect(plain.get_by_role("status")).to_contain_text("4 comments removed.")
    assert await sheet.texts() == ["Five"]


async def test_a_flood_goes_and_comes_back_by_one_key_and_opens_into_its_rows(desk: Desk, page: Page) -> None:
    for number in range(3):
        await desk.held(f"Buy replica watches here {number}", name=f"Deals{number}", similar_group=7)
    sheet = await desk.open(page)
    await expect(sheet.cards).to_have_count(1)
    await expect(page.get_by_text("× 3")).to_be_visible()

    await page.keyboard.press("s")
    await expect(sheet.toast).to_contain_text("3 comments marked as spam.")
    assert set((await desk.states()).values()) == {"spam"}
    async with page.expect_response(lambda told: "/news?" in told.url and told.status == 200):
        await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("Undone.")
    assert set((await desk.states()).values()) == {"pending"}
    async with page.expect_response(lambda told: "/news?" in told.url):
        pass
    # All three are in the row that came back.
    await expect(page.locator("[data-arrived]")).to_be_hidden()

    await page.get_by_role("link", name="Show all", exact=True).click()
    await expect(sheet.cards).to_have_count(3)


async def test_all_of_a_list_is_followed_stopped_and_taken_back(desk: Desk, page: Page) -> None:
    sheet = await five_on_the_desk(desk, page)
    await page.goto(f"{desk.address}?limit=2")
    parts = Delivery(desk.svc.db, desk.svc.clock, {RUN_GOES_ON: run_handler(desk.svc, at_once=2)})

    await page.get_by_role("link", name="Select all").click()
    await page.get_by_role("button", name="Select all 5").click()
    await expect(page.get_by_text("Selected: all 5")).to_be_visible()
    await page.keyboard.press("s")
    await expect(sheet.toast).to_contain_text("0 comments marked as spam so far.")
    await parts.deliver_due()
    await expect(sheet.toast).to_contain_text("5 comments marked as spam.")
    await expect(page.get_by_text("Nothing waits.")).to_be_visible()

    await sheet.toast.get_by_role("button", name="Undo").click()
    await expect(sheet.toast).to_contain_text("Being undone: 5 left.")
    await sheet.toast.get_by_role("button", name="Stop").click()
    await expect(sheet.toast).to_contain_text("Stopped: 5 comments marked as spam.")
    await sheet.toast.get_by_role("button", name="Undo").click()
    await expect(sheet.toast).to_contain_text("Being undone: 5 left.")
    await parts.deliver_due()
    await expect(sheet.toast).to_contain_text("Undone.")
    await expect(page.get_by_role("heading", name="5 comments wait")).to_be_visible()
    assert set((await desk.states()).values()) == {"pending"}
