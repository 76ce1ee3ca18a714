"""A reader acts on a comment: votes, the menu, reports."""

from playwright.async_api import Route, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget
from tests.support.browser import PageFaults


async def test_a_vote_is_counted_changed_and_taken_back(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "worth a vote")
    await widget.open(discussion)
    up = widget.button("worth a vote", "Vote up")
    down = widget.button("worth a vote", "Vote down")

    await up.click()
    await expect(up).to_have_attribute("aria-pressed", "true")
    await expect(up).to_have_accessible_name("Vote up, 1 vote")

    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await expect(up).to_have_text("-1")

    await down.click()
    await expect(up).to_have_text("0")
    await expect(down).to_have_attribute("aria-pressed", "false")


async def test_a_vote_is_still_there_after_a_reload(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "worth a vote")
    await widget.open(discussion)
    await widget.button("worth a vote", "Vote up").click()
    await expect(widget.button("worth a vote", "Vote up")).to_have_text("1")

    await widget.open(discussion)

    await expect(widget.button("worth a vote", "Vote up")).to_have_attribute("aria-pressed", "true")
    assert discussion.shown()["comments"][0]["score"] == 1


async def test_a_double_click_on_an_arrow_is_on_and_off(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "worth a vote")
    await widget.open(discussion)
    up = widget.button("worth a vote", "Vote up")
    await up.click()
    await expect(up).to_have_text("1")

    async with widget.page.expect_response(
        lambda answer: answer.request.method == "PUT" and answer.request.post_data == '{"value":1}'
    ):
        await up.dblclick()

    await expect(up).to_have_text("1")
    await expect(up).to_have_attribute("aria-pressed", "true")
    assert discussion.shown()["comments"][0]["score"] == 1


async def test_a_vote_that_did_not_arrive_goes_back_and_says_so(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    discussion.said("Ana", "worth a vote")

    async def lose(route: Route) -> None:
        if route.request.method == "PUT":
            await route.abort()
        else:
            await route.continue_()

    await widget.page.route("**/vote", lose)
    await widget.open(discussion)
    up = widget.button("worth a vote", "Vote up")

    await up.click()

    await expect(up).to_have_attribute("aria-pressed", "false")
    await expect(widget.status).to_have_text("Your vote was not counted. Please try again.")


async def test_the_menu_goes_by_arrows_and_gives_the_focus_back(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "with a menu")
    await widget.open(discussion)
    more = widget.button("with a menu", "More")
    await more.click()
    await expect(widget.element.get_by_role("menuitem", name="Copy link")).to_be_focused()
    await expect(more).to_have_attribute("aria-expanded", "true")

    await widget.page.keyboard.press("ArrowUp")
    await expect(widget.element.get_by_role("menuitem", name="Report")).to_be_focused()
    await widget.page.keyboard.press("ArrowDown")
    await expect(widget.element.get_by_role("menuitem", name="Copy link")).to_be_focused()
    await widget.page.keyboard.press("Escape")

    await expect(more).to_be_focused()
    await expect(more).to_have_attribute("aria-expanded", "false")
    await expect(widget.element.get_by_role("menu")).to_have_count(0)


async def test_the_menu_shuts_when_something_else_is_pressed(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "with a menu")
    await widget.open(discussion)
    await widget.button("with a menu", "More").click()

    await widget.page.get_by_text("An article.").click()

    await expect(widget.element.get_by_role("menu")).to_have_count(0)


async def test_the_link_to_a_comment_is_copied(discussion: Discussion, widget: Widget) -> None:
    await widget.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    identifier = discussion.said("Ana", "worth a link")
    await widget.open(discussion)
    await widget.button("worth a link", "More").click()

    await widget.element.get_by_role("menuitem", name="Copy link").click()

    await expect(widget.element.get_by_role("menuitem", name="Copied")).to_be_visible()
    copied = await widget.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{discussion.url}#comment-{identifier}"


async def test_a_report_reaches_the_moderators(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "rude words")
    sent: list[str | None] = []
    widget.page.on(
        "request", lambda request: sent.append(request.post_data) if "/reports" in request.url else None
    )
    await widget.open(discussion)
    await widget.button("rude words", "More").click()
    await widget.element.get_by_role("menuitem", name="Report").click()
    await expect(widget.element.get_by_role("radio", name="It is spam")).to_be_focused()

    await widget.element.get_by_role("radio", name="It insults or threatens someone").check()
    await widget.element.get_by_label("Anything a moderator should know").fill("Third time.")
    await widget.element.get_by_role("button", name="Send report").click()

    await expect(widget.element.locator(".notice")).to_have_text("Thank you. A moderator will look at it.")
    assert '{"reason":"abuse","note":"Third time."}' in sent
    await expect(widget.comment("rude words")).to_be_visible()


async def test_every_reason_that_can_be_chosen_is_one_the_service_takes(
    discussion: Discussion, widget: Widget
) -> None:
    for number in range(5):
        discussion.said("Ana", f"comment {number}.")
    await widget.open(discussion)

    for number in range(5):
        await widget.button(f"comment {number}.", "More").click()
        await widget.element.get_by_role("menuitem", name="Report").click()
        await widget.comment(f"comment {number}.").get_by_role("radio").nth(number).check()
        await widget.element.get_by_role("button", name="Send report").click()
        await expect(widget.comment(f"comment {number}.").locator(".notice")).to_be_visible()


async def test_escape_leaves_a_report(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "not so bad")
    await widget.open(discussion)
    await widget.button("not so bad", "More").click()
    await widget.element.get_by_role("menuitem", name="Report").click()
    send = widget.element.get_by_role("button", name="Send report")
    await expect(send).to_be_visible()

    await widget.page.keyboard.press("Escape")

    await expect(send).to_have_count(0)
    assert await widget.focused() == "More"
