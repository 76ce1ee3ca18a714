"""A reader reads: order, pages, replies, places, links to a comment, languages."""

from playwright.async_api import Page, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget, box_of
from tests.support.browser import PageFaults


async def test_a_page_nobody_has_written_on_says_so(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)

    await expect(widget.element.get_by_role("heading", name="No comments yet")).to_be_visible()
    await expect(widget.element.get_by_text("Nobody has said anything yet.")).to_be_visible()
    await expect(widget.composer).to_be_visible()


async def test_a_reader_sees_the_newest_or_the_oldest_first_as_they_choose(
    discussion: Discussion, widget: Widget
) -> None:
    for text in ("one", "two", "three"):
        discussion.said("Ana", text)
    await widget.open(discussion)

    await widget.element.get_by_role("button", name="Oldest").click()
    await expect(widget.comments.first).to_contain_text("one")
    assert await widget.texts() == ["one", "two", "three"]

    await widget.element.get_by_role("button", name="Newest").click()
    await expect(widget.comments.first).to_contain_text("three")
    assert await widget.texts() == ["three", "two", "one"]


async def test_the_order_a_reader_chose_is_kept_for_the_next_page(
    discussion: Discussion, widget: Widget
) -> None:
    for text in ("one", "two"):
        discussion.said("Ana", text)
    await widget.open(discussion)
    await widget.element.get_by_role("button", name="Oldest").click()
    await expect(widget.comments.first).to_contain_text("one")

    await widget.open(discussion)

    await expect(widget.element.get_by_role("button", name="Oldest")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert await widget.texts() == ["one", "two"]


async def test_further_comments_come_below_and_take_the_focus(discussion: Discussion, widget: Widget) -> None:
    for number in range(27):
        discussion.said(f"Reader {number}", f"comment {number}.")
    discussion.embed(sort="oldest")
    await widget.open(discussion)
    await expect(widget.comments).to_have_count(25)

    await widget.element.get_by_role("button", name="Show 2 more comments").click()

    await expect(widget.comments).to_have_count(27)
    assert await widget.focused() == "Reader 25"
    await expect(widget.element.get_by_role("button", name="more comments")).to_have_count(0)


async def test_replies_stand_below_whom_they_answer_and_come_in_steps(
    discussion: Discussion, widget: Widget
) -> None:
    top = discussion.said("Ana", "the question")
    first = discussion.said("Jonas", "reply 0", top)
    discussion.said("Ana", "reply to a reply", first)
    for number in range(1, 20):
        discussion.said("Jonas", f"reply {number}", top)
    await widget.open(discussion)
    more = widget.element.get_by_role("button", name="more replies")
    shown = await widget.comments.count()
    await expect(more).to_have_text(f"Show {21 - (shown - 1)} more replies")

    await more.click()

    await expect(widget.comments).to_have_count(22)
    assert await widget.texts() == [
        "the question", "reply 0", "reply to a reply", *[f"reply {number}" for number in range(1, 20)]
    ]  # fmt: skip


async def test_a_reply_past_the_last_indent_says_whom_it_answers(
    discussion: Discussion, widget: Widget
) -> None:
    above = None
    for depth in range(14):
        above = discussion.said(f"Person {depth}", f"at depth {depth}.", above)
    await widget.open(discussion)
    await widget.element.get_by_role("button", name="more replies").click()

    deepest = widget.comment("at depth 11.")
    await expect(deepest).to_contain_text("to Person 10")
    lefts = [(await box_of(widget.comment(f"at depth {depth}.")))["x"] for depth in range(12)]
    assert lefts == sorted(lefts)
    assert len(set(lefts[3:])) == 1


async def test_a_branch_can_be_folded_and_unfolded(discussion: Discussion, widget: Widget) -> None:
    top = discussion.said("Ana", "the question")
    discussion.said("Jonas", "an answer", top)
    await widget.open(discussion)

    await widget.element.get_by_role("button", name="Hide replies to Ana").click()
    await expect(widget.comment("an answer")).to_be_hidden()

    await widget.element.get_by_role("button", name="Show 1 reply").click()
    await expect(widget.comment("an answer")).to_be_visible()


async def test_a_removed_parent_leaves_an_empty_place(discussion: Discussion, widget: Widget) -> None:
    top = discussion.said("Ana", "something rude")
    discussion.said("Jonas", "an answer", top)
    discussion.decide("remove", top)
    await widget.open(discussion)

    await expect(widget.element.get_by_text("Removed by a moderator")).to_be_visible()
    await expect(widget.comment("an answer")).to_be_visible()
    await expect(widget.element.get_by_text("something rude")).to_have_count(0)


async def test_a_link_to_a_comment_leads_to_it_on_whichever_page_it_is(
    discussion: Discussion, widget: Widget
) -> None:
    top = discussion.said("Ana", "the first of many")
    linked = discussion.said("Jonas", "the one that is linked to", top)
    for number in range(30):
        discussion.said(f"Reader {number}", f"comment {number}.")
    discussion.embed(sort="newest")

    await widget.open(discussion, fragment=f"#comment-{linked}")

    await expect(widget.comment("the one that is linked to")).to_be_in_viewport()
    await expect(widget.comment("the one that is linked to").get_by_role("heading")).to_be_focused()


async def test_the_comments_before_a_linked_one_can_be_shown(discussion: Discussion, widget: Widget) -> None:
    linked = discussion.said("Ana", "the one that is linked to")
    discussion.said("Jonas", "a newer one")
    discussion.embed(sort="newest")
    await widget.open(discussion, fragment=f"#comment-{linked}")
    await expect(widget.comment("the one that is linked to")).to_be_visible()

    await widget.element.get_by_role("button", name="Show the comments before these").click()

    await expect(widget.comment("a newer one")).to_be_visible()
    assert await widget.texts() == ["a newer one", "the one that is linked to"]


async def test_a_link_to_a_comment_that_is_gone_shows_the_rest(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 404")
    gone = discussion.said("Ana", "soon gone")
    discussion.said("Jonas", "still here")
    discussion.decide("remove", gone)

    await widget.open(discussion, fragment=f"#comment-{gone}")

    await expect(
        widget.element.get_by_text("The comment you were sent to is not here any more.")
    ).to_be_visible()
    await expect(widget.comment("still here")).to_be_visible()


async def test_the_words_follow_the_nearest_lang(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "ein Satz")
    discussion.embed(lang="de-AT")

    await widget.open(discussion)

    await expect(widget.element.get_by_role("heading", name="1 Kommentar", exact=True)).to_be_visible()
    await expect(widget.element.get_by_label("Sag etwas zu dieser Seite")).to_be_visible()
    await expect(widget.comment("ein Satz").get_by_text("gerade eben")).to_be_visible()


async def test_a_very_long_comment_is_shortened_until_it_is_wanted(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "\n\n".join(f"Paragraph {number}." for number in range(30)))
    await widget.open(discussion)
    body = widget.element.locator(".comment > .body")
    shut = (await box_of(body))["height"]

    await widget.element.get_by_role("button", name="Read more").click()

    await expect(widget.element.get_by_role("button", name="Show less")).to_be_visible()
    assert (await box_of(body))["height"] > 2 * shut


async def test_reading_stores_nothing_and_asks_once(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "one")
    asked: list[str] = []
    widget.page.on("request", lambda request: asked.append(request.url))

    await widget.open(discussion)
    await expect(widget.comment("one")).to_be_visible()

    # When idle it begins to listen for changes, which is no question.
    questions = [url for url in asked if "/api/" in url and "/stream?" not in url]
    assert questions == [url for url in asked if "/thread?" in url]
    assert len(questions) == 1
    assert await widget.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert await widget.page.context.cookies() == []


async def test_the_script_does_not_load_a_discussion_far_below(discussion: Discussion, page: Page) -> None:
    discussion.publish(f'<div style="height:6000px"></div>{discussion.script()}')
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(discussion.url)
    await expect(page.locator("comments-thread")).to_be_attached()
    await page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/api/" in url]

    await page.evaluate("scrollTo(0, 5500)")

    await expect(page.locator("comments-thread").get_by_role("heading", level=2)).to_be_visible()
