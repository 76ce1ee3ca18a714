"""Takes the pictures of the moderators' desk in docs/screens: its states, wide, dark and on a phone.

make screenshots                  all of them, and the widget's
make screenshots ONLY=desk-help   one state
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from tests.browser import owner_states
from tests.browser.moderating import Desk, Sheet, running_desk
from tests.support import databases
from tests.support.browser import ARGUMENTS, found_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "light": ("Wide", WIDE),
    "dark": ("Dark", {**WIDE, "color_scheme": "dark"}),
    "360": ("360 px", PHONE),
}

SPAM = "Great article!! I also travel much and the best replica watches are at https://luxury-time.example"
MEMORY = "My grandmother worked that line as a sleeping-car attendant. She said: learn who snores by Wrocław."

# Ids are a run's own, and colours follow them; here they follow the initials.
COLOURS_BY_INITIALS = """() => {
  for (const avatar of document.querySelectorAll('.avatar[data-hue]'))
    avatar.dataset.hue = [...avatar.textContent].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 12;
}"""


@dataclass(frozen=True, slots=True)
class State:
    title: str
    reach: Callable[[Desk, Sheet], Awaitable[None]]
    is_empty: bool = False


async def lay(desk: Desk) -> None:
    """Let some comments wait: an answer, a flood of spam, one with reports, and one in Arabic."""
    seed, start = desk.seed, desk.seed.now
    first = await desk.held("I took the *Warsaw–Munich* sleeper every August.", name="Tomasz Wieczorek")
    await desk.decided("approve", first)
    await desk.held("سافرتُ بالقطار الليلي من القاهرة إلى أسوان.", name="ليلى حدّاد")
    await desk.held("It is, and the railway says so itself.", name="Marek Havel", report_count=2)
    flood = {"reasons": '["First comment", "1 link"]', "similar_group": 24}
    for number in (7, 18, 24):
        await desk.held(SPAM, name=f"Rolex-Deals{number}", **flood)
    seed.now = start + timedelta(minutes=100)
    came_from = {"address_key": b"a" * 16, "network_key": b"n" * 16}
    await desk.held(MEMORY, name="Jonas Lind", parent=first, **came_from)


async def as_it_is(desk: Desk, sheet: Sheet) -> None:
    await expect(sheet.cards.first).to_be_visible()


async def empty(desk: Desk, sheet: Sheet) -> None:
    await expect(sheet.page.get_by_text("Nothing waits.")).to_be_visible()


async def selected(desk: Desk, sheet: Sheet) -> None:
    await sheet.box("Great article").check()
    await sheet.box("It is, and").check()
    await expect(sheet.bulk).to_be_visible()


def writing(key: str) -> Callable[[Desk, Sheet], Awaitable[None]]:
    async def write(desk: Desk, sheet: Sheet) -> None:
        await sheet.page.keyboard.press(key)
        field = sheet.page.locator(".write[open] textarea").first
        await expect(field).to_be_focused()
        await expect(field).to_be_in_viewport(ratio=1)

    return write


def dialog(key: str) -> Callable[[Desk, Sheet], Awaitable[None]]:
    async def ask(desk: Desk, sheet: Sheet) -> None:
        await sheet.page.keyboard.press(key)
        await expect(sheet.page.get_by_role("dialog")).to_be_visible()

    return ask


async def conflict(desk: Desk, sheet: Sheet) -> None:
    await desk.decided("spam", desk.made[SPAM])
    await expect(sheet.page.get_by_text("already handled this")).to_be_visible()


async def undo(desk: Desk, sheet: Sheet) -> None:
    for key in ("a", "s"):
        await sheet.page.keyboard.press(key)
        await expect(sheet.toast).to_contain_text("Approved" if key == "a" else "spam")
    await expect(sheet.page.locator(".is-leaving")).to_have_count(0)


async def bans(desk: Desk, sheet: Sheet) -> None:
    await dialog("b")(desk, sheet)
    await sheet.page.get_by_label("How long").select_option("For 30 days")
    await sheet.page.get_by_role("button", name="Ban", exact=True).click()
    await expect(sheet.toast).to_contain_text("is banned")
    await sheet.page.goto(f"{desk.address}/bans")


async def author(desk: Desk, sheet: Sheet) -> None:
    await desk.decided("approve", desk.made[MEMORY])
    await sheet.page.goto(f"{desk.address}?state=all&author={desk.authors[MEMORY]}")
    await sheet.page.get_by_text("What was decided").click()


def at(rest: str) -> Callable[[Desk, Sheet], Awaitable[None]]:
    async def go(desk: Desk, sheet: Sheet) -> None:
        await desk.decided("spam", desk.made[SPAM])
        await sheet.page.goto(desk.address + rest.format(here=desk.thread_id, there=desk.other_thread_id))

    return go


STATES = {
    "desk-waiting": State("What waits", as_it_is),
    "desk-empty": State("Nothing waits", empty, is_empty=True),
    "desk-selected": State("Several are selected", selected),
    "desk-edit": State("An edit, in its place", writing("e")),
    "desk-reply": State("A reply as the team", writing("r")),
    "desk-ban": State("A ban: what, for how long, and what becomes of the rest", dialog("b")),
    "desk-bans": State("The bans that stand", bans),
    "desk-conflict": State("Somebody else was first", conflict),
    "desk-undo": State("One’s last decisions, each of which can be undone", undo),
    "desk-author": State("Who an author is, above all that they wrote", author),
    "desk-log": State("What was decided, by whom", at("/log")),
    "desk-thread": State("A whole discussion", at("/thread?page={here}")),
    "desk-merge": State("Two discussions become one", at("/thread/merge?thread={here}&into={there}")),
    "desk-help": State("The keys", dialog("?")),
    "owner-overview": State("An owner’s page: what came in", owner_states.overview),
    "owner-install": State("An owner’s settings: where the discussion was seen", owner_states.install),
    "owner-mistake": State("An owner’s settings: a list with a mistake", owner_states.mistake),
    "owner-keeping": State("An owner’s settings: what is kept", owner_states.section("keeping")),
    "owner-outbox": State("An owner’s settings: mails", owner_states.outbox),
    "owner-checks": State("An owner’s settings: who outside is asked", owner_states.checks),
    "owner-trial": State("An owner’s settings: tried before they are saved", owner_states.trial),
}


async def take(browser: Browser, folder: Path, name: str, kind: str) -> None:
    """Take one picture, of a desk of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        own = Path(temporary)
        async with running_desk(databases.sqlite_copy(folder, own), own) as desk:
            if not STATES[name].is_empty:
                await lay(desk)
            options: dict[str, Any] = {"reduced_motion": "reduce", "timezone_id": "UTC", "locale": "en-GB"}
            context = await browser.new_context(**options, **VARIANTS[kind][1])
            page = await context.new_page()
            await STATES[name].reach(desk, await desk.open(page))
            await page.evaluate(COLOURS_BY_INITIALS)
            await page.mouse.move(0, 0)
            await page.screenshot(path=FOLDER / f"{name}-{kind}.png", type="png")
            await context.close()


