"""What every page of ours is held to: no fault that axe finds, no scrolling sideways, nothing that runs."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page


async def axe_faults(page: Page) -> list[str]:
    """Return what axe finds on the whole page, with the elements it is about."""
    results: Any = await Axe().run(page)
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:160] for node in fault['nodes'][:3]]}"
        for fault in results.response["violations"]
    ]


async def sideways_scroll(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    found: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found
