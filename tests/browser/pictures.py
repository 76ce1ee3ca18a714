"""Takes the pictures in docs/screens: each state in light, dark, at 320 px and from right to left.

    make screenshots            all of them
    make screenshots ONLY=menu  one state, or several with spaces between

The texts are always the same and so are the times shown; what differs between machines is their fonts.
"""

import asyncio
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser.articles import TIMETABLE, TIMETABLE_AR, import_articles
from tests.browser.discussions import Blog, Service, running_service
from tests.browser.states import STATES, Stage, State
from tests.browser.test_theming import EXAMPLES, example
from tests.support.browser import ARGUMENTS, found_chromium

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "screens"
EXAMPLE: ViewportSize = {"width": 1000, "height": 1100}
MARGIN = 16
HIGHEST = 640

# Who is new in a run has an id of that run, and a colour by it; here it is by the initials.
COLOURS_BY_INITIALS = """() => {
  const { shadowRoot } = document.querySelector('comments-thread');
  for (const avatar of shadowRoot.querySelectorAll('.avatar[data-hue]'))
    avatar.dataset.hue = [...avatar.textContent].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 12;
}"""


@dataclass(frozen=True, slots=True)
class Variant:
    """A kind of window that all states are shown in."""

    title: str
    width: int
    scheme: str = "light"
    lang: str = "en"
    direction: str = "ltr"
    small: str = TIMETABLE


VARIANTS = {
    "light": Variant("Light", 720),
    "dark": Variant("Dark", 720, scheme="dark"),
    "320": Variant("320 px", 320),
    "rtl": Variant("Right to left", 720, lang="ar", direction="rtl", small=TIMETABLE_AR),
}


async def take(browser: Browser, service: Service, name: str, kind: str) -> None:
    """Take one picture into the folder."""
    state, variant = STATES[name], VARIANTS[kind]
    context = await browser.new_context(
        viewport={"width": variant.width, "height": 900},
        color_scheme="dark" if variant.scheme == "dark" else "light",
        # The highlight of a linked comment stays, and the skeleton stands still.
        reduced_motion="reduce",
        timezone_id="UTC",
        locale="en-GB",
    )
    page = await context.new_page()
    await state.reach(
        Stage(page, service, lang=variant.lang, direction=variant.direction, small=variant.small)
    )
    await page.evaluate(COLOURS_BY_INITIALS)
    await page.mouse.move(0, 0)
    await page.screenshot(
        path=FOLDER / f"{name}-{kind}.png", full_page=True, clip=await frame_of(page, state), type="png"
    )
    # Those that still wait for an answer get none.
    await page.unroute_all(behavior="ignoreErrors")
    await context.close()


async def take_example(browser: Browser, service: Service, path: Path) -> None:
    """Take the picture of a themed page beside it."""
    page = await browser.new_page(viewport=EXAMPLE, color_scheme="light", reduced_motion="reduce")
    await page.goto(service.blog.put(example(path, service.host)))
    await expect(page.locator("comments-thread .thread")).to_be_visible()
    await page.screenshot(path=path.with_suffix(".png"))
    await page.close()


async def frame_of(page: Page, state: State) -> Any:
    """Return what the picture shows: all the width, and the height from where the state is to be seen."""
    await page.evaluate("scrollTo(0, 0)")
    # Below its last line the widget may keep room that it had before it was drawn.
    last = page.locator("comments-thread .widget-foot:not(:empty)").or_(page.locator("comments-thread .list"))
    whole = await last.last.bounding_box()
    first = await page.locator("comments-thread").locator(state.at).first.bounding_box()
    assert whole is not None
    assert first is not None
    top = max(0, first["y"] - MARGIN)
    bottom = whole["y"] + whole["height"] + MARGIN
    width = page.viewport_size["width"] if page.viewport_size else 720
    return {"x": 0, "y": top, "width": width, "height": min(HIGHEST, bottom - top)}


def index() -> str:
    """Return the page that shows them all."""
    lines = ["# Every state of the widget", ""]
    lines += [
        "For whoever wants to see it. Taken by `make screenshots`, with the machine's own fonts. The tests",
        "go through the same states (`tests/browser/test_widget_states.py`): each is clean by axe, fits",
        "320 px, shows its focus, and can be touched.",
        "",
    ]
    for name, state in STATES.items():
        kinds = list(VARIANTS)
        lines += [f"## {state.title}", ""]
        lines += [" | ".join(["", *(VARIANTS[kind].title for kind in kinds), ""]).strip()]
        lines += ["|".join(["", *("---" for _ in kinds), ""])]
        pictures = [f"![{state.title}: {VARIANTS[kind].title}]({name}-{kind}.png)" for kind in kinds]
        lines += [" | ".join(["", *pictures, ""]).strip(), ""]
    return "\n".join(lines)


async def take_all(service: Service, folder: Path, names: list[str]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found_chromium(folder), args=ARGUMENTS)
        for name in names:
            for kind in VARIANTS:
                await take(browser, service, name, kind)
            print(name)
        for path in EXAMPLES:
            await take_example(browser, service, path)
            print(path.stem)
        await browser.close()


def main() -> None:
    names = [name for name in sys.argv[1:] if name in STATES] if sys.argv[1:] else list(STATES)
    FOLDER.mkdir(exist_ok=True)
    # Nobody waits for a test here, and the machine may have other work.
    expect.set_options(timeout=30_000)
    with tempfile.TemporaryDirectory() as temporary, closing(Blog()) as blog:
        folder = Path(temporary)
        with running_service(blog, folder) as service:
            import_articles(service, folder)
            asyncio.run(take_all(service, folder, names))
    (FOLDER / "README.md").write_text(index())


if __name__ == "__main__":
    main()
