"""`make guides`: follows each guide with its real tool, and notes it in docs/how-to/guides-checked.md."""

import asyncio
import sys
import tempfile
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.guides.building import CACHE, Guide, NotHere
from tests.guides.ghost import Ghost
from tests.guides.report import Row, written
from tests.guides.tools import GUIDES
from tests.guides.visit import visit
from tests.guides.wordpress import WordPress
from tests.guides.workshop import Workshop, open_workshop
from tests.support.browser import ARGUMENTS, found_chromium
from tests.support.ports import free_port


async def tried(browser: Browser, workshop: Workshop, guide: Guide) -> Row:
    """Return what was seen, or why nothing was."""
    today = datetime.now(UTC).date()
    try:
        guide.follow(workshop)
        seen = await visit(browser, workshop, guide)
    except NotHere as reason:
        return Row(guide.tool, guide.document, "", today, f"not tried: {reason}")
    except Exception:
        traceback.print_exc()
        return Row(guide.tool, guide.document, "", today, "**failed**")
    return Row(guide.tool, guide.document, guide.version(guide.folder), today, seen.sentence)


async def main(wanted: list[str]) -> bool:
    """Try the guides named, or all; return whether none failed."""
    guides = [guide for guide in GUIDES if not wanted or guide.name in wanted]
    rows = []
    CACHE.mkdir(exist_ok=True)
    themselves = {
        guide.name: f"http://{guide.name}.localhost:{free_port()}"
        for guide in guides
        if isinstance(guide, Ghost | WordPress)
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_workshop(folder, [guide.name for guide in guides], themselves) as workshop:
            async with async_playwright() as playwright:
                path = found_chromium(folder)
                browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
                for guide in guides:
                    began = time.monotonic()
                    rows.append(await tried(browser, workshop, guide))
                    print(f"{rows[-1].line} {time.monotonic() - began:.0f} s", flush=True)
    written(rows, [guide.tool for guide in GUIDES])
    return not any("failed" in row.seen for row in rows)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(sys.argv[1:])) else 1)
