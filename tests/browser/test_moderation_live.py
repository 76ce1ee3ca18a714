"""Two moderators at once, and comments that come in: seen within a second, and nothing moves by itself."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.moderating import Desk, Sheet, running_desk
from tests.support import databases

pytestmark = pytest.mark.anyio

HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


@pytest.fixture
async def sheet(desk: Desk, page: Page) -> Sheet:
    for text in ("Bottom", "Middle", "Top"):
        await desk.held(text)
    return await desk.open(page)


async def test_what_somebody_else_decides_turns_into_a_line(desk: Desk, sheet: Sheet, page: Page) -> None:
    await desk.decided("approve", desk.made["Top"], by=desk.ana)

    told = re.compile(r"Ana Petrović already handled this: approved, \d+ seconds? ago\.")
    await expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()
    await expect(sheet.marked).to_have_text("Middle")
    await expect(page.get_by_role("heading", name="2 comments wait")).to_be_visible()
    await expect(page.get_by_role("link", name="Approved 1")).to_be_visible()


async def test_what_somebody_else_notes_stands_on_the_card_and_is_no_new_comment(
    desk: Desk, sheet: Sheet, page: Page
) -> None:
    await page.keyboard.press("r")
    await page.keyboard.type("I am")
    await desk.decided("note", desk.made["Top"], by=desk.ana, reason="Asked him")
    await desk.decided("note", desk.made["Bottom"], by=desk.ana, reason="Known here")

    notes = sheet.card("Bottom").get_by_role("list", name="Notes by moderators")
    await expect(notes).to_have_text("Ana Petrović: Known here")
    await expect(page.get_by_role("textbox", name="Reply to Jonas Lind")).to_have_value("I am")
    await expect(page.get_by_role("button", name="new comment")).to_be_hidden()
    assert await sheet.texts() == ["Top", "Middle", "Bottom"]


async def test_new_comments_are_counted_and_enter_when_asked_to(desk: Desk, sheet: Sheet, page: Page) -> None:
    await desk.held("New")
    await desk.held("Newer")

    news = page.get_by_role("button", name="2 new comments")
    await expect(news).to_be_visible()
    assert await sheet.texts() == ["Top", "Middle", "Bottom"]
    await expect(page.get_by_role("heading", name="5 comments wait")).to_be_visible()
    await news.press("Enter")

    await expect(sheet.marked).to_have_text("Newer")
    assert await sheet.texts() == ["Newer", "New", "Top", "Middle", "Bottom"]
    await expect(news).to_be_hidden()


async def test_what_somebody_takes_back_is_counted_as_new(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("a")
    await expect(sheet.toast).to_contain_text("Approved.")

    await desk.decided("restore", desk.made["Top"], by=desk.ana)

    await page.get_by_role("button", name="1 new comment").click()
    await expect(sheet.card("Top")).to_be_visible()
    assert await sheet.texts() == ["Top", "Middle", "Bottom"]


async def test_own_decisions_and_undoings_are_no_news(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("a")
    await expect(sheet.toast).to_contain_text("Approved.")
    async with page.expect_response(lambda got: "/news" in got.url and got.status == 200):
        await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("Undone.")

    await desk.held("New")
    await expect(page.get_by_role("button", name="1 new comment")).to_be_visible()
    await expect(page.get_by_text("already handled")).to_have_count(0)
    assert await sheet.texts() == ["Top", "Middle", "Bottom"]


async def test_an_empty_queue_fills_by_itself(desk: Desk, page: Page) -> None:
    sheet = await desk.open(page)
    await expect(page.get_by_text("Nothing waits.")).to_be_visible()

    await desk.held("First of all")

    await expect(sheet.card("First of all")).to_be_visible()
    await expect(page.get_by_text("Nothing waits.")).to_have_count(0)


async def test_a_hidden_tab_asks_nothing_and_catches_up(desk: Desk, page: Page) -> None:
    await desk.held("Top")
    await page.clock.install()
    await desk.open(page)
    await page.evaluate(HIDE, True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await desk.decided("spam", desk.made["Top"], by=desk.ana)

    await page.clock.run_for(60_000)
    assert asked == []
    await page.evaluate(HIDE, False)

    await expect(page.get_by_text("Ana Petrović already handled this: spam")).to_be_visible()
