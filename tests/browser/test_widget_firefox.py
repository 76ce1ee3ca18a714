"""The main path in Debian's Firefox: reading, writing, waiting, approving, answering, voting."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.discussions import Discussion, Service
from tests.browser.looks import sideways_scroll
from tests.browser.manners import wrong_by_axe
from tests.browser.moderating import Sheet
from tests.browser.widget import Widget
from tests.support.browser import PageFaults

# One Firefox for a whole test run: a second one would cost more than the tests.
pytestmark = pytest.mark.xdist_group("firefox")


@pytest.fixture
async def widget(new_firefox_page: Callable[..., Awaitable[Page]]) -> Widget:
    return Widget(await new_firefox_page())


@pytest.fixture
async def sheet(service: Service, new_firefox_page: Callable[..., Awaitable[Page]]) -> Sheet:
    """A moderator's queue, signed in to by the link that the command line prints."""
    page = await new_firefox_page()
    await page.goto(service.sign_in_link("noa@blog.example"))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="wait")).to_be_visible()
    return Sheet(page)


async def test_what_is_written_waits_is_approved_and_is_read_by_the_next(
    discussion: Discussion,
    widget: Widget,
    sheet: Sheet,
    new_firefox_page: Callable[..., Awaitable[Page]],
) -> None:
    discussion.said("Ana", "the **first** one")
    await widget.open(discussion)
    await expect(widget.comment("the first one").locator("strong")).to_have_text("first")

    # Only the window in front has the focus, as on a desktop.
    await widget.page.bring_to_front()
    await widget.post("written in *Firefox*", name="Jonas")
    await expect(widget.comment("written in Firefox")).to_contain_text("Only you can see this.")

    await sheet.page.bring_to_front()
    await sheet.page.reload()
    await sheet.button("written in Firefox", "Approve").first.click()
    await expect(sheet.card("written in Firefox")).to_have_count(0)

    another = Widget(await new_firefox_page())
    await another.open(discussion)
    await expect(another.comment("written in Firefox").locator("em")).to_have_text("Firefox")


async def test_a_reader_votes_answers_edits_and_takes_back_by_keyboard(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "the question")
    await widget.open(discussion)
    keyboard = widget.page.keyboard

    await widget.button("the question", "Vote up").focus()
    await keyboard.press("Space")
    await expect(widget.button("the question", "Vote up, 1 vote")).to_have_attribute("aria-pressed", "true")

    await widget.button("the question", "Reply").focus()
    await keyboard.press("Enter")
    await expect(widget.element.get_by_label("Reply to Ana")).to_be_focused()
    await keyboard.type("The answer.")
    await widget.element.get_by_role("textbox", name="Name").focus()
    await keyboard.type("Jonas")
    await keyboard.press("Control+Enter")
    await expect(widget.comment("The answer.")).to_be_visible()
    assert await widget.focused() == "Jonas"

    await widget.button("The answer.", "Edit").focus()
    await keyboard.press("Enter")
    await expect(widget.element.get_by_label("Edit your comment")).to_be_focused()
    await keyboard.type(" Changed.")
    await keyboard.press("Control+Enter")
    await expect(widget.comment("The answer. Changed.")).to_be_visible()

    await widget.button("The answer. Changed.", "Delete").focus()
    await keyboard.press("Enter")
    await expect(widget.element.get_by_role("button", name="Undo")).to_be_focused()
    await keyboard.press("Enter")
    await expect(widget.comment("The answer. Changed.")).to_be_visible()


async def test_a_draft_is_formatted_previewed_and_kept(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.write("bold")
    await widget.composer.press("Control+a")
    await widget.composer.press("Control+b")
    await expect(widget.composer).to_have_value("**bold**")
    await widget.composer.press("Control+z")
    await expect(widget.composer).to_have_value("bold")

    await widget.element.get_by_role("tab", name="Preview").click()
    await expect(widget.element.get_by_role("tabpanel")).to_contain_text("bold")
    await widget.open(discussion)
    await expect(widget.composer).to_have_value("bold")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_it_is_clean_by_axe_and_fits_360_pixels(
    theme: str, discussion: Discussion, new_firefox_page: Callable[..., Awaitable[Page]]
) -> None:
    top = discussion.said("Ana", "the question")
    discussion.said("Jonas", "an answer with a " + "long" * 60 + " word", top)
    ground = {"light": "#fdfcfa", "dark": "#161615"}[theme]
    discussion.publish(f"<style>body {{ background: {ground} }}</style>{discussion.script(theme=theme)}")
    page = await new_firefox_page(viewport={"width": 360, "height": 740})
    widget = Widget(page)
    await widget.open(discussion)
    await widget.composer.click()
    await expect(widget.post_button).to_be_visible()

    assert await wrong_by_axe(page) == []
    assert await sideways_scroll(page) <= 0


async def test_it_works_under_the_strictest_policy(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    discussion.said("Ana", "seen")
    host = discussion.service.host
    discussion.embed(
        headers={
            "Content-Security-Policy": f"default-src 'none'; script-src {host}; connect-src {host}; "
            "style-src 'none'; img-src 'none'; require-trusted-types-for 'script'; trusted-types comments"
        }
    )
    # The page's own style and its icon are refused, as they should be.
    page_faults.allow("inline style|favicon.ico")

    await widget.open(discussion)

    await widget.post("written here", name="Jonas")
    await expect(widget.comment("written here")).to_be_visible()
