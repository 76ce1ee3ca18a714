"""The widget for everyone: by keyboard alone, by screen reader, in light and dark, and 320 pixels wide."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget, accessibility_faults, box_of, sideways_scroll
from tests.support.browser import PageFaults

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
CODE = "```python\n" + "\n".join(f"value_{n} = {'x' * 120}  # a long line" for n in range(30)) + "\n```"


def written(discussion: Discussion) -> None:
    """Fill a discussion with what is hard to show."""
    top = discussion.said("Ana Petrović", f"A long word: {LONG_WORD}")
    above = discussion.said("ليلى حدّاد", "سافرتُ بالقطار الليلي من القاهرة إلى أسوان.", top)
    for depth in range(2, 8):
        above = discussion.said(f"{'Maximiliana' * 6} {depth}", f"> quoted\n\nat depth {depth}.", above)
    gone = discussion.said("Jonas", "soon gone")
    discussion.said("佐藤 美咲", "出雲行きの寝台に乗ったとき、車掌さんが小さな声で教えてくれました。", gone)
    discussion.decide("remove", gone)
    discussion.said(
        "Devon", f"Some code:\n\n{CODE}\n\n1. one\n2. two\n   - below\n\nhttps://example.org/{'path/' * 40}"
    )


async def show_list(widget: Widget, discussion: Discussion) -> None:
    written(discussion)
    await widget.open(discussion)


async def show_empty(widget: Widget, discussion: Discussion) -> None:
    await widget.open(discussion)


async def show_composer(widget: Widget, discussion: Discussion) -> None:
    await widget.open(discussion)
    await widget.composer.click()
    await expect(widget.post_button).to_be_visible()


async def show_error(widget: Widget, discussion: Discussion) -> None:
    await show_composer(widget, discussion)
    await widget.post_button.click()
    await expect(widget.element.get_by_role("alert")).to_be_visible()


async def show_name_missing(widget: Widget, discussion: Discussion) -> None:
    await widget.open(discussion)
    await widget.write("text")
    await widget.post_button.click()
    await expect(widget.element.get_by_role("alert")).to_be_visible()


async def show_preview(widget: Widget, discussion: Discussion) -> None:
    await widget.open(discussion)
    await widget.write("Some **bold** text.")
    await widget.element.get_by_role("tab", name="Preview").click()
    await expect(widget.element.locator(".preview strong")).to_be_visible()


async def show_waiting(widget: Widget, discussion: Discussion) -> None:
    await widget.open(discussion)
    await widget.post("Waits here.", name="Jonas")


async def show_reply(widget: Widget, discussion: Discussion) -> None:
    discussion.said("Ana", "the question")
    await widget.open(discussion)
    await widget.button("the question", "Reply").click()
    await expect(widget.element.get_by_label("Reply to Ana")).to_be_focused()


async def show_edit(widget: Widget, discussion: Discussion) -> None:
    await show_waiting(widget, discussion)
    await widget.button("Waits here.", "Edit").click()
    await expect(widget.element.get_by_label("Edit your comment")).to_be_focused()


async def show_deleted(widget: Widget, discussion: Discussion) -> None:
    await show_waiting(widget, discussion)
    await widget.button("Waits here.", "Delete").click()
    await expect(widget.element.get_by_role("button", name="Undo")).to_be_focused()


async def show_menu(widget: Widget, discussion: Discussion) -> None:
    discussion.said("Ana", "with a menu")
    await widget.open(discussion)
    await widget.button("with a menu", "More").click()
    await expect(widget.element.get_by_role("menuitem", name="Copy link")).to_be_focused()


async def show_report(widget: Widget, discussion: Discussion) -> None:
    await show_menu(widget, discussion)
    await widget.element.get_by_role("menuitem", name="Report").click()
    await expect(widget.element.get_by_role("button", name="Send report")).to_be_visible()


async def show_reported(widget: Widget, discussion: Discussion) -> None:
    await show_report(widget, discussion)
    await widget.element.get_by_role("button", name="Send report").click()
    await expect(widget.element.locator(".notice--good")).to_be_visible()


async def show_failed(widget: Widget, discussion: Discussion) -> None:
    async def lose(route: Route) -> None:
        await route.abort()

    await widget.page.route("**/thread?*", lose)
    await widget.open(discussion)


async def show_loading(widget: Widget, discussion: Discussion) -> None:
    async def wait(_: Route) -> None:
        pass

    await widget.page.route("**/thread?*", wait)
    await widget.page.goto(discussion.url)
    await expect(widget.element.get_by_label("Loading comments")).to_be_visible()


STATES = {
    name.removeprefix("show_"): value for name, value in list(globals().items()) if name.startswith("show_")
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
async def test_every_state_is_clean_by_axe_and_fits_320_pixels(
    state: str,
    theme: str,
    discussion: Discussion,
    new_page: Callable[..., Awaitable[Page]],
    page_faults: PageFaults,
) -> None:
    page_faults.allow("ERR_FAILED")
    page = await new_page(viewport={"width": 320, "height": 700}, color_scheme=theme, reduced_motion="reduce")
    widget = Widget(page)

    await STATES[state](widget, discussion)

    assert await accessibility_faults(page) == []
    assert await sideways_scroll(page) <= 0


async def test_a_reader_writes_votes_and_edits_by_keyboard_alone(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "the question")
    await widget.open(discussion)
    keyboard = widget.page.keyboard

    async def tab_to(name: str) -> None:
        for _ in range(40):
            await keyboard.press("Tab")
            if (await widget.focused()).startswith(name):
                return
        raise AssertionError(f"Tab does not lead to {name}")

    await tab_to("write")
    await keyboard.type("Written with keys.")
    await expect(widget.post_button).to_be_visible()
    await widget.element.get_by_label("Name").focus()
    await keyboard.type("Jonas")
    await keyboard.press("Control+Enter")
    await expect(widget.comment("Written with keys.")).to_be_visible()

    await tab_to("Edit")
    await keyboard.press("Enter")
    await expect(widget.element.get_by_label("Edit your comment")).to_be_focused()
    await keyboard.type(" And changed.")
    await keyboard.press("Control+Enter")
    await expect(widget.comment("Written with keys. And changed.")).to_be_visible()

    await tab_to("Vote up")
    await keyboard.press("Space")
    await expect(widget.button("the question", "Vote up")).to_have_attribute("aria-pressed", "true")
    assert (await widget.focused()).startswith("Vote up")

    await tab_to("Reply")
    await keyboard.press("Enter")
    await expect(widget.element.get_by_label("Reply to Ana")).to_be_focused()
    await keyboard.press("Escape")
    assert await widget.focused() == "Reply"


async def test_the_tabs_go_by_arrows(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.write("text")
    await widget.element.get_by_role("tab", name="Write").focus()

    await widget.page.keyboard.press("ArrowRight")

    await expect(widget.element.get_by_role("tab", name="Preview")).to_be_focused()
    await expect(widget.element.get_by_role("tabpanel")).to_contain_text("text")
    await widget.page.keyboard.press("ArrowLeft")
    await expect(widget.composer).to_be_visible()


async def test_the_focus_is_always_seen(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "one")
    await widget.open(discussion)

    for _ in range(12):
        await widget.page.keyboard.press("Tab")
        ring = await widget.element.evaluate(
            "host => { const at = host.shadowRoot.activeElement; if (!at) return 'solid';"
            " const box = at.closest('.composer-box') ?? at, style = getComputedStyle(box);"
            " return style.boxShadow !== 'none' ? 'solid' : style.outlineStyle; }"
        )
        assert ring == "solid"


async def test_texts_stand_in_their_own_direction(discussion: Discussion, widget: Widget) -> None:
    discussion.said("ليلى", "سافرتُ بالقطار الليلي")
    discussion.said("Ana", "left to right")
    await widget.open(discussion)

    arabic, latin = widget.comment("سافرتُ").locator(".body"), widget.comment("left to right").locator(".body")
    assert await arabic.evaluate("body => getComputedStyle(body).direction") == "rtl"
    assert await latin.evaluate("body => getComputedStyle(body).direction") == "ltr"


async def test_a_page_from_right_to_left_has_replies_indented_from_the_right(
    discussion: Discussion, widget: Widget
) -> None:
    top = discussion.said("Ana", "the question")
    discussion.said("Jonas", "the answer", top)
    discussion.publish(f'<div dir="rtl">{discussion.script()}</div>')
    await widget.open(discussion)

    question, answer = (
        await box_of(widget.comment("the question")),
        await box_of(widget.comment("the answer")),
    )
    assert answer["x"] + answer["width"] < question["x"] + question["width"]
    assert answer["x"] == question["x"]


async def test_hostile_styles_of_the_page_do_not_reach_in(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "still fine")
    discussion.publish(
        "<style>* { all: unset } button, textarea { display: none !important }"
        f"article {{ color: red !important }}</style>{discussion.script()}"
    )
    await widget.open(discussion)

    await expect(widget.composer).to_be_visible()
    await expect(widget.button("still fine", "Reply")).to_be_visible()
    await expect(widget.comment("still fine").locator(".body")).to_have_css("color", "rgb(31, 31, 29)")
