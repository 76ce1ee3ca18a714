"""What is new since the reader's last visit."""

from playwright.async_api import expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget


async def looked(widget: Widget) -> None:
    """Wait until the browser has said what is in view: to us, and with that to all who asked before."""
    await widget.element.evaluate(
        "host => new Promise(done => new IntersectionObserver(() => done()).observe(host))"
    )


async def leave(widget: Widget) -> None:
    # The visit is noted once the discussion has been in view.
    await looked(widget)
    await widget.page.goto("about:blank")


async def ready(widget: Widget) -> None:
    """Wait until the part that comes when idle is there."""
    await expect(widget.element.locator(".live")).to_be_attached()


async def test_a_first_visit_marks_nothing_and_stores_nothing_until_it_ends(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "seen before")
    await widget.open(discussion)
    await ready(widget)

    await expect(widget.element.get_by_text("New", exact=True)).to_have_count(0)
    assert await widget.page.evaluate("localStorage.length") == 0
    await leave(widget)
    await widget.page.goto(discussion.service.blog.put(""))
    assert await widget.page.evaluate("Object.keys(localStorage).map(key => key.split(':')[1])") == ["visits"]


async def test_what_came_since_the_last_visit_is_marked_and_gone_to_one_by_one(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.embed(sort="oldest")
    top = discussion.said("Ana", "seen before")
    await widget.open(discussion)
    await ready(widget)
    await leave(widget)
    discussion.said("Jonas", "new below", top)
    discussion.said("Mia", "new at the end")

    await widget.open(discussion)

    await expect(widget.comment("new below").get_by_text("New", exact=True)).to_be_visible()
    await expect(widget.comment("seen before").get_by_text("New", exact=True)).to_have_count(0)
    lead = widget.element.get_by_role("button", name="2 new since your last visit")
    # What goes there is fetched with the first press.
    await lead.click()
    await expect(widget.comment("new below").get_by_role("heading")).to_be_focused()
    await lead.click()
    await expect(widget.comment("new at the end").get_by_role("heading")).to_be_focused()
    await expect(lead).to_have_count(0)


async def test_a_discussion_that_was_never_in_view_was_not_visited(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "far below")
    discussion.publish(f'<div style="height:4000px"></div>{discussion.script(loading="eager")}')
    await widget.open(discussion)
    await ready(widget)
    await leave(widget)

    await widget.page.goto(discussion.service.blog.put(""))

    assert await widget.page.evaluate("localStorage.length") == 0


async def test_a_discussion_that_is_taken_off_the_page_was_visited(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "read")
    await widget.open(discussion)
    await ready(widget)
    await looked(widget)

    await widget.element.evaluate("host => host.remove()")

    assert await widget.page.evaluate("localStorage.length") == 1
