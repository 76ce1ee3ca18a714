"""A network that is lost while a moderator decides: what was decided is kept, and sent again once."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.moderating import Desk, Sheet, running_desk
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio

DECISIONS = re.compile("/decisions$")


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


@pytest.fixture
async def sheet(desk: Desk, page: Page, page_faults: PageFaults) -> Sheet:
    page_faults.allow("ERR_")
    # Where nothing was routed before, the first request may slip past a route set right before it.
    await page.route("**/never-asked-for", lose)
    for text in ("Bottom", "Middle", "Top"):
        await desk.held(text)
    return await desk.open(page)


async def lose(route: Route) -> None:
    await route.abort()


async def lose_the_answer(route: Route) -> None:
    await route.fetch()
    await route.abort()


async def test_decisions_are_kept_and_sent_when_the_server_answers_again(
    desk: Desk, sheet: Sheet, page: Page
) -> None:
    await page.route(DECISIONS, lose)

    await page.keyboard.press("a")
    await page.keyboard.press("s")

    await expect(sheet.unsent).to_contain_text(
        "Not sent: the server did not answer. 2 decisions are kept here"
    )
    assert await sheet.texts() == ["Bottom"]
    assert set((await desk.states()).values()) == {"pending"}
    await page.unroute(DECISIONS)
    await sheet.unsent.get_by_role("button", name="Send now").click()

    await expect(sheet.unsent).to_be_hidden()
    assert await desk.states() == {"Bottom": "pending", "Middle": "spam", "Top": "approved"}


async def test_they_are_sent_again_without_being_asked_for(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.clock.install()
    await page.reload()
    await page.route(DECISIONS, lose, times=2)

    await page.keyboard.press("a")
    await expect(sheet.unsent).to_be_visible()
    await page.clock.run_for(2_100)
    await expect(sheet.unsent).to_be_visible()
    async with page.expect_response(DECISIONS):
        await page.clock.run_for(4_100)

    await expect(sheet.unsent).to_be_hidden()
    assert (await desk.states())["Top"] == "approved"


async def test_what_is_kept_survives_a_reload(desk: Desk, sheet: Sheet, page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    await page.route(DECISIONS, lose)
    await page.keyboard.press("d")
    await expect(sheet.unsent).to_be_visible()

    await page.reload()
    await expect(sheet.unsent).to_contain_text("1 decision is kept here")
    await expect(sheet.card("Top")).to_have_count(0)
    await page.unroute(DECISIONS)
    await sheet.unsent.get_by_role("button", name="Send now").click()

    await expect(sheet.toast).to_contain_text("Removed.")
    assert (await desk.states())["Top"] == "removed"
    await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("Undone.")
    await expect(sheet.card("Top")).to_be_visible()
    assert (await desk.states())["Top"] == "pending"


async def test_a_lost_answer_is_no_conflict_with_oneself(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.route(DECISIONS, lose_the_answer, times=1)

    await page.keyboard.press("a")
    await expect(sheet.unsent).to_be_visible()
    await sheet.unsent.get_by_role("button", name="Send now").click()

    await expect(sheet.toast).to_contain_text("Approved.")
    await expect(page.get_by_text("already handled")).to_have_count(0)
    await page.keyboard.press("u")
    await expect(sheet.toast).to_have_text("Undone. It waits again.")
    assert set((await desk.states()).values()) == {"pending"}


async def test_somebody_elses_decision_meanwhile_stands(
    desk: Desk, sheet: Sheet, page: Page, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 409")
    await page.route(DECISIONS, lose)
    await page.keyboard.press("s")
    await expect(sheet.unsent).to_be_visible()
    await desk.decided("approve", desk.made["Top"], by=desk.ana)

    await page.unroute(DECISIONS)
    await sheet.unsent.get_by_role("button", name="Send now").click()

    await expect(page.get_by_text("Ana Petrović already handled this: approved")).to_be_visible()
    assert (await desk.states())["Top"] == "approved"


async def test_an_undo_waits_for_the_decision_that_it_takes_back(
    desk: Desk, sheet: Sheet, page: Page
) -> None:
    await page.route(DECISIONS, lose)
    await page.keyboard.press("a")
    await page.keyboard.press("s")
    await expect(sheet.unsent).to_contain_text("2 decisions")

    # The second was never on its way: it comes back at once. The first may have arrived.
    await page.keyboard.press("u")
    await expect(sheet.card("Middle")).to_be_visible()
    await page.keyboard.press("u")
    await expect(sheet.toast).to_contain_text("It is undone as soon as the server has answered.")
    await page.unroute(DECISIONS)
    await sheet.unsent.get_by_role("button", name="Send now").click()

    await expect(sheet.card("Top")).to_be_visible()
    assert set((await desk.states()).values()) == {"pending"}


async def test_what_the_server_refuses_comes_back(
    desk: Desk, sheet: Sheet, page: Page, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 403")

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, json={"code": "form-outdated", "detail": "This form is outdated."})

    await page.route(DECISIONS, refuse)
    await page.keyboard.press("a")

    await expect(sheet.toast).to_have_text("Not saved: This form is outdated.")
    await expect(sheet.marked).to_have_text("Top")


async def test_the_running_list_takes_back_any_of_them(desk: Desk, sheet: Sheet, page: Page) -> None:
    await page.keyboard.press("a")
    await page.keyboard.press("s")
    decided = page.get_by_role("region", name="Your last decisions")
    await expect(sheet.toast).to_contain_text("Marked as spam.")
    await expect(decided.get_by_role("listitem")).to_have_count(2)

    await decided.get_by_role("button", name="Undo: Approved").click()

    await expect(sheet.card("Top")).to_be_visible()
    await expect(decided.get_by_role("listitem")).to_have_count(1)
    assert await desk.states() == {"Bottom": "pending", "Middle": "spam", "Top": "pending"}
