"""Reading far: chains that go deeper than the list, and pages that come by scrolling."""

from playwright.async_api import Page, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget


def chain(discussion: Discussion, length: int) -> list[str]:
    ids: list[str] = []
    for depth in range(length):
        ids.append(discussion.said(f"Person {depth}", f"at depth {depth}.", ids[-1] if ids else None))
    return ids


async def test_a_chain_that_goes_too_deep_goes_on_alone_and_leads_back(
    discussion: Discussion, widget: Widget
) -> None:
    chain(discussion, 15)
    await widget.open(discussion)
    await widget.element.get_by_role("button", name="more replies").click()
    further = widget.element.get_by_role("button", name="Continue this thread (3)")
    await expect(further).to_be_visible()
    await further.scroll_into_view_if_needed()
    before = await widget.page.evaluate("scrollY")

    await further.click()

    await expect(widget.comment("at depth 14.")).to_be_visible()
    await expect(widget.comment("at depth 2.")).to_be_hidden()
    assert await widget.focused() == "Person 11"
    await widget.element.get_by_role("button", name="All comments").click()
    await expect(widget.comment("at depth 2.")).to_be_visible()
    await expect(widget.comment("at depth 14.")).to_have_count(0)
    assert await widget.focused() == "Continue this thread (3)"
    assert abs(await widget.page.evaluate("scrollY") - before) <= 2


async def test_a_link_leads_to_a_comment_at_any_depth(discussion: Discussion, widget: Widget) -> None:
    ids = chain(discussion, 15)

    await widget.open(discussion, fragment=f"#comment-{ids[14]}")

    await expect(widget.comment("at depth 14.")).to_be_in_viewport()
    await expect(widget.element.get_by_role("button", name="All comments")).to_be_visible()
    assert await widget.focused() == "Person 14"


async def test_pages_come_by_scrolling_where_the_site_says_so(discussion: Discussion, page: Page) -> None:
    for number in range(30):
        discussion.said(f"Reader {number}", f"comment {number}.")
    discussion.embed(paging="scroll")
    await page.goto(discussion.url)
    comments = page.locator("comments-thread").get_by_role("article")
    await expect(comments).to_have_count(25)

    await page.mouse.wheel(0, 20_000)

    await expect(comments).to_have_count(30)
    assert await page.evaluate("document.activeElement === document.body")
