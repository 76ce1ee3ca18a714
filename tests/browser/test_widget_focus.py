"""Where the focus goes when what had it is no longer there, or something else is wanted next."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget
from tests.support.browser import PageFaults


async def known_here(discussion: Discussion, widget: Widget) -> None:
    """Post as Jonas, who is approved, and open the page again."""
    await widget.open(discussion)
    await widget.post("The first one.", name="Jonas")
    identifier = await widget.comment("The first one.").get_attribute("id") or ""
    discussion.decide("approve", identifier.removeprefix("comment-"))
    await widget.open(discussion)
    await expect(widget.element.locator(".live")).to_be_attached()


async def test_what_was_posted_has_the_focus_also_below_another_comment(
    discussion: Discussion, widget: Widget
) -> None:
    await known_here(discussion, widget)
    discussion.said("Ana", "elsewhere")

    await widget.post("A second one.")
    await expect(widget.comment("A second one.").get_by_role("heading")).to_be_focused()
    await widget.button("A second one.", "Reply").press("Enter")
    await expect(widget.element.get_by_label("Reply to Jonas")).to_be_focused()
    await widget.page.keyboard.type("Answering myself.")
    await widget.page.keyboard.press("Control+Enter")

    await expect(widget.comment("Answering myself.").get_by_role("heading")).to_be_focused()


async def test_while_it_is_sent_the_button_keeps_the_focus(discussion: Discussion, widget: Widget) -> None:
    async def wait(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()

    await widget.page.route("**/comments", wait)
    await widget.open(discussion)
    await widget.write("on its way", name="Jonas")
    await widget.post_button.focus()

    await widget.page.keyboard.press("Space")

    sending = widget.element.get_by_role("button", name="Sending…", exact=True)
    await expect(sending).to_be_focused()
    await expect(sending).to_have_attribute("aria-disabled", "true")
    await expect(sending).not_to_have_attribute("disabled", re.compile(""))


async def test_trying_again_by_keyboard_loses_no_focus(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_INTERNET_DISCONNECTED")
    await widget.open(discussion)
    await widget.write("kept text", name="Jonas")
    await widget.page.context.set_offline(True)
    await widget.page.keyboard.press("Control+Enter")
    again = widget.element.get_by_role("button", name="Try again")

    await again.press("Enter")

    await expect(again).to_be_visible()
    await expect(widget.post_button).to_be_focused()
    await widget.page.context.set_offline(False)
    await again.press("Enter")
    await expect(widget.comment("kept text").get_by_role("heading")).to_be_focused()


async def test_reading_tried_again_by_keyboard_loses_no_focus(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    discussion.said("Ana", "the question")
    await widget.page.route("**/thread?*", lambda route: route.abort(), times=2)
    await widget.open(discussion)
    again = widget.element.get_by_role("button", name="Try again")

    await again.press("Enter")
    await expect(again).to_be_focused()
    await again.press("Enter")

    await expect(widget.comment("the question").get_by_role("heading")).to_be_focused()


async def test_another_order_gives_the_focus_to_its_first_comment(
    discussion: Discussion, widget: Widget
) -> None:
    for name in ("Ana", "Mia"):
        discussion.said(name, f"by {name}.")
    await widget.open(discussion)

    for order, first in (("Oldest", "by Ana."), ("Newest", "by Mia.")):
        await widget.element.get_by_role("button", name=order).press("Enter")
        await expect(widget.comment(first).get_by_role("heading")).to_be_focused()


async def test_further_replies_give_the_focus_to_the_first_of_them(
    discussion: Discussion, widget: Widget
) -> None:
    top = discussion.said("Ana", "the question")
    for number in range(12):
        discussion.said(f"Reader {number}", f"reply {number}.", top)
    await widget.open(discussion)
    more = widget.element.get_by_role("button", name=re.compile("more repl"))
    shown = await widget.comments.count() - 1

    await more.press("Enter")

    await expect(widget.comment(f"reply {shown}.").get_by_role("heading")).to_be_focused()


async def test_folding_replies_keeps_the_focus_on_what_shows_them_again(
    discussion: Discussion, widget: Widget
) -> None:
    top = discussion.said("Ana Petković", "the question")
    discussion.said("Jonas", "an answer", top)
    await widget.open(discussion)

    await widget.element.get_by_role("button", name="Hide replies to Ana Petković").press("Enter")
    show = widget.element.get_by_role("button", name="Show 1 reply")
    await expect(show).to_be_focused()
    await expect(show).to_have_attribute("aria-expanded", "false")
    await show.press("Enter")

    hide = widget.element.get_by_role("button", name="Hide replies to Ana Petković")
    await expect(hide).to_be_focused()
    await expect(hide).to_have_attribute("aria-expanded", "true")


@pytest.mark.parametrize("others", [["above.", "mine.", "below."], ["above.", "mine."]])
async def test_a_deleted_comment_that_folds_away_gives_the_focus_to_another(
    others: list[str], discussion: Discussion, widget: Widget
) -> None:
    """To the next; behind the last one there is none, and the first is."""
    await widget.page.clock.install()
    await known_here(discussion, widget)
    discussion.embed(sort="oldest")
    tokens = await widget.page.evaluate("Object.entries(localStorage)")
    discussion.tokens["Jonas"] = next(value for key, value in tokens if key.startswith("comments:token"))
    for text in others:
        discussion.said("Jonas" if text == "mine." else text, text)
    await widget.open(discussion)
    await widget.button("mine.", "Delete").press("Enter")
    await expect(widget.element.get_by_role("button", name="Undo")).to_be_focused()

    await widget.page.clock.run_for(11_000)

    following = "below." if "below." in others else "The first one."
    await expect(widget.comment(following).get_by_role("heading")).to_be_focused()


async def test_escape_on_the_three_dots_shuts_their_menu(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "with a menu")
    await widget.open(discussion)
    more = widget.button("with a menu", "More")
    await more.press("Enter")
    await expect(widget.element.get_by_role("menuitem").first).to_be_focused()
    await widget.page.keyboard.press("Shift+Tab")
    await expect(more).to_be_focused()

    await widget.page.keyboard.press("Escape")

    await expect(widget.element.get_by_role("menu")).to_have_count(0)
    await expect(more).to_be_focused()


async def test_tab_goes_through_a_comment_as_it_is_read(discussion: Discussion, widget: Widget) -> None:
    top = discussion.said("Ana", "the question")
    discussion.said("Jonas", "an answer", top)
    await widget.open(discussion)
    keyboard = widget.page.keyboard
    order = [
        "Best", "Newest", "Oldest", "write",
        "just now", "Vote up, 0 votes", "Vote down", "Reply", "More", "Hide replies to Ana",
        "just now", "Vote up, 0 votes", "Vote down", "Reply", "More",
        "This discussion on a page of its own",
    ]  # fmt: skip

    async def walk(key: str, *, end: str) -> list[str]:
        passed = [await widget.focused()]
        while passed[-1] != end and len(passed) < 40:
            await keyboard.press(key)
            passed.append(await widget.focused())
        # With the focus the composer opens, and its own fields are on the way.
        return [name for name in passed if name in order]

    await widget.element.get_by_role("button", name="Best").focus()
    forwards = await walk("Tab", end=order[-1])
    backwards = await walk("Shift+Tab", end=order[0])

    assert forwards == order
    assert backwards == order[::-1]
