"""No style sheet of the page breaks the widget: under each it is drawn as on an undisturbed page."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import box_of

# What holds the widget is out of reach, so that only what reaches in makes a difference.
PLACE = "all: initial !important; display: block !important; inline-size: 640px !important"

SHEETS = {
    "a reset": "html, body, div, span, h1, h2, h3, p, a, ol, ul, li, button, textarea, article, section"
    "{ margin: 0; padding: 0; border: 0; font: inherit; vertical-align: baseline; list-style: none }"
    "* { box-sizing: content-box; outline: 0 }",
    "all unset": "* { all: unset }",
    "all unset, important": "* { all: unset !important }",
    "all initial, important": "* { all: initial !important }",
    "no controls": "button, textarea, input, form, section, article, ol, svg { display: none !important }",
    "a small root": "html { font-size: 10px }",
    "frames everywhere": "section, button, svg, textarea { border: 5px solid red !important; float: left }",
    "motion": "@keyframes fade { to { opacity: 0 } } * { animation: fade 9s infinite; transition: 9s }",
    "our names": ".comments, .button, .body, [part] { display: none !important } #title { color: red }",
    "our variables": "* { --text: red; --accent: red; --font: fantasy; --radius: 99px; --hue: 0 }",
}

# What is inherited reaches into every shadow tree, if that does not end it.
INHERITED = {
    "text-transform": "uppercase",
    "letter-spacing": ".3em",
    "word-spacing": "1em",
    "text-indent": "4em",
    "text-align": "center",
    "text-shadow": "0 0 3px red",
    "text-emphasis": "dot",
    "line-height": "3",
    "white-space": "nowrap",
    "word-break": "break-all",
    "hyphens": "auto",
    "font-style": "italic",
    "font-weight": "900",
    "font-variant": "small-caps",
    "list-style": "square",
    "cursor": "none",
    "pointer-events": "none",
    "user-select": "none",
    "quotes": "none",
    "tab-size": "1",
    "caret-color": "transparent",
    "-webkit-text-fill-color": "red",
    "-webkit-text-stroke": "1px red",
    "color": "purple",
    "border-spacing": "9px",
}

# Boxes that make their contents as narrow as these can be.
PLACES = {
    "a flex box": "display: flex; flex-direction: column; align-items: center",
    "a row": "display: flex",
    "a grid": "display: grid; justify-items: center",
    "columns": "columns: 1",
}

# Boxes by the widget's own corner, and what is computed for each; one text, as Playwright wraps each value.
DRAWN = """host => {
  const origin = host.shadowRoot.querySelector('.comments').getBoundingClientRect();
  return JSON.stringify([...host.shadowRoot.querySelectorAll('.comments *')].map((e) => {
    const { x, y, width, height } = e.getBoundingClientRect(), computed = getComputedStyle(e);
    const box = [x - origin.x, y - origin.y, width, height].map(Math.round).join(' ');
    // Lengths are compared by the boxes they make, without their fractions of a pixel.
    const lengths = /size|origin|width|height|inset|margin|^(top|left|right|bottom)$/;
    const styles = width ? [...computed].filter((name) => !lengths.test(name)) : [];
    return { box: width ? box : '0 0 0 0', name: `${e.localName}.${e.classList[0]}`,
      styles: Object.fromEntries(styles.map((name) => [name, computed.getPropertyValue(name)])) };
  }));
}"""


async def drawn(page: Page, discussion: Discussion, css: str = "", style: str = "") -> list[dict[str, Any]]:
    """Open the page with this style sheet, and the composer on it; return how all of the widget is drawn."""
    place = f'<div style="{style}">{discussion.script()}</div>'
    discussion.publish(f'<style>{css}</style></main><main style="{PLACE}">{place}')
    await page.goto(discussion.url)
    widget = page.locator("comments-thread")
    # Drawn to its end: what would still come, or be measured, is no difference that the sheet makes.
    await expect(widget.locator(".widget-foot a")).to_be_attached()
    await expect(widget.locator("[aria-busy]")).to_have_count(0)
    await widget.evaluate("host => host.shadowRoot.querySelector('textarea').focus()")
    await expect(widget.locator(".button--primary")).to_be_visible()
    found: list[dict[str, Any]] = json.loads(await widget.evaluate(DRAWN))
    return found


def differences(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[str]:
    assert [element["name"] for element in one] == [element["name"] for element in other]
    found = []
    for before, after in zip(one, other, strict=True):
        changed = [
            f"{name}: {value} -> {after['styles'].get(name)}"
            for name, value in before["styles"].items()
            if after["styles"].get(name) != value
        ]
        far = [abs(int(a) - int(b)) for a, b in zip(before["box"].split(), after["box"].split(), strict=True)]
        if max(far) > 1:
            changed.append(f"{before['box']} -> {after['box']}")
        if changed:
            found.append(f"{before['name']} {changed[:4]}")
    return found


@pytest.fixture
async def undisturbed(discussion: Discussion, page: Page) -> list[dict[str, Any]]:
    top = discussion.said("Ana", "the question with **bold**, `code`\n\n> a quote\n\n1. one\n2. two")
    discussion.said("Jonas", "an answer", top)
    # “Just now” must not become “1 minute ago” meanwhile.
    await page.clock.set_fixed_time(datetime.now(UTC))
    return await drawn(page, discussion)


async def test_no_style_sheet_of_the_page_changes_how_the_widget_is_drawn(
    undisturbed: list[dict[str, Any]], discussion: Discussion, page: Page
) -> None:
    changed = {}
    for name, css in SHEETS.items():
        changed[name] = differences(undisturbed, await drawn(page, discussion, css))

    assert {name: found[:3] for name, found in changed.items() if found} == {}


async def test_nothing_that_is_inherited_gets_in_but_font_size_and_direction(
    undisturbed: list[dict[str, Any]], discussion: Discussion, page: Page
) -> None:
    style = "; ".join(f"{name}: {value}" for name, value in INHERITED.items())

    assert differences(undisturbed, await drawn(page, discussion, style=style)) == []


async def test_the_widget_is_as_wide_as_its_place(
    undisturbed: list[dict[str, Any]], discussion: Discussion, page: Page
) -> None:
    changed = {
        name: differences(undisturbed, await drawn(page, discussion, style=style))
        for name, style in PLACES.items()
    }

    assert {name: found[:3] for name, found in changed.items() if found} == {}


async def test_a_place_as_narrow_as_its_contents_still_shows_them(discussion: Discussion, page: Page) -> None:
    discussion.said("Ana", "still to be read")
    for style in ("float: left", "display: table-cell"):
        discussion.publish(f'<div style="{style}">{discussion.script()}</div>')
        await page.goto(discussion.url)
        assert (await box_of(page.locator("comments-thread .thread .body")))["width"] >= 150


async def test_font_size_and_colour_scheme_come_in(discussion: Discussion, page: Page) -> None:
    discussion.said("Ana", "as the page is")
    await drawn(page, discussion, style="font: 20px serif; color: #eee; background: #111")

    body = page.locator("comments-thread .thread .body")
    await expect(body).to_have_css("font-size", "20px")
    await expect(body).to_have_css("font-family", "serif")
    await expect(body).to_have_css("color", "rgb(232, 230, 225)")


async def test_a_widget_that_the_page_hides_is_hidden(discussion: Discussion, page: Page) -> None:
    discussion.said("Ana", "behind a tab")
    for style in ("visibility: hidden", "display: none", "opacity: 0"):
        discussion.publish(f'<div id="tab" style="{style}">{discussion.script(loading="eager")}</div>')
        await page.goto(discussion.url)
        body = page.locator("comments-thread .thread .body")
        await expect(body).to_be_attached()
        assert not await body.evaluate(
            "body => body.checkVisibility({ visibilityProperty: true, opacityProperty: true })"
        )


async def test_from_right_to_left_it_is_drawn_as_in_a_mirror(
    undisturbed: list[dict[str, Any]], discussion: Discussion, page: Page
) -> None:
    mirrored = await drawn(page, discussion, "body { direction: rtl }", style="direction: rtl")

    def box(element: dict[str, Any]) -> list[int]:
        return [int(number) for number in element["box"].split()]

    # What has no text of its own; where text ends depends on its words.
    for name in ("span.avatar", "div.composer-box", "ol.thread", "article.comment", "button.fold"):
        before = [box(element) for element in undisturbed if element["name"] == name]
        after = [box(element) for element in mirrored if element["name"] == name]
        assert before, name
        assert after == [[640 - x - width, y, width, height] for x, y, width, height in before], name
