"""A reader writes: posting, replying, previewing, editing, deleting, and what is refused."""

import re

from playwright.async_api import Route, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget, box_of
from tests.support.browser import PageFaults


async def test_a_newcomers_comment_waits_and_says_why(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)

    await widget.post("My grandmother **worked** that line.", name="Jonas Lind")

    comment = widget.comment("My grandmother worked that line.")
    await expect(comment.get_by_text("Waiting for a moderator")).to_be_visible()
    await expect(comment.get_by_text("Only you can see this.")).to_be_visible()
    await expect(comment.locator("strong")).to_have_text("worked")
    thanks = "Thank you, Jonas Lind. Your comment waits for a moderator, because it is your first one here."
    await expect(widget.element.locator(".notice", has_text=thanks)).to_be_visible()
    await expect(widget.status).to_contain_text(thanks)
    assert await widget.focused() == "Jonas Lind"
    assert discussion.shown()["comments"] == []
    await expect(widget.element.get_by_role("heading", name="No comments yet")).to_be_visible()


async def test_a_waiting_comment_is_there_again_after_a_reload_for_its_author_alone(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.post("Waiting here.", name="Jonas")

    await widget.open(discussion)

    await expect(widget.comment("Waiting here.").get_by_text("Only you can see this.")).to_be_visible()


async def test_a_known_author_is_asked_for_no_name_and_appears_at_once(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.post("The first one.", name="Jonas")
    discussion.decide("approve", await comment_id(widget, "The first one."))
    await widget.open(discussion)
    await widget.composer.click()
    await expect(widget.element.get_by_text("Posting as Jonas")).to_be_visible()
    await expect(widget.element.get_by_text("Your first comment here")).to_have_count(0)

    await widget.post("The second one.")

    await expect(widget.status).to_have_text("Posted.")
    await expect(widget.element.get_by_role("heading", name="2 comments")).to_be_visible()
    assert len(discussion.shown()["comments"]) == 2


async def test_a_reply_stands_below_whom_it_answers(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana Petković", "the question")
    await widget.open(discussion)

    await widget.button("the question", "Reply").click()
    await expect(widget.element.get_by_label("Reply to Ana Petković")).to_be_focused()
    await widget.element.get_by_label("Reply to Ana Petković").fill("an answer")
    await widget.element.get_by_label("Name").last.fill("Jonas")
    await widget.element.get_by_role("button", name="Post reply").click()

    await expect(widget.comment("an answer").get_by_text("Waiting for a moderator")).to_be_visible()
    assert (await box_of(widget.comment("an answer")))["x"] > (await box_of(widget.comment("the question")))[
        "x"
    ]
    await expect(widget.element.get_by_label("Reply to Ana Petković")).to_have_count(0)


async def test_escape_folds_a_reply_and_keeps_its_text(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "the question")
    await widget.open(discussion)
    await widget.button("the question", "Reply").click()
    await widget.element.get_by_label("Reply to Ana").fill("half an answer")

    await widget.page.keyboard.press("Escape")

    await expect(widget.element.get_by_label("Reply to Ana")).to_have_count(0)
    assert await widget.focused() == "Reply"
    await widget.button("the question", "Reply").click()
    await expect(widget.element.get_by_label("Reply to Ana")).to_have_value("half an answer")


async def test_a_draft_survives_a_reload_and_is_forgotten_once_posted(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.write("half a thought")

    await widget.open(discussion)

    await expect(widget.composer).to_have_value("half a thought")
    await widget.post("half a thought", name="Jonas")
    await widget.open(discussion)
    await expect(widget.comment("half a thought")).to_be_visible()
    await expect(widget.composer).to_have_value("")


async def test_the_preview_shows_what_the_service_makes_of_the_text(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.write("Some **bold** text, and <b>raw</b> HTML.")

    await widget.element.get_by_role("tab", name="Preview").click()

    panel = widget.element.get_by_role("tabpanel")
    await expect(panel.locator("strong")).to_have_text("bold")
    await expect(panel).to_contain_text("<b>raw</b>")
    await widget.element.get_by_role("tab", name="Write").click()
    await expect(widget.composer).to_have_value("Some **bold** text, and <b>raw</b> HTML.")


async def test_the_composer_folds_again_only_when_it_is_empty(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.composer.click()
    await expect(widget.post_button).to_be_visible()

    await widget.element.get_by_role("heading", level=2).click()
    await expect(widget.post_button).to_be_hidden()

    await widget.write("kept")
    await widget.element.get_by_role("heading", level=2).click()
    await expect(widget.post_button).to_be_visible()


async def test_marks_are_put_by_keys_and_by_buttons_and_can_be_undone(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.write("word")
    italic = widget.element.get_by_role("button", name="Italic")
    await expect(italic).to_be_visible()
    await widget.page.keyboard.press("Control+a")
    await widget.page.keyboard.press("Control+b")
    await expect(widget.composer).to_have_value("**word**")
    await italic.click()
    await expect(widget.composer).to_have_value("**_word_**")
    await widget.page.keyboard.press("Control+z")
    await expect(widget.composer).to_have_value("**word**")


async def test_what_is_missing_is_said_at_its_field(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.composer.click()
    await widget.post_button.click()
    await expect(widget.element.get_by_role("alert")).to_have_text("Write something first.")
    await expect(widget.composer).to_be_focused()

    await widget.composer.fill("text")
    await widget.post_button.click()

    await expect(widget.element.get_by_role("alert")).to_have_text("Please give a name.")
    await expect(widget.element.get_by_label("Name")).to_be_focused()
    await expect(widget.element.get_by_label("Name")).to_have_attribute("aria-invalid", "true")


async def test_an_address_that_is_none_is_said_at_its_field(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 422")
    await widget.open(discussion)
    await widget.write("text", name="Jonas")
    await widget.element.get_by_label("E-mail").fill("not an address")

    await widget.post_button.click()

    await expect(widget.element.get_by_role("alert")).to_have_text(
        "Please check this address, or leave it out."
    )
    await expect(widget.element.get_by_label("E-mail")).to_be_focused()


async def test_too_long_a_text_says_by_how_much(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    # One sign outside the basic plane is one for the service too.
    await widget.write("😀" * 10_214, name="Jonas")
    await expect(widget.element.get_by_text("214 too many")).to_be_visible()

    await widget.post_button.click()

    await expect(widget.element.get_by_role("alert")).to_have_text("Please shorten this by 214 characters.")


async def test_without_a_connection_the_text_is_kept_and_sent_once(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_INTERNET_DISCONNECTED")
    await widget.open(discussion)
    await widget.write("kept text", name="Jonas")
    await widget.page.context.set_offline(True)
    await widget.post_button.click()
    await expect(widget.element.get_by_role("alert")).to_contain_text(
        "Not sent: no connection. Your text is safe here."
    )
    await expect(widget.composer).to_have_value("kept text")

    await widget.page.context.set_offline(False)
    await widget.element.get_by_role("button", name="Try again").click()

    await expect(widget.comment("kept text")).to_have_count(1)
    await expect(widget.element.get_by_role("alert")).to_have_count(0)


async def test_an_answer_that_got_lost_does_not_double_the_comment(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    lost = 0

    async def lose_the_first_answer(route: Route) -> None:
        nonlocal lost
        if route.request.method == "POST" and not lost:
            lost += 1
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await widget.page.route("**/comments", lose_the_first_answer)
    await widget.open(discussion)
    await widget.write("sent twice", name="Jonas")
    await widget.post_button.click()

    await widget.element.get_by_role("button", name="Try again").click()
    await expect(widget.comment("sent twice")).to_be_visible()
    await widget.open(discussion)

    await expect(widget.comment("sent twice")).to_have_count(1)


async def test_a_double_click_posts_once(discussion: Discussion, widget: Widget) -> None:
    sent: list[str] = []
    widget.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await widget.open(discussion)
    await widget.write("only once", name="Jonas")

    await widget.post_button.dblclick()

    await expect(widget.comment("only once")).to_have_count(1)
    assert len([url for url in sent if url.endswith("/comments")]) == 1


async def test_too_fast_says_how_long_to_wait_and_then_lets_one_post(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 429")

    async def refuse(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Retry-After",
            "Retry-After": "2",
        }
        await route.fulfill(status=429, headers=headers, json={"status": 429, "code": "too-many-posts"})

    await widget.page.route("**/comments", refuse)
    await widget.open(discussion)
    await widget.write("patience", name="Jonas")
    await widget.post_button.click()
    await expect(widget.element.get_by_role("alert")).to_have_text(
        "A moment, please. You can post again in 2 seconds."
    )
    await expect(widget.element.get_by_role("button", name=re.compile(r"\d seconds?"))).to_have_attribute(
        "aria-disabled", "true"
    )

    await widget.page.unroute("**/comments")
    await expect(widget.element.get_by_role("alert")).to_have_count(0)
    await widget.post_button.click()

    await expect(widget.comment("patience")).to_be_visible()


async def test_an_answer_to_a_comment_that_is_gone_is_kept(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 409")
    top = discussion.said("Ana", "soon gone")
    await widget.open(discussion)
    await widget.button("soon gone", "Reply").click()
    await widget.element.get_by_label("Reply to Ana").fill("an answer")
    await widget.element.get_by_label("Name").last.fill("Jonas")
    discussion.decide("remove", top)

    await widget.page.keyboard.press("Control+Enter")

    await expect(widget.element.get_by_role("alert")).to_contain_text("is not here any more")
    await expect(widget.element.get_by_label("Reply to Ana")).to_have_value("an answer")


async def test_ones_own_comment_is_edited_in_its_place(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.post("My **first** text.", name="Jonas")
    await widget.button("My first text.", "Edit").click()
    editor = widget.element.get_by_label("Edit your comment")
    await expect(editor).to_have_value("My **first** text.")
    await expect(editor).to_be_focused()

    await editor.fill("My _second_ text.")
    await widget.element.get_by_role("button", name="Save").click()

    await expect(widget.comment("My second text.").locator("em")).to_have_text("second")
    await expect(widget.comment("My second text.").get_by_text("edited")).to_be_visible()
    assert (await widget.focused()).startswith("Edit")
    await widget.open(discussion)
    await widget.button("My second text.", "Edit").click()
    await expect(widget.element.get_by_label("Edit your comment")).to_have_value("My _second_ text.")


async def test_a_public_comment_tells_how_long_it_can_be_edited(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.post("Soon public.", name="Jonas")
    discussion.decide("approve", await comment_id(widget, "Soon public."))

    await widget.open(discussion)

    await expect(widget.button("Soon public.", re.compile(r"Edit 1[45] min left"))).to_be_visible()
    await expect(widget.button("Soon public.", "Vote up")).to_have_count(0)


async def test_leaving_an_edit_changes_nothing(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.post("As it was.", name="Jonas")
    await widget.button("As it was.", "Edit").click()
    await widget.element.get_by_label("Edit your comment").fill("Changed.")

    await widget.page.keyboard.press("Escape")

    assert await widget.texts() == ["As it was."]
    assert (await widget.focused()).startswith("Edit")


async def test_a_deleted_comment_can_be_brought_back(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.post("Gone and back.", name="Jonas")

    await widget.button("Gone and back.", "Delete").click()
    await expect(widget.element.get_by_text("Deleted.").first).to_be_visible()
    assert await widget.focused() == "Undo"
    await widget.element.get_by_role("button", name="Undo").click()

    await expect(widget.comment("Gone and back.")).to_be_visible()
    assert await widget.focused() == "Jonas"
    await widget.open(discussion)
    await expect(widget.comment("Gone and back.")).to_be_visible()


async def test_a_deleted_comment_folds_away_unless_it_has_answers(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.page.clock.install()
    await widget.open(discussion)
    await widget.post("With an answer.", name="Jonas")
    answered = await comment_id(widget, "With an answer.")
    discussion.decide("approve", answered)
    discussion.said("Ana", "the answer", answered)
    await widget.open(discussion)
    await widget.post("Without one.")

    for text in ("With an answer.", "Without one."):
        await widget.button(text, "Delete").click()
        await expect(widget.comment(text)).to_have_count(0)
    await expect(widget.element.get_by_role("button", name="Undo")).to_have_count(2)
    await widget.page.clock.run_for(11_000)

    await expect(widget.element.get_by_role("button", name="Undo")).to_have_count(0)
    await expect(widget.element.get_by_text("Deleted by its author")).to_have_count(1)
    assert await widget.texts() == ["the answer"]


async def test_the_widget_tells_the_page_what_happened(discussion: Discussion, widget: Widget) -> None:
    discussion.publish(
        "<script>window.heard = [];"
        "for (const name of ['ready', 'count', 'posted']) addEventListener(`comments:${name}`,"
        " ({ detail }) => heard.push([name, detail.count ?? detail.comment.state]));"
        f"</script>{discussion.script()}"
    )
    await widget.open(discussion)

    await widget.post("Hello.", name="Jonas")

    await expect(widget.comment("Hello.")).to_be_visible()
    assert await widget.page.evaluate("heard") == [["ready", 0], ["count", 0], ["posted", "pending"]]


async def comment_id(widget: Widget, text: str) -> str:
    identifier = await widget.comment(text).get_attribute("id")
    assert identifier is not None
    return identifier.removeprefix("comment-")
