"""The owner's sections on data in a browser: a file is sent and watched, and axe finds no fault anywhere."""

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.identity.models import Membership
from comments.importers.jobs.worker import ImportJobs
from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.moderating import Desk, running_desk
from tests.importers.exports import disqus, post, thread
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PICTURES = os.environ.get("COMMENTS_TEST_PICTURES")
"""A folder for pictures of what is looked at, for people."""


def make_owner(session: Session, desk: Desk) -> None:
    mine = Membership.account_id == desk.mia.account_id
    session.execute(update(Membership).where(mine).values(role="owner"))


async def test_an_import_is_sent_watched_and_done_and_every_section_is_sound(
    page: Page, page_faults: PageFaults, run_folder: Path, tmp_path: Path
) -> None:
    # What the browser says of a 422 cannot be kept out of its console.
    page_faults.allow("Failed to load resource")
    file = tmp_path / "slowlines-2026.xml"
    elsewhere = "https://old.lantern.example/x"
    file.write_text(
        disqus(thread(1), thread(2, elsewhere), *(post(n, thread=1 + n % 2) for n in range(1, 40)))
    )
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as desk:
        await desk.svc.db.write(make_owner, desk)
        worker = ImportJobs(desk.svc.db, desk.svc.settings, desk.svc.keys, desk.svc.clock)
        await desk.open(page, "/settings/import")
        await looked_at(page, "import-empty")
        await page.get_by_label("The export file").set_input_files(file)
        await page.get_by_role("button", name="Try it").click()
        await expect(page.get_by_role("heading", name="Trying slowlines-2026.xml")).to_be_visible()
        await looked_at(page, "import-reading")
        await worker.work()
        await expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible()
        await looked_at(page, "import-tried")

        for section in ("export", "tokens", "webhooks", "outbox"):
            await page.goto(f"{desk.address}/settings/{section}")
            if section == "webhooks":
                await page.get_by_label("Its address").fill("https://127.0.0.1/told")
                await page.get_by_role("button", name="Add", exact=True).click()
                await page.get_by_role("button", name="Try webhook 1").click()
                await expect(page.get_by_role("alert")).to_be_visible()
            if section == "tokens":
                await page.get_by_label("What it is for").fill("Nightly export")
                await page.get_by_role("button", name="Make a token").click()
                await expect(page.get_by_text("It is shown this once")).to_be_visible()
            await looked_at(page, section)


async def looked_at(page: Page, name: str) -> None:
    """Hold the page to what all of ours are held to, wide and on a phone, light and dark."""
    looks: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 360))
    for scheme, width in looks:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 900})
        assert await axe_faults(page) == []
        assert await sideways_scroll(page) <= 0
        if PICTURES:
            await page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
