"""What docs/how-to/theme.md promises: every property and part, and pages that look as their owners wish."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.discussions import Discussion, Service
from tests.browser.manners import sticking_out, wrong_by_axe
from tests.browser.widget import Widget

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "embed" / "src"
THEMING = ROOT / "docs" / "how-to" / "theme.md"
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.html"))
EXAMPLE_HOST = "https://talk.example"


def example(path: Path, host: str) -> str:
    """Return a page of docs/examples that asks the service at `host`."""
    return path.read_text().replace(EXAMPLE_HOST, host)


def in_source(pattern: str, *suffixes: str) -> set[str]:
    files = (path for path in SOURCE.rglob("*") if path.suffix in suffixes)
    return {found for path in files for found in re.findall(pattern, path.read_text())}


def in_table(pattern: str) -> set[str]:
    return {
        found
        for row in re.findall(r"(?m)^\| (.+?) \|", THEMING.read_text())
        for found in re.findall(pattern, row)
    }


def test_the_documented_properties_are_those_that_the_styles_read() -> None:
    assert in_table(r"`(--comments-[a-z-]+)`") == in_source(r"var\((--comments-[a-z-]+)", ".css")


def test_the_documented_parts_are_those_that_the_widget_has() -> None:
    assert in_table(r"`::part\(([a-z-]+)\)`") == in_source(r'part: "([a-z-]+)"', ".ts")


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
async def test_the_examples_are_readable_wide_narrow_light_and_dark(
    path: Path, service: Service, articles: None, new_page: Callable[..., Awaitable[Page]]
) -> None:
    page = await new_page(viewport={"width": 1000, "height": 800}, color_scheme="light")
    await page.goto(service.blog.put(example(path, service.host)))
    await expect(page.locator("comments-thread").get_by_role("heading", level=2)).to_be_visible()
    await page.locator("comments-thread textarea").click()
    await expect(page.locator("comments-thread .button--primary")).to_be_visible()
    wrong = await wrong_by_axe(page)
    await page.set_viewport_size({"width": 320, "height": 700})
    await page.emulate_media(color_scheme="dark")

    assert [*wrong, *await wrong_by_axe(page), *await sticking_out(page)] == []


async def test_one_line_of_brand_colours_the_filled_button(discussion: Discussion, widget: Widget) -> None:
    brand = "comments-thread { --comments-accent: #8b1e3f; --comments-on-accent: #fff }"
    discussion.publish(f"<style>{brand}</style>{discussion.script()}")
    await widget.open(discussion)
    await widget.composer.click()

    await expect(widget.post_button).to_have_css("background-color", "rgb(139, 30, 63)")
    await expect(widget.post_button).to_have_css("color", "rgb(255, 255, 255)")
