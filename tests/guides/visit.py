"""Opens what a tool has built, as a reader does: reads, writes, goes to another article and back."""

import re
from dataclasses import dataclass, replace

from playwright.async_api import Browser, Page, expect

from tests.guides.building import Guide
from tests.guides.workshop import ARTICLES, Workshop

OFFLINE = re.compile(r"ERR_NAME_NOT_RESOLVED")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen besides that everything was right."""

    same_document: bool
    # The comments were read in a browser that runs no script.
    without_script: bool = False

    @property
    def sentence(self) -> str:
        way = "within the document" if self.same_document else "by loading"
        return way + (", without a script too" if self.without_script else "")


async def visit(browser: Browser, workshop: Workshop, guide: Guide) -> Seen:
    """Try the pages that were made; raises where something is not as it should be."""
    origin = workshop.origin(guide.name)
    if guide.in_the_page:
        await read_without_script(browser, origin)
    context = await browser.new_context(timezone_id="UTC", locale="en-GB")
    context.set_default_timeout(15_000)
    faults: list[str] = []
    context.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda fault: faults.append(f"uncaught: {fault.error}"))
    try:
        seen = await read_write_and_go(await context.new_page(), origin)
    finally:
        await context.close()
    # Themes that fetch a font from elsewhere: tests have no network.
    unexpected = [fault for fault in faults if not OFFLINE.search(fault)]
    assert unexpected == [], unexpected
    return replace(seen, without_script=guide.in_the_page)


async def read_without_script(browser: Browser, origin: str) -> None:
    context = await browser.new_context(java_script_enabled=False)
    try:
        page = await context.new_page()
        for title, path in ARTICLES.items():
            await page.goto(origin + path)
            await shows(page, title)
    finally:
        await context.close()


async def read_write_and_go(page: Page, origin: str) -> Seen:
    first, second = ARTICLES
    await page.goto(origin + ARTICLES[first])
    await shows(page, first)
    await write(page, "A reader's own words.")
    await page.evaluate("window.stays = true")

    await page.get_by_role("link", name=second).first.click()
    await shows(page, second)
    same_document = bool(await page.evaluate("!!window.stays"))
    await page.go_back()
    await shows(page, first)
    return Seen(same_document)


async def shows(page: Page, title: str) -> None:
    """Wait until there is one discussion, and it is that of the article `title`."""
    element = page.locator("comments-thread")
    await expect(element.get_by_role("article").filter(has_text=f"said about {title}")).to_be_visible()
    await expect(element).to_have_count(1)
    for other in ARTICLES.keys() - {title}:
        await expect(element.get_by_text(f"said about {other}")).to_have_count(0)


async def write(page: Page, text: str) -> None:
    element = page.locator("comments-thread")
    composer = element.get_by_label("Say something about this page")
    await composer.click()
    await composer.fill(text)
    await element.get_by_label("Name").fill("Jonas")
    await element.get_by_role("button", name="Post comment").click()
    await expect(element.get_by_role("article").filter(has_text=text)).to_be_visible()
