"""How the moderators' desk looks and what it never lets run: axe, narrow, dark, hostile comments."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.moderating import Desk, running_desk
from tests.support import databases

pytestmark = pytest.mark.anyio

SCHEMES = [{"color_scheme": "light"}, {"color_scheme": "dark"}]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
IN_VIEW = """found => found.every(one => {
  const { left, right } = one.getBoundingClientRect();
  return left >= 0 && right <= innerWidth;
})"""
HOSTILE = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "<a href=\"javascript:document.title='owned'\">press</a>",
    "</form><form action=//evil.example><button autofocus>",
    "<style>body{display:none}</style><iframe srcdoc='<script>parent.document.title=1</script>'>",
    "<div style='position:fixed;inset:0' onmouseover=\"document.title='owned'\">cover",
    "<!-- <li> --> <svg onload=\"document.title='owned'\"></svg>",
    "\u202e" + "W" * 400,
]


@pytest.fixture
async def desk(run_folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as running:
        yield running


async def a_full_desk(desk: Desk) -> None:
    """Lay one of each kind on the desk."""
    first = await desk.held("I took the *Warsaw–Munich* sleeper every August.", name="Tomasz Wieczorek")
    await desk.decided("approve", first)
    await desk.held("A reply with `code` and https://links.example/to", parent=first, report_count=2)
    await desk.held("سافرتُ بالقطار الليلي من القاهرة إلى أسوان.", name="ليلى حدّاد")
    await desk.held("```python\ndef a_very_long_line_of_code_that_does_not_fit(on, a, phone): return 1\n```")
    edited = await desk.held("As approved", state="approved", listed=True, queue="pending")
    desk.seed.edit_that_waits(edited, "As edited")
    removed = await desk.held("Rude")
    await desk.decided("remove", removed)
    await desk.svc.db.write(desk.seed.store)


def rarer(desk: Desk) -> list[str]:
    """Return the pages beside the lists: of what was decided, of an author, of a discussion, and forms."""
    (comment_id, (thread_id, _)), *_ = desk.seed.places.items()
    author = next(iter(desk.authors.values()))
    return [
        "/log",
        f"?state=all&author={author}",
        f"/thread?page={thread_id}",
        f"/thread/merge?thread={thread_id}&into={desk.other_thread_id}",
        f"/move?comment={comment_id}",
    ]


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
async def test_every_page_of_the_desk_is_clean(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], scheme: dict[str, Any]
) -> None:
    await a_full_desk(desk)
    page = await new_page(**scheme)
    await desk.open(page)
    faults = {}
    for rest in (
        "",
        "?state=approved",
        "?state=removed",
        "?state=all",
        "?state=spam",
        "?q=nothing",
        *rarer(desk),
    ):
        await page.goto(desk.address + rest)
        faults[rest] = await axe_faults(page)
    await page.goto(desk.address)
    await page.keyboard.press("?")
    faults["help"] = await axe_faults(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    for key, form in (("r", "reply"), ("e", "edit")):
        await page.keyboard.press(key)
        await expect(page.locator("textarea:focus")).to_be_visible()
        faults[form] = await axe_faults(page)
        await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await expect(page.locator("[data-toast]")).to_contain_text("Approved.")
    await expect(page.locator(".is-leaving")).to_have_count(0)
    faults["toast"] = await axe_faults(page)
    await page.keyboard.press("x")
    faults["picked"] = await axe_faults(page)

    assert {rest: found for rest, found in faults.items() if found} == {}


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
async def test_a_phone_shows_the_desk_without_scrolling_sideways(
    desk: Desk, new_page: Callable[..., Awaitable[Page]], scheme: dict[str, Any]
) -> None:
    await a_full_desk(desk)
    page = await new_page(**PHONE, **scheme)
    sheet = await desk.open(page)
    for rest in ("", "?state=all", *rarer(desk)):
        await page.goto(desk.address + rest)
        assert await sideways_scroll(page) == 0, rest
        assert await axe_faults(page) == [], rest
        assert await page.locator(".queues [aria-current]").evaluate_all(IN_VIEW), rest

    await page.goto(desk.address)
    button = page.get_by_role("group", name="Decide about the marked comment").get_by_role(
        "button", name="Approve"
    )
    box = await button.bounding_box()
    assert box is not None
    assert box["height"] >= 40
    await sheet.card("A reply with").locator(".body").tap()
    await button.tap()
    await expect(page.get_by_role("heading", name="3 comments wait")).to_be_visible()
    await expect(sheet.card("A reply with")).to_have_count(0)


async def test_nothing_that_people_write_runs_or_breaks_the_desk(desk: Desk, page: Page) -> None:
    """Payloads stand in every field, and in the stored HTML as if the sanitiser had let them through."""
    for payload in HOSTILE:
        await desk.held(
            f"{payload} as text",
            name=payload,
            html=f"<p>{payload} as html</p>",
            author_website="javascript:alert(1)",
            reasons=f'["{"<b>reason</b>"}"]',
        )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sheet = await desk.open(page)
    title = await page.title()

    for rest in ("", "?state=all", "?q=%3Cscript%3E", "?author=%22%3E%3Cscript%3E", "/log"):
        await page.goto(desk.address + rest)
        await page.mouse.move(300, 300)
    await page.goto(desk.address)

    assert await page.title() == title
    assert (
        await page.locator("main iframe, main style, main script, main img, main [onmouseover]").count() == 0
    )
    assert await page.locator(".held .body a").count() == 0
    assert [url for url in asked if not url.startswith(desk.base_url)] == []
    await expect(sheet.cards).to_have_count(len(HOSTILE))
    for left in range(len(HOSTILE) - 1, -1, -1):
        await sheet.cards.first.get_by_role("button", name="Spam").click()
        await expect(sheet.cards).to_have_count(left)
    await expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert set((await desk.states()).values()) == {"spam"}
