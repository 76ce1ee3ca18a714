"""Every state of the widget is for everyone: light, dark, narrow, large, by touch, in forced colours."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.discussions import Service
from tests.browser.manners import (
    inline_styles,
    running_animations,
    small_targets,
    sticking_out,
    unseen_focus,
    wrong_by_axe,
)
from tests.browser.states import STATES, Stage
from tests.support.browser import PageFaults

WIDE: ViewportSize = {"width": 900, "height": 800}
NARROW: ViewportSize = {"width": 320, "height": 700}
TWICE_THE_TEXT = "document.documentElement.style.fontSize = '200%'"


@pytest.mark.parametrize("name", STATES)
async def test_every_state_is_for_everyone(
    name: str,
    service: Service,
    articles: None,
    new_page: Callable[..., Awaitable[Page]],
    page_faults: PageFaults,
) -> None:
    page_faults.allow("ERR_FAILED|status of (404|429)")
    page = await new_page(viewport=WIDE, color_scheme="light", reduced_motion="reduce")
    await STATES[name].reach(Stage(page, service))

    wrong = {
        "inline styles": await inline_styles(page),
        "moving": await running_animations(page),
        "wide": await sticking_out(page),
    }
    await page.set_viewport_size(NARROW)
    wrong["320 px"] = await sticking_out(page)
    wrong["touch"] = await small_targets(page)
    await page.evaluate(TWICE_THE_TEXT)
    wrong["light, 320 px, text 200 %"] = [*await wrong_by_axe(page), *await sticking_out(page)]
    await page.set_viewport_size(WIDE)
    await page.emulate_media(color_scheme="dark")
    await expect(page.locator("comments-thread .comments").first).to_have_attribute("data-theme", "dark")
    wrong["dark, text 200 %"] = [*await wrong_by_axe(page), *await sticking_out(page)]
    await page.keyboard.press("Shift")
    wrong["focus"] = await unseen_focus(page)
    await page.emulate_media(forced_colors="active")
    wrong["focus in forced colours"] = await unseen_focus(page)

    assert [f"{where}: {found}" for where, found in wrong.items() if found] == []
