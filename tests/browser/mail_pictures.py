"""Takes the pictures of the mails in docs/screens, as they were sent, and of the pages they lead to.

make screenshots                   all of them, and the widget's and the desk's
make screenshots ONLY=mail-digest  one

python -m tests.browser.mail_pictures --language de FOLDER [NAME…]  in German, into a folder of yours
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from tests.browser.mails import posted
from tests.support import databases
from tests.support.browser import ARGUMENTS, found_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
WIDE: dict[str, Any] = {"viewport": {"width": 720, "height": 300}}
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "light": ("Light", WIDE),
    "dark": ("Dark", {**WIDE, "color_scheme": "dark"}),
    "360": ("360 px", {"viewport": {"width": 360, "height": 300}}),
}
TITLES = {
    "mail-digest": "What waits, for moderators",
    "mail-sign-in": "A link to sign in",
    "mail-confirm": "The question whether mail about replies is wanted",
    "mail-reply": "A reply",
    "mail-message": "A moderator’s message to an author",
    "mail-test": "The test mail",
    "page-digest": "The page where a moderator says how often",
    "page-confirm": "The page where that question is answered",
    "page-leave": "The page to leave by",
    "page-stop": "The page to stop all mail by, from a moderator’s message",
    "page-outdated": "An address that is good for nothing any more",
}


def index() -> str:
    """Return the page that shows them all."""
    lines = [
        "# The mails",
        "",
        "For whoever wants to see them. Taken by `make screenshots`, of mails as they were sent. "
        "Who gets which: [mail](../how-to/mail.md).",
        "",
    ]
    for name, title in TITLES.items():
        pictures = [f"![{title}: {variant}]({name}-{kind}.png)" for kind, (variant, _) in VARIANTS.items()]
        lines += [
            f"## {title}",
            "",
            " | ".join(["", *(variant for variant, _ in VARIANTS.values()), ""]).strip(),
            "|".join(["", *("---" for _ in VARIANTS), ""]),
            " | ".join(["", *pictures, ""]).strip(),
            "",
        ]
    return "\n".join(lines)


async def take_all(folder: Path, names: list[str], into: Path = FOLDER, language: str = "en") -> None:
    at = datetime(2026, 11, 24, 12, 20, tzinfo=UTC)
    async with (
        async_playwright() as playwright,
        posted(databases.sqlite_copy(folder, folder), folder, at, language) as post,
    ):
        browser = await playwright.chromium.launch(executable_path=found_chromium(folder), args=ARGUMENTS)
        for kind, (_, options) in VARIANTS.items():
            page = await browser.new_page(locale="en-GB", timezone_id="UTC", **options)
            await post.serve(page)
            for name in names:
                await post.open(page, name)
                await page.screenshot(path=into / f"{name}-{kind}.png", full_page=True, type="png")
        await browser.close()


def main() -> None:
    match sys.argv[1:]:
        case ["--language", language, into, *given]:
            with tempfile.TemporaryDirectory() as temporary:
                asyncio.run(take_all(Path(temporary), given or list(TITLES), Path(into), language))
            return
        case given:
            names = [name for name in given if name in TITLES] if given else list(TITLES)
    if names:
        with tempfile.TemporaryDirectory() as temporary:
            asyncio.run(take_all(Path(temporary), names))
    (FOLDER / "mails.md").write_text(index())


if __name__ == "__main__":
    main()
