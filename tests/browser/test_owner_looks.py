"""How the owner's pages look: every section, with axe, narrow and dark, and what the one script adds."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from comments.owner.pages.frame import SECTIONS
from tests.browser import owner_states
from tests.browser.desk_pictures import lay
from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.moderating import Desk, Sheet, running_desk
from tests.browser.test_account_looks import all_own
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "dark"},
    {"viewport": {"width": 360, "height": 740}, "has_touch": True},
]


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


async def test_every_section_is_clean_and_says_what_is_wrong(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], page_faults: PageFaults
) -> None:
    # What the browser says of a 422 cannot be kept out of its console.
    page_faults.allow("Failed to load resource")
    await desk.svc.db.write(all_own)
    await lay(desk)
    waiting = await desk.held("I took the sleeper")
    faults: dict[str, list[str]] = {}
    for look in LOOKS:
        page = await new_page(**look)
        await desk.open(page)
        await page.get_by_role("link", name="Settings").click()
        for section in SECTIONS:
            await page.goto(f"{desk.address}/settings/{section.key}")
            faults[f"{section.key} {look}"] = await axe_faults(page)
            assert await sideways_scroll(page) <= 0, section.key
        await page.goto(f"{desk.address}/settings/readers")
        await page.get_by_label("Whose data").fill(str(waiting))
        await page.get_by_role("button", name="Find").click()
        faults[f"found {look}"] = await axe_faults(page)
        await page.get_by_role("link", name="Erase").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Erase Jonas Lind?")
        faults[f"erasing {look}"] = await axe_faults(page)
        assert await sideways_scroll(page) <= 0
        for reach in (owner_states.checks, owner_states.trial):
            await reach(desk, Sheet(page))
            faults[f"{reach.__name__} {look}"] = await axe_faults(page)
            assert await sideways_scroll(page) <= 0, reach.__name__
        await page.get_by_label("Links that a guest may set").fill("many")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("alert")).to_contain_text("Nothing was saved yet.")
        await expect(page.get_by_label("Links that a guest may set")).to_have_attribute(
            "aria-invalid", "true"
        )
        faults[f"wrong {look}"] = await axe_faults(page)
        await page.get_by_label("Links that a guest may set").fill("2")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("Links that a guest may set")
        await page.get_by_label("Links that a guest may set").fill("0")
        await page.get_by_role("button", name="Save").click()

    assert {name: found for name, found in faults.items() if found} == {}
