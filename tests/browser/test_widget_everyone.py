"""The widget by keyboard alone, and texts of every direction; its states are in test_widget_states.py."""

from playwright.async_api import expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget, box_of


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
