"""A site's line of terms under the box that one writes in, and the box to tick where guests must agree."""

import json

from playwright.async_api import Request, Route, expect

from tests.browser.discussions import Discussion
from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.widget import Widget

LINE = "I agree to the house rules, and that what I write is kept and can be read by everyone."
RULES = "https://blog.example/rules"
TERMS = {"text": LINE, "url": RULES, "consent": True}


async def test_a_guest_agrees_to_the_sites_terms_before_anything_is_sent(
    discussion: Discussion, widget: Widget
) -> None:
    page = widget.page
    sent: list[object] = []

    async def where_guests_must_agree(route: Route) -> None:
        answer = await route.fetch()
        shown = await answer.json()
        shown["thread"]["terms"] = TERMS
        await route.fulfill(response=answer, json=shown)

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/comments"):
            sent.append(json.loads(request.post_data or "{}").get("consent"))

    await page.route("**/thread?*", where_guests_must_agree)
    page.on("request", note)
    await page.set_viewport_size({"width": 320, "height": 700})
    await widget.open(discussion)
    await widget.write("May I?", name="Tomasz")
    agreement = widget.element.get_by_role("checkbox", name=LINE)
    await expect(agreement).not_to_be_checked()
    await expect(widget.element.get_by_role("link", name=LINE)).to_have_attribute("href", RULES)
    assert await sideways_scroll(page) <= 0
    assert await axe_faults(page) == []

    await widget.post_button.click()
    await expect(agreement).to_be_focused()
    assert sent == []
    await agreement.check()
    await widget.post_button.click()
    await expect(widget.comment("May I?")).to_be_visible()
    assert sent == [True]
