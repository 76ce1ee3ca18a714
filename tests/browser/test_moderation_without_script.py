"""The moderators' desk with JavaScript switched off: forms, notices, and the way back."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.moderating import Desk, running_desk
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


@pytest.fixture
async def plain(new_page: Callable[..., Awaitable[Page]]) -> Page:
    return await new_page(java_script_enabled=False)


async def test_who_is_not_signed_in_is_led_to_the_sign_in_page(desk: Desk, plain: Page) -> None:
    await plain.goto(f"{desk.address}?state=spam")

    await expect(plain).to_have_url(re.compile(r"/sign-in\?next=/moderate/slowlines%3Fstate%3Dspam$"))


async def test_a_card_is_a_form_and_its_decision_can_be_undone(desk: Desk, plain: Page) -> None:
    await desk.held("Stays")
    await desk.held("Goes out")
    sheet = await desk.open(plain)
    await expect(plain.get_by_role("heading", name="2 comments wait")).to_be_visible()

    await sheet.button("Goes out", "Approve").click()

    await expect(plain.get_by_role("status")).to_contain_text("Approved.")
    assert await sheet.texts() == ["Stays"]
    assert await desk.states() == {"Stays": "pending", "Goes out": "approved"}

    await plain.get_by_role("button", name="Undo").click()

    await expect(plain.get_by_role("status")).to_contain_text("Undone. It waits again.")
    assert await sheet.texts() == ["Goes out", "Stays"]
    assert await desk.states() == {"Stays": "pending", "Goes out": "pending"}


async def test_reloading_after_a_decision_repeats_nothing(desk: Desk, plain: Page) -> None:
    await desk.held("One")
    await desk.held("Two")
    sheet = await desk.open(plain)

    await sheet.button("Two", "Spam").click()
    await plain.reload()

    await expect(plain.get_by_role("status")).to_contain_text("Marked as spam.")
    assert await desk.states() == {"One": "pending", "Two": "spam"}


async def test_who_comes_second_is_told_and_changes_nothing(
    desk: Desk, plain: Page, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 409")
    comment_id = await desk.held("Hello")
    sheet = await desk.open(plain)
    await desk.decided("approve", comment_id, by=desk.ana)

    await sheet.button("Hello", "Spam").click()

    told = re.compile(r"Ana Petrović already handled this: approved, \d+ seconds? ago\.")
    await expect(plain.get_by_role("alert")).to_contain_text(told)
    assert await desk.states() == {"Hello": "approved"}


async def test_a_removed_comment_is_restored_from_its_queue(desk: Desk, plain: Page) -> None:
    comment_id = await desk.held("Rude")
    await desk.decided("approve", comment_id)
    await desk.decided("remove", comment_id)
    sheet = await desk.open(plain, "?state=removed")

    await sheet.button("Rude", "Restore").click()

    await expect(plain.get_by_role("status")).to_contain_text("Undone. It is approved again.")
    assert await desk.states() == {"Rude": "approved"}


async def test_the_log_names_who_and_why_and_takes_back_what_stands(desk: Desk, plain: Page) -> None:
    comment_id = await desk.held("Rude", name="Bruno Keller")
    await desk.decided("remove", comment_id, by=desk.ana)
    await desk.open(plain, "/log")
    entries = plain.get_by_role("main").get_by_role("listitem")
    await expect(entries.filter(has_text="Ana Petrović: Removed a comment by Bruno Keller")).to_be_visible()

    await plain.get_by_role("button", name="Undo: Removed a comment by Bruno Keller").click()

    assert await desk.states() == {"Rude": "pending"}
    await plain.goto(desk.address + "/log")
    await expect(entries.filter(has_text="Mia Lindqvist: Took back")).to_be_visible()
    await expect(plain.get_by_role("button", name=re.compile("^Undo"))).to_have_count(0)


async def test_a_session_that_ended_asks_to_sign_in_and_decides_nothing(desk: Desk, plain: Page) -> None:
    await desk.held("Hello")
    sheet = await desk.open(plain)
    await plain.context.clear_cookies()

    await sheet.button("Hello", "Approve").click()

    await expect(plain).to_have_url(re.compile("/sign-in"))
    assert await desk.states() == {"Hello": "pending"}


async def test_older_comments_are_on_the_next_page(desk: Desk, plain: Page) -> None:
    for number in range(30):
        await desk.held(f"Comment {number}.")
    sheet = await desk.open(plain)
    first = await sheet.texts()

    await plain.get_by_role("link", name="Older comments").click()

    assert first == [f"Comment {number}." for number in range(29, 4, -1)]
    assert await sheet.texts() == [f"Comment {number}." for number in range(4, -1, -1)]
    await sheet.button("Comment 3.", "Approve").click()
    assert await sheet.texts() == ["Comment 4.", "Comment 2.", "Comment 1.", "Comment 0."]


async def test_search_finds_words_in_any_case_and_says_when_there_are_none(desk: Desk, plain: Page) -> None:
    await desk.held("Über die SCHWEIZ nach Triest", name="Ann")
    await desk.held("Something else", name="Bea")
    sheet = await desk.open(plain)
    search = plain.get_by_role("searchbox", name="Search comments")

    await search.fill("über schweiz")
    await search.press("Enter")
    assert await sheet.texts() == ["Über die SCHWEIZ nach Triest"]

    await search.fill("nowhere")
    await search.press("Enter")
    await expect(plain.get_by_text("Nothing found for “nowhere”.")).to_be_visible()


async def test_an_authors_name_leads_to_everything_they_wrote(desk: Desk, plain: Page) -> None:
    await desk.held("By Ann", name="Ann")
    await desk.held("By Bea", name="Bea")
    sheet = await desk.open(plain)

    await plain.get_by_role("link", name="Ann", exact=True).click()

    assert await sheet.texts() == ["By Ann"]
    await plain.get_by_role("link", name="Show all").click()
    assert await sheet.texts() == ["By Bea", "By Ann"]


async def test_an_empty_queue_says_so_and_who_was_here_last(desk: Desk, plain: Page) -> None:
    comment_id = await desk.held("Hello")
    await desk.decided("approve", comment_id, by=desk.ana)

    await desk.open(plain)

    await expect(plain.get_by_text("Nothing waits.")).to_be_visible()
    last = re.compile("The last decision was .* ago, by Ana Petrović")
    await expect(plain.get_by_text(last)).to_be_visible()