def index() -> str:
    """Return the page that shows them all."""
    lines = [
        "# The moderators’ desk",
        "",
        "For whoever wants to see it. Taken by `make screenshots`. What is done there: "
        "[moderating](../how-to/moderate.md).",
        "",
    ]
    for name, state in STATES.items():
        lines += [
            f"## {state.title}",
            "",
            " | ".join(["", *(title for title, _ in VARIANTS.values()), ""]).strip(),
        ]
        lines += ["|".join(["", *("---" for _ in VARIANTS), ""])]
        pictures = [f"![{state.title}: {title}]({name}-{kind}.png)" for kind, (title, _) in VARIANTS.items()]
        lines += [" | ".join(["", *pictures, ""]).strip(), ""]
    return "\n".join(lines)


async def take_all(folder: Path, names: list[str]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found_chromium(folder), args=ARGUMENTS)
        for name in names:
            for kind in VARIANTS:
                await take(browser, folder, name, kind)
            print(name, flush=True)
        await browser.close()


def main() -> None:
    names = [name for name in sys.argv[1:] if name in STATES] if sys.argv[1:] else list(STATES)
    # Nobody waits for a test here, and the machine may have other work.
    expect.set_options(timeout=30_000)
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(take_all(Path(temporary), names))
    (FOLDER / "desk.md").write_text(index())


if __name__ == "__main__":
    main()
