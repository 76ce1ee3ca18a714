"""Parts that come with the first press: it is kept until they are there, also where that is slow or fails."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Request, Route, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget
from tests.support.browser import PageFaults

WRITING = "**/embed/writing-*"
FURTHER = "**/embed/further-*"
NOT_LOADED = "That did not load. Please try again."


async def press_report(widget: Widget) -> Locator:
    await widget.button("by another", "More").click()
    item = widget.element.get_by_role("menuitem", name="Report")
    await item.click()
    return item


async def press_edit(widget: Widget) -> Locator:
    button = widget.button("my own", "Edit")
    await button.click()
    return button


async def press_delete(widget: Widget) -> Locator:
    button = widget.button("my own", "Delete")
    await button.click()
    return button


async def press_reply(widget: Widget) -> Locator:
    button = widget.button("by another", "Reply")
    await button.click()
    return button


# What is pressed, the part that does it, and what has the focus when it has been done.
FIRST_USES: dict[str, tuple[Callable[[Widget], Awaitable[Locator]], str, Callable[[Widget], Locator]]] = {
    "report": (press_report, FURTHER, lambda widget: widget.element.get_by_role("radio", name="It is spam")),
    "delete": (press_delete, FURTHER, lambda widget: widget.element.get_by_role("button", name="Undo")),
    "edit": (press_edit, WRITING, lambda widget: widget.element.get_by_label("Edit your comment")),
    "reply": (press_reply, WRITING, lambda widget: widget.element.get_by_label("Reply to Ana")),
}
first_uses = pytest.mark.parametrize("use", FIRST_USES)


@pytest.fixture
async def read(discussion: Discussion, widget: Widget) -> Widget:
    """A reader who has written before opens the page anew: nothing is loaded but what comes when idle."""
    discussion.said("Ana", "by another")
    await widget.open(discussion)
    await widget.post("my own", name="Jonas")
    await widget.open(discussion)
    await expect(widget.button("my own", "Edit")).to_be_visible()
    return widget


def asked_for(widget: Widget, part: str) -> list[Request]:
    found: list[Request] = []
    name = part.strip("*")
    widget.page.on("request", lambda request: found.append(request) if name in request.url else None)
    return found


@first_uses
async def test_the_first_press_waits_for_its_part_and_is_done_once(use: str, read: Widget) -> None:
    press, part, done = FIRST_USES[use]
    asked = asked_for(read, part)
    there = asyncio.Event()

    async def come_late(route: Route) -> None:
        await there.wait()
        await route.continue_()

    await read.page.route(part, come_late)
    assert asked == []
    pressed = await press(read)
    await expect(pressed).to_have_attribute("aria-disabled", "true")
    await expect(pressed).to_be_focused()
    await pressed.dispatch_event("click")
    await expect(done(read)).to_have_count(0)
    there.set()

    await expect(done(read)).to_have_count(1)
    await expect(done(read)).to_be_focused()
    assert len(asked) == 1


@first_uses
async def test_a_part_that_did_not_load_is_said_and_the_next_press_fetches_it(
    use: str, read: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    press, part, done = FIRST_USES[use]
    await read.page.route(part, lambda route: route.abort(), times=1)

    await press(read)
    await expect(read.element.get_by_role("alert")).to_have_text(NOT_LOADED)
    await expect(read.element.get_by_role("menu")).to_have_count(0)
    await press(read)

    await expect(done(read)).to_be_focused()
    await expect(read.element.get_by_role("alert")).to_have_count(0)


async def test_what_is_typed_before_the_composer_is_there_stays_in_it(
    discussion: Discussion, widget: Widget
) -> None:
    there = asyncio.Event()

    async def come_late(route: Route) -> None:
        await there.wait()
        await route.continue_()

    await widget.page.route(WRITING, come_late)
    await widget.open(discussion)
    await expect(widget.element.locator(".live")).to_be_attached()
    await widget.composer.click()
    await widget.page.keyboard.type("typed ahead")
    there.set()
    await expect(widget.post_button).to_be_visible()
    await expect(widget.composer).to_be_focused()
    await widget.page.keyboard.type(" of the composer")

    await widget.element.get_by_label("Name").fill("Jonas")
    await widget.post_button.click()

    await expect(widget.comment("typed ahead of the composer")).to_be_visible()


async def test_without_its_part_the_composer_keeps_the_text_and_offers_two_ways(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    await widget.page.route(WRITING, lambda route: route.abort(), times=2)
    await widget.open(discussion)
    await expect(widget.element.locator(".live")).to_be_attached()
    await widget.composer.click()
    alert = widget.element.get_by_role("alert")
    await expect(alert).to_contain_text(NOT_LOADED)
    await expect(alert.get_by_role("link", name="Write a comment on a page of its own")).to_be_visible()
    await widget.composer.fill("not lost")
    await widget.page.reload()
    await expect(widget.composer).to_have_value("not lost")
    await widget.composer.click()

    await alert.get_by_role("button", name="Try again").click()

    await expect(widget.post_button).to_be_visible()
    await expect(alert).to_have_count(0)
    await expect(widget.composer).to_be_focused()
    await expect(widget.composer).to_have_value("not lost")


async def test_the_first_preview_and_the_first_mark_work(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.write("some words")
    await widget.composer.select_text()
    await widget.page.keyboard.press("Control+b")
    await expect(widget.composer).to_have_value("**some words**")

    await widget.element.get_by_role("tab", name="Preview").click()

    await expect(widget.element.get_by_role("tabpanel").locator("strong")).to_have_text("some words")
