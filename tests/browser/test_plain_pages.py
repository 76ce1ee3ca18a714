"""The discussion as plain HTML in a real browser, with JavaScript switched off."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.discussions import SITE, Discussion, Service
from tests.browser.looks import axe_faults, sideways_scroll
from tests.support.browser import PageFaults

pytestmark = pytest.mark.anyio

NewPage = Callable[..., Awaitable[Page]]

SCHEMES = [{"color_scheme": "light"}, {"color_scheme": "dark"}]
WIDE = {"viewport": {"width": 860, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
ARABIC = "سافرتُ بالقطار الليلي من القاهرة إلى أسوان وأنا في العاشرة."
HOSTILE = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "</form><form action=//evil.example><button autofocus>",
    "<style>body{display:none}</style>",
]


@pytest.fixture
def talk(service: Service) -> Discussion:
    return service.discussion()


@pytest.fixture
async def plain(new_page: NewPage) -> Page:
    return await new_page(java_script_enabled=False, **WIDE)


def address(talk: Discussion, page: str = "") -> str:
    return f"{talk.service.host}/d/{SITE}{page}?url={quote(talk.url, safe='')}"


def a_full_discussion(talk: Discussion) -> dict[str, str]:
    """Write one of each kind; return the ids that tests ask for."""
    top = talk.said("Tomasz Wieczorek", "I took the *Warsaw–Munich* sleeper every August.")
    parent = top
    for depth in range(5):
        parent = talk.said(f"Reader {depth}", f"Deeper, {depth} levels.", parent)
    for number in range(4):
        talk.said(f"Reader {number}", f"Beside, number {number}.", top)
    code = "```python\ndef a_line_of_code_that_does_not_fit_on_a_phone(on, a, narrow, page): return 1\n```"
    talk.said("Devon Achebe", f"For anyone who wants to check:\n\n{code}\n\n> quoted\n\n" + "W" * 300)
    rude = talk.said("Nobody", "Rude")
    talk.said("Mia Berg", "I took one comment out here.", rude)
    talk.decide("remove", rude)
    talk.said("ليلى حدّاد", ARABIC)
    return {"top": top, "deepest": parent}


async def post(page: Page, text: str, name: str = "Jonas") -> None:
    await page.get_by_label("Comment", exact=True).fill(text)
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name=re.compile("^Post")).click()


async def test_a_reader_without_a_script_reads_and_answers(talk: Discussion, plain: Page) -> None:
    talk.said("Ana Berg", "Would you take it again?")
    await plain.goto(address(talk))
    await expect(plain.get_by_role("heading", name="1 comment", exact=True)).to_be_visible()

    await plain.get_by_role("link", name="Reply to Ana Berg").click()
    await expect(plain.get_by_role("heading", name="Reply to Ana Berg")).to_be_visible()
    await expect(plain.get_by_label("The comment")).to_have_text("Would you take it again?")
    await post(plain, "Any night.\n\nReally.")

    await expect(plain).to_have_url(re.compile(r"&done=posted&about=(.+)#comment-\1$"))
    told = plain.get_by_role("status")
    await expect(told).to_contain_text("Thank you, Jonas. Your comment waits for a moderator")
    await expect(told).to_be_in_viewport()
    own = plain.locator(".is-waiting")
    await expect(own.locator(".body p")).to_have_text(["Any night.", "Really."])
    await expect(own).to_contain_text("Only you can see this.")
    border = await own.locator(".comment").evaluate("one => getComputedStyle(one, '::before').borderTopStyle")
    assert border == "dashed"


@pytest.mark.parametrize(
    ("policy", "heading"),
    [(' referrerpolicy="no-referrer-when-downgrade"', "1 comment"), ("", "Which page?")],
    ids=["as documented", "by the browser's own rule"],
)
async def test_the_link_without_an_address_leads_to_the_page_one_comes_from(
    talk: Discussion, plain: Page, page_faults: PageFaults, policy: str, heading: str
) -> None:
    """By itself a browser tells another site the origin alone (strict-origin-when-cross-origin)."""
    page_faults.allow("status of 422")
    talk.said("Ana Berg", "Would you take it again?")
    talk.publish(f'<noscript><a href="{talk.service.host}/d/{SITE}"{policy}>Comments</a></noscript>')
    await plain.goto(talk.url)

    await plain.get_by_role("link", name="Comments").click()

    await expect(plain.get_by_role("heading", name=heading, exact=True)).to_be_visible()


async def test_going_back_after_posting_and_reloading_post_nothing_again(
    talk: Discussion, plain: Page
) -> None:
    await plain.goto(address(talk, "/write"))
    await post(plain, "Once")
    await plain.reload()
    await plain.go_back()
    await plain.get_by_role("button", name="Post comment").click()

    await expect(plain.locator(".is-waiting")).to_have_count(1)


async def test_errors_are_a_summary_that_leads_to_the_fields(
    talk: Discussion, plain: Page, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 422")
    await plain.goto(address(talk, "/write"))

    await post(plain, "x" * 10_214, name="Admin")

    summary = plain.get_by_role("alert")
    await expect(summary).to_be_focused()
    await expect(summary).to_contain_text("Please look at this:")
    await expect(summary).to_be_in_viewport()
    await summary.get_by_role("link", name="Name: This name belongs to the author here.").click()
    await expect(plain.get_by_label("Name")).to_be_focused()
    await expect(plain.get_by_label("Name")).to_have_value("Admin")
    await expect(plain.get_by_label("Name")).to_have_accessible_description(
        "This name belongs to the author here. Please choose another."
    )
    await post(plain, "Shorter", name="Jonas")
    await expect(plain.get_by_role("status")).to_contain_text("Thank you, Jonas.")


async def test_a_preview_stands_above_the_form(talk: Discussion, plain: Page) -> None:
    await plain.goto(address(talk, "/write"))
    await plain.get_by_label("Comment", exact=True).fill("The doors fold **inwards**.")

    await plain.get_by_role("button", name="Preview").click()

    preview = plain.get_by_role("region", name="This is how it will look. Not posted yet.")
    await expect(preview.locator("strong")).to_have_text("inwards")
    await expect(preview).to_be_in_viewport()
    await expect(plain.get_by_role("heading", name="Change it, or post it")).to_be_visible()
    await post(plain, "The doors slide.")
    await expect(plain.locator(".is-waiting .body")).to_have_text("The doors slide.")


async def test_a_double_click_posts_once(talk: Discussion, plain: Page) -> None:
    await plain.goto(address(talk, "/write"))
    await plain.get_by_label("Comment", exact=True).fill("Twice?")
    await plain.get_by_label("Name").fill("Jonas")

    await plain.get_by_role("button", name="Post comment").dblclick()

    await expect(plain.locator(".is-waiting")).to_have_count(1)


async def test_editing_deleting_voting_and_reporting_are_buttons(talk: Discussion, plain: Page) -> None:
    talk.said("Ana Berg", "Would you?")
    await plain.goto(address(talk, "/write"))
    await post(plain, "Frist")

    await plain.get_by_role("link", name="Edit").click()
    await plain.get_by_label("Comment", exact=True).fill("First")
    await plain.get_by_role("button", name="Save").click()
    await expect(plain.locator(".is-waiting .body")).to_have_text("First")
    await plain.get_by_role("button", name="Delete").click()
    await expect(plain.get_by_role("status")).to_contain_text("Deleted.")
    await expect(plain.locator(".is-waiting")).to_have_count(0)
    await plain.get_by_role("button", name="Undo").click()
    await expect(plain.locator(".is-waiting .body")).to_have_text("First")

    await plain.get_by_role("button", name="Vote up, 0 votes").click()
    await expect(plain.get_by_role("button", name="Vote up, 1 vote", pressed=True)).to_be_in_viewport()
    await plain.get_by_role("button", name="Vote up, 1 vote").click()
    await expect(plain.get_by_role("button", name="Vote up, 0 votes", pressed=False)).to_be_visible()
    await plain.get_by_role("link", name="Report the comment by Ana Berg").click()
    await plain.get_by_label("It is spam").check()
    await plain.get_by_role("button", name="Send report").click()
    await expect(plain.get_by_role("status")).to_contain_text("Thank you. A moderator will look at it.")


async def test_a_deep_reply_stays_at_the_cap_and_says_whom_it_answers(
    talk: Discussion, new_page: NewPage
) -> None:
    ids = a_full_discussion(talk)
    for view, levels in ((WIDE, 4), (PHONE, 3)):
        page = await new_page(java_script_enabled=False, **view)
        await page.goto(f"{address(talk)}&around={ids['deepest']}#comment-{ids['deepest']}")

        await expect(page.locator(f"#comment-{ids['deepest']} > .comment")).to_be_in_viewport()
        deepest = page.locator(f"#comment-{ids['deepest']} .to")
        await expect(deepest).to_have_text("to Reader 3")
        await expect(deepest).to_be_visible()
        await expect(page.get_by_role("link", name="to Tomasz Wieczorek", exact=True)).to_have_count(0)
        edges = await page.locator(".thread > .item:first-child .comment").evaluate_all(
            "all => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().left)))].length"
        )
        assert edges == levels


async def test_an_arabic_comment_reads_from_the_right_and_its_row_from_the_left(
    talk: Discussion, plain: Page
) -> None:
    a_full_discussion(talk)
    await plain.goto(address(talk))

    arabic = plain.locator(".body", has_text="سافرتُ")
    assert await arabic.evaluate("one => getComputedStyle(one).direction") == "rtl"
    shown = plain.get_by_role("article").filter(has=arabic)
    assert await shown.evaluate("one => getComputedStyle(one).direction") == "ltr"
    await expect(shown.get_by_role("heading")).to_have_text("ليلى حدّاد")


@pytest.mark.parametrize("view", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
async def test_every_page_is_clean_and_fits(
    talk: Discussion,
    new_page: NewPage,
    page_faults: PageFaults,
    view: dict[str, Any],
    scheme: dict[str, Any],
) -> None:
    page_faults.allow("status of 4")
    ids = a_full_discussion(talk)
    # axe itself is a script; the pages bring none, and their policy lets none in.
    page = await new_page(bypass_csp=True, **view, **scheme)
    comment = f"{talk.service.host}/d/{SITE}/comments/{ids['top']}"
    faults: dict[str, list[str]] = {}

    async def look(name: str, shown: Locator | None = None) -> None:
        # What a click leads to may not be there yet.
        await expect(shown or page.get_by_role("main")).to_be_visible()
        faults[name] = await axe_faults(page)
        if over := await sideways_scroll(page):
            faults[name].append(f"scrolls sideways by {over} px")

    for name, where in {
        "anonymous": address(talk),
        "around": f"{address(talk)}&around={ids['deepest']}",
        "gone": f"{address(talk)}&around=0194a000-0000-7000-8000-000000000000",
        "branch": comment,
        "empty": f"{talk.service.host}/d/{SITE}?url={quote(talk.service.blog.origin + '/nobody')}",
        "vote": f"{comment}/vote",
        "report": f"{comment}/report",
        "which page": f"{talk.service.host}/d/{SITE}",
        "refused": f"{talk.service.host}/d/{SITE}?url=https://evil.example/",
        "reply": f"{address(talk, '/write')}&reply_to={ids['top']}",
    }.items():
        await page.goto(where)
        await look(name)
    await page.get_by_label("Comment", exact=True).fill("`code` " + "W" * 300)
    await page.get_by_role("button", name="Preview").click()
    await look("preview", page.get_by_role("region", name="This is how it will look. Not posted yet."))
    await post(page, "x" * 10_001, name="Admin")
    await look("faults", page.get_by_role("alert"))
    await post(page, "https://a.example/" + "long" * 80, name="Jonas")
    await look("waiting", page.locator(".is-waiting"))
    await page.get_by_role("link", name="Edit").click()
    await look("edit", page.get_by_role("button", name="Save"))
    await page.go_back()
    await page.get_by_role("button", name="Delete").click()
    await look("deleted", page.get_by_role("status"))

    assert {name: found for name, found in faults.items() if found} == {}


async def test_from_right_to_left_the_pages_are_clean_and_turned(
    talk: Discussion, new_page: NewPage, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 422")
    ids = a_full_discussion(talk)
    page = await new_page(bypass_csp=True, color_scheme="dark", **PHONE)
    await page.goto(f"{address(talk)}&lang=ar")

    assert await axe_faults(page) == []
    back = page.locator(".back .icon")
    assert await back.evaluate("one => new DOMMatrix(getComputedStyle(one).transform).a") == -1
    right = await page.locator(".avatar").first.evaluate("one => one.getBoundingClientRect().right")
    assert right > 180
    await page.goto(f"{address(talk, '/write')}&reply_to={ids['top']}&lang=ar")
    await page.get_by_label("تعليق", exact=True).fill("Hello")
    await page.get_by_label("الاسم").fill("Admin")
    await page.get_by_role("button", name="نشر الرد").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    assert await axe_faults(page) == []
    assert await sideways_scroll(page) == 0


async def test_thumbs_find_every_control(talk: Discussion, new_page: NewPage) -> None:
    a_full_discussion(talk)
    page = await new_page(java_script_enabled=False, **PHONE)
    await page.goto(address(talk))

    small = await page.locator("main a:not(.body a):not(.time):not(.to), main button").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 40).map(one => one.outerHTML)"
    )

    assert small == []


async def test_nothing_that_people_write_runs_or_breaks_the_page(talk: Discussion, new_page: NewPage) -> None:
    page = await new_page(**WIDE)
    for number, payload in enumerate(HOSTILE):
        talk.said(f"{number} {payload}"[:80], f"{payload}\n\nplain `{payload}`")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    await page.goto(address(talk))
    await expect(page.get_by_role("article")).to_have_count(len(HOSTILE))
    title = await page.title()
    await page.get_by_role("link", name="Reply").first.click()
    await post(page, HOSTILE[0], name=HOSTILE[1])
    await expect(page.locator(".is-waiting")).to_have_count(1)

    assert await page.title() == title
    assert await page.locator("main :is(script, style, img, iframe, [onerror], .body form)").count() == 0
    assert [url for url in asked if not url.startswith(talk.service.host)] == []
