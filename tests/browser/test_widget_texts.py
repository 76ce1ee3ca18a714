"""No text is lost, doubled, or sent under another name than the one shown."""

import re

from playwright.async_api import Page, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget
from tests.support.browser import PageFaults


async def known_here(discussion: Discussion, widget: Widget) -> str:
    """Post as Jonas, and have that approved. Returns the comment's id."""
    await widget.open(discussion)
    await widget.post("The first one.", name="Jonas")
    identifier = await widget.comment("The first one.").get_attribute("id")
    assert identifier is not None
    discussion.decide("approve", identifier.removeprefix("comment-"))
    await widget.open(discussion)
    return identifier.removeprefix("comment-")


async def spoil_token(page: Page) -> None:
    """As if it had ended, or the site had forgotten it."""
    await page.evaluate(
        "for (const key of Object.keys(localStorage))"
        " if (key.startsWith('comments:token:')) localStorage[key] = 'none-that-anybody-ever-had'"
    )


async def test_a_token_that_ended_says_so_and_keeps_the_text(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 401")
    await known_here(discussion, widget)
    await widget.write("Written in an old tab.")
    await expect(widget.element.get_by_text("Posting as Jonas")).to_be_visible()
    # Another tab has lost it since; this one remembers what it read.
    await spoil_token(widget.page)

    await widget.post_button.click()

    await expect(widget.element.get_by_role("alert")).to_contain_text("Your text is safe here.")
    await expect(widget.composer).to_have_value("Written in an old tab.")
    await expect(widget.element.get_by_label("Name")).to_have_value("Jonas")
    assert len(discussion.shown()["comments"]) == 1
    await widget.post_button.click()
    await expect(widget.comment("Written in an old tab.")).to_be_visible()


async def test_a_tab_that_is_closed_at_once_keeps_the_text(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.write("typed a moment ago")
    await widget.page.goto("about:blank")

    await widget.open(discussion)

    await expect(widget.composer).to_have_value("typed a moment ago")


async def test_the_time_left_to_edit_counts_down_and_then_is_over(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.page.clock.install()
    await known_here(discussion, widget)
    edit = widget.button("The first one.", re.compile("^Edit"))
    await expect(edit).to_contain_text(re.compile(r"1[45] min left"))

    await widget.page.clock.run_for(10 * 60_000)
    await expect(edit).to_contain_text(re.compile(r"[45] min left"))
    await widget.page.clock.run_for(6 * 60_000)

    await expect(edit).to_have_count(0)
    await expect(widget.button("The first one.", "Delete")).to_have_count(0)


async def test_a_waiting_comment_is_edited_and_withdrawn(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.post("As it was.", name="Jonas")
    await widget.button("As it was.", "Edit").click()
    await widget.element.get_by_label("Edit your comment").fill("As it is now.")
    await widget.element.get_by_role("button", name="Save").click()
    await expect(widget.comment("As it is now.").get_by_text("Waiting for a moderator")).to_be_visible()

    await widget.button("As it is now.", "Delete").click()

    await expect(widget.comment("As it is now.")).to_have_count(0)
    await expect(widget.element.locator(".notice")).to_have_count(0)
    await widget.open(discussion)
    await expect(widget.element.get_by_text("Nobody has said anything yet.")).to_be_visible()


async def test_a_comment_with_links_says_why_it_waits(discussion: Discussion, widget: Widget) -> None:
    await known_here(discussion, widget)

    await widget.post("See https://a.example and https://b.example and https://c.example too.")

    await expect(widget.status).to_contain_text("because it has 3 links")


async def test_what_is_pressed_beside_an_empty_composer_is_done(
    discussion: Discussion, widget: Widget
) -> None:
    """The composer folds when the focus leaves it, but not under the press that takes it away."""
    discussion.said("Ana", "beside it")
    await widget.open(discussion)
    await widget.composer.click()
    await expect(widget.post_button).to_be_visible()

    await widget.button("beside it", "More").click()

    await expect(widget.element.get_by_role("menuitem", name="Copy link")).to_be_visible()
    await expect(widget.post_button).to_be_hidden()


async def test_the_composer_grows_with_its_text(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.write("one line")
    before = await widget.composer.evaluate("area => area.clientHeight")

    await widget.composer.fill("\n".join(f"line {number}" for number in range(12)))

    assert await widget.composer.evaluate("area => area.clientHeight") > before
    assert await widget.composer.evaluate("area => area.scrollHeight <= area.clientHeight")
