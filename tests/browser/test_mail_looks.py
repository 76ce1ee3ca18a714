"""How the mails and the pages that they lead to look: axe, narrow, dark; and pressing what stands there."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from comments.notifications.catalogue import Catalogue
from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.mails import posted
from tests.conftest import NOON
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

MAILS = ["mail-confirm", "mail-digest", "mail-message", "mail-reply", "mail-sign-in", "mail-test"]
ABOUT_PAGES = ("landmark-one-main:", "region:")
"""What axe asks of a whole page: a mail stands in one, its program's, which has a main part of its own."""

LOOKS: dict[str, dict[str, Any]] = {
    "en": {"color_scheme": "light"},
    "ar": {"color_scheme": "dark", "viewport": {"width": 320, "height": 740}},
}
"""By the language that mails are read in."""


@pytest.mark.parametrize("language", LOOKS)
async def test_every_mail_and_where_it_leads_is_clean_light_dark_and_narrow(
    run_folder: Path,
    tmp_path: Path,
    new_page: Callable[..., Awaitable[Page]],
    page_faults: PageFaults,
    language: str,
) -> None:
    # What the browser says of a 404 cannot be kept out of its console.
    page_faults.allow("Failed to load resource")
    faults: dict[str, list[str]] = {}

    async def look_at(page: Page, name: str) -> None:
        assert await page.locator("script").count() == 0
        found = await axe_faults(page)
        if name in MAILS:
            found = [fault for fault in found if not fault.startswith(ABOUT_PAGES)]
        if await sideways_scroll(page) > 0:
            found.append("scrolls sideways")
        faults.setdefault(name, []).extend(found)

    words = Catalogue(language)
    async with posted(databases.sqlite_copy(run_folder, tmp_path), tmp_path, NOON, language) as post:
        assert sorted(post.html) == MAILS
        page = await new_page(**LOOKS[language])
        await post.serve(page)
        for name in (*post.html, *post.pages):
            await post.open(page, name)
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await look_at(page, name)
        # Last, for nothing is asked of who has left.
        await post.open(page, "page-digest")
        await page.get_by_label(words("digest_never")).check()
        await page.get_by_role("button", name=words("save")).click()
        await expect(page.get_by_role("status")).to_be_visible()
        await look_at(page, "digest-saved")
        await post.open(page, "page-confirm")
        await page.get_by_role("button", name=words("confirm_button")).click()
        await expect(page.get_by_role("status")).to_be_visible()
        await look_at(page, "confirmed")
        await post.open(page, "page-leave")
        await page.get_by_role("button", name=words("stop_thread")).click()
        await expect(page.get_by_role("status")).to_be_visible()
        await look_at(page, "left")

    assert {name: found for name, found in faults.items() if found} == {}
