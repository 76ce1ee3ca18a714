"""How the account page and the pages to sign in look: axe, narrow, dark, and without any script."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.identity.models import Membership
from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.moderating import Desk, running_desk
from tests.support import databases
from tests.support.browser import PageFaults

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PASSWORD = "four words that differ"
WITH_SCRIPT = {"account", "second-factor", "token", "team"}
"""Pages with the one script that there is for passkeys."""

LOOKS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"viewport": {"width": 360, "height": 740}, "has_touch": True},
]
PICTURES = os.environ.get("COMMENTS_TEST_PICTURES")
"""A folder for pictures of what is looked at, for people."""


def all_own(session: Session) -> None:
    session.execute(update(Membership).values(role="owner"))


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "phone"])
async def test_the_account_page_and_signing_in_are_clean(
    desk: Desk,
    new_page: Callable[..., Awaitable[Page]],
    page_faults: PageFaults,
    look: dict[str, Any],
) -> None:
    # What the browser says of a 422 cannot be kept out of its console.
    page_faults.allow("Failed to load resource")
    page = await new_page(**look)
    await desk.open(page)
    base = desk.address.partition("/moderate")[0]
    faults: dict[str, list[str]] = {}

    async def look_at(name: str) -> None:
        assert await page.locator("script").count() <= (name in WITH_SCRIPT), "works without any, too"
        faults[name] = await axe_faults(page)
        if await sideways_scroll(page) > 0:
            faults[name].append("scrolls sideways")
        if PICTURES:
            width = (page.viewport_size or {"width": 0})["width"]
            scheme = look.get("color_scheme", "light")
            await page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)

    await page.goto(f"{base}/account")
    await look_at("account")
    await page.get_by_text("Choose one").click()
    await page.get_by_label("The new one").fill(PASSWORD)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Your new password is good from now on.")).to_be_visible()
    await page.get_by_role("button", name="Set it up").click()
    await expect(page.locator("svg.qr")).to_be_visible()
    await look_at("second-factor")
    await page.get_by_text("Make a token").click()
    await page.get_by_label("What it is for").fill("Dashboard")
    await page.get_by_role("button", name="Make it").click()
    await expect(page.locator("code.secret")).to_have_text(re.compile(r"^m_"))
    await look_at("token")
    await desk.svc.db.write(all_own)
    await page.goto(f"{base}/team/{desk.seed.name}")
    await page.get_by_label("Their e-mail address").fill("nils@mail.example")
    await page.get_by_label("Only for pages below").fill("/news/ /sport/")
    await page.get_by_role("button", name="Make a link").click()
    await expect(page.get_by_text("Moderator of /news/ and /sport/")).to_be_visible()
    await look_at("team")
    link = await page.locator("code.secret").inner_text()
    await page.goto(f"{base}/invitation/{link.rpartition('/')[2]}")
    await look_at("invitation")
    await page.goto(f"{base}/account")
    await page.get_by_role("button", name="Sign out here").click()
    await page.goto(f"{base}/sign-in/password")
    await look_at("sign-in")
    await page.get_by_label("Your e-mail address").fill("mia@blog.example")
    await page.get_by_label("Your password").fill("something else entirely")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    await look_at("wrong")

    assert {name: found for name, found in faults.items() if found} == {}
