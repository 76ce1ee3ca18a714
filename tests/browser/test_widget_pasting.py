"""What a reader pastes into the composer, and what it says of formatting."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget, box_of

PASTE = """(area, { text, html, picture }) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  if (html) data.setData("text/html", html);
  if (picture) data.items.add(new File(["x"], "cat.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  return area.dispatchEvent(event);
}"""


async def write(widget: Widget, text: str) -> None:
    await widget.write(text)
    # What hears of what is pasted comes with the first use.
    await expect(widget.post_button).to_be_visible()


async def test_a_link_pasted_over_a_selection_makes_a_link_and_can_be_undone(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await widget.open(discussion)
    await write(widget, "see this page")
    await widget.composer.evaluate("area => area.setSelectionRange(4, 13)")
    await widget.page.evaluate("navigator.clipboard.writeText('https://example.org/a_(b)')")

    await widget.page.keyboard.press("Control+v")

    await expect(widget.composer).to_have_value("see [this page](https://example.org/a_%28b%29)")
    await widget.page.keyboard.press("Control+z")
    await expect(widget.composer).to_have_value("see this page")


async def test_a_link_pasted_without_a_selection_is_left_to_the_browser(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await widget.open(discussion)
    await write(widget, "see ")
    await widget.page.evaluate("navigator.clipboard.writeText('https://example.org/')")

    await widget.page.keyboard.press("Control+v")

    await expect(widget.composer).to_have_value("see https://example.org/")


async def test_a_pasted_picture_is_refused_in_words(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await write(widget, "a text")

    taken = await widget.composer.evaluate(PASTE, {"picture": True})

    assert not taken
    await expect(widget.element.get_by_role("alert")).to_have_text(
        "Images cannot be pasted here. A link to one can."
    )
    await expect(widget.composer).to_have_value("a text")
    await widget.composer.press("End")
    await widget.composer.type("!")
    await expect(widget.element.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("with_picture", [False, True])
async def test_text_from_a_word_processor_is_taken_as_text(
    with_picture: bool, discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await write(widget, "a text")

    taken = await widget.composer.evaluate(
        PASTE, {"text": "bold", "html": "<b>bold</b>", "picture": with_picture}
    )

    assert taken
    await expect(widget.element.get_by_role("alert")).to_have_count(0)


async def test_how_to_format_is_said_from_the_start_and_a_preview_moves_no_field(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.composer.click()

    await expect(widget.element.get_by_text("You can use **bold**")).to_be_visible()
    await expect(widget.composer).to_have_accessible_description(re.compile("You can use"))
    before = await box_of(widget.post_button)
    await widget.element.get_by_role("tab", name="Preview").click()
    await expect(widget.element.get_by_text("This is how it will look.")).to_be_visible()
    assert await box_of(widget.post_button) == before
