"""What others do shows while one reads, and nothing that is being read moves for it."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget, box_of
from tests.support.browser import PageFaults

SOON = 15_000
"""Milliseconds: one second is promised, the rest is for a loaded machine.

Less than the 25 seconds after which a page without a stream asks by itself.
"""

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

# What the page has of streams, and which of them are open.
WATCH_STREAMS = """
  window.streams = [];
  window.EventSource = class extends EventSource {
    constructor(...given) {
      super(...given);
      this.heard = 0;
      this.addEventListener("change", () => this.heard++);
      streams.push(this);
    }
  };
  window.pages_heard = () => open_streams().map(url => url.split("url=").length - 1).join();
  window.open_streams = () => streams.filter(stream => stream.readyState === 1).map(stream => stream.url);
"""


@pytest.fixture
async def listening(widget: Widget) -> Callable[[Discussion], Awaitable[None]]:
    """Open a discussion, and wait until it listens."""
    await widget.page.add_init_script(WATCH_STREAMS)

    async def listen(discussion: Discussion) -> None:
        await widget.open(discussion)
        await widget.page.wait_for_function("open_streams().length === 1")

    return listen


Listening = Callable[[Discussion], Awaitable[None]]


async def streams(page: Page) -> list[str]:
    found: list[str] = await page.evaluate("open_streams()")
    return found


async def test_new_comments_gather_behind_a_bar_and_come_when_they_are_wanted(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    top = discussion.said("Ana", "read now")
    await listening(discussion)
    place = await box_of(widget.comment("read now"))

    discussion.said("Jonas", "a new one")
    discussion.said("Mia", "a new answer", top)

    bar = widget.element.get_by_role("button", name="2 new comments")
    await expect(bar).to_be_visible(timeout=SOON)
    await expect(widget.element.get_by_role("heading", name="3 comments")).to_be_visible()
    assert await widget.texts() == ["read now"]
    assert await box_of(widget.comment("read now")) == place
    await bar.click()
    await expect(widget.comment("a new one").get_by_role("heading")).to_be_focused()
    assert await widget.texts() == ["a new one", "read now", "a new answer"]
    await expect(bar).to_have_count(0)


async def test_new_comments_are_told_once_for_all_that_come_together(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    discussion.said("Ana", "read now")
    waiting = [discussion.posted(f"Reader {number}", f"new {number}.")["id"] for number in range(3)]
    await listening(discussion)
    await widget.status.evaluate(
        "status => { window.told = []; new MutationObserver(() => told.push(status.textContent))"
        ".observe(status, { childList: true, characterData: true, subtree: true }); }"
    )

    for identifier in waiting:
        discussion.decide("approve", identifier)

    await expect(widget.status).to_have_text("3 new comments")
    assert await widget.page.evaluate("told") == ["3 new comments"]
    await widget.element.get_by_role("button", name="3 new comments").click()
    await expect(widget.status).to_be_empty()


async def test_votes_change_in_place(discussion: Discussion, widget: Widget, listening: Listening) -> None:
    identifier = discussion.said("Ana", "worth a vote")
    await listening(discussion)

    discussion.voted("Jonas", identifier, 1)

    up = widget.button("worth a vote", "Vote up")
    await expect(up).to_have_text("1", timeout=SOON)
    await expect(up).to_have_accessible_name("Vote up, 1 vote")
    await expect(up).to_have_attribute("aria-pressed", "false")


async def test_an_edit_and_what_is_picked_out_show_in_place(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    identifier = discussion.said("Ana", "as it was")
    await listening(discussion)

    discussion.edited("Ana", identifier, "as it is *now*")

    await expect(widget.comment("as it is now")).to_be_visible(timeout=SOON)
    await expect(widget.comment("as it is now").get_by_text("edited")).to_be_visible()

    picked_out = widget.comment("as it is now").get_by_text("Picked out", exact=True)
    discussion.decide("feature", identifier)
    await expect(picked_out).to_be_visible()
    discussion.decide("unfeature", identifier)
    await expect(picked_out).to_have_count(0)


async def test_readers_see_that_a_moderator_edited_and_that_this_was_taken_back(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    identifier = discussion.said("Ana", "as Ana wrote")
    await listening(discussion)

    discussion.decide("edit", identifier, text="as Mia wrote")

    mark = widget.element.get_by_text("edited", exact=False)
    await expect(widget.comment("as Mia wrote")).to_be_visible(timeout=SOON)
    await expect(mark).to_have_text("edited by a moderator")
    await expect(mark).to_have_attribute("title", re.compile("^Edited "))

    discussion.decide("restore", identifier)
    await expect(widget.comment("as Ana wrote")).to_be_visible(timeout=SOON)
    await expect(mark).to_have_count(0)

    discussion.decide("edit", identifier, text="as Mia wrote")
    await expect(mark).to_have_text("edited by a moderator", timeout=SOON)
    discussion.edited("Ana", identifier, "as Ana wrote, again")
    await expect(widget.comment("as Ana wrote, again")).to_be_visible(timeout=SOON)
    await expect(mark).to_have_text("edited")


async def test_a_removal_leaves_its_room_so_that_nothing_moves(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    discussion.embed(sort="oldest")
    gone = discussion.said("Ana", "\n\n".join(f"Rude {number}." for number in range(8)))
    discussion.said("Jonas", "read now")
    await listening(discussion)
    place = await box_of(widget.comment("read now"))

    discussion.decide("remove", gone)

    await expect(widget.comment("Rude 3.")).to_have_count(0, timeout=SOON)
    assert await box_of(widget.comment("read now")) == place
    await expect(widget.element.get_by_role("heading", name="1 comment", exact=True)).to_be_visible()


async def test_a_removal_above_the_view_moves_nothing(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    discussion.embed(sort="oldest")
    gone = [discussion.said("Ana", f"above {number}.") for number in range(12)]
    discussion.said("Jonas", "read now")
    await listening(discussion)
    await widget.comment("read now").scroll_into_view_if_needed()
    place = await box_of(widget.comment("read now"))

    discussion.decide("remove", *gone[:6])

    await expect(widget.comment("above 5.")).to_have_count(0, timeout=SOON)
    assert await box_of(widget.comment("read now")) == place


async def test_what_somebody_is_busy_with_waits(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    discussion.embed(sort="oldest")
    answered = discussion.said("Ana", "the question")
    other = discussion.said("Jonas", "beside it")
    await listening(discussion)
    await widget.button("the question", "Reply").click()
    await widget.element.get_by_label("Reply to Ana").fill("half an answer")

    discussion.decide("remove", answered, other)

    await expect(widget.comment("beside it")).to_have_count(0, timeout=SOON)
    await expect(widget.comment("the question")).to_be_visible()
    await expect(widget.element.get_by_label("Reply to Ana")).to_have_value("half an answer")
    await widget.page.keyboard.press("Escape")
    await widget.composer.focus()
    await expect(widget.comment("the question")).to_have_count(0)


async def test_ones_own_comment_that_becomes_public_says_so(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    await listening(discussion)
    await widget.post("Waits here.", name="Jonas")
    identifier = await widget.comment("Waits here.").get_attribute("id")
    assert identifier is not None

    discussion.decide("approve", identifier.removeprefix("comment-"))

    await expect(widget.status).to_have_text("Your comment is public now.", timeout=SOON)
    await expect(widget.comment("Waits here.").get_by_text("Waiting for a moderator")).to_have_count(0)
    await expect(widget.element.get_by_role("heading", name="1 comment", exact=True)).to_be_visible()
    await expect(widget.element.get_by_role("button", name="new comment")).to_have_count(0)


async def test_ones_own_post_is_not_told_as_new(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    await listening(discussion)
    await widget.post("The first one.", name="Jonas")
    identifier = await widget.comment("The first one.").get_attribute("id")
    assert identifier is not None
    discussion.decide("approve", identifier.removeprefix("comment-"))
    await expect(widget.status).to_have_text("Your comment is public now.")
    heard = await widget.page.evaluate("streams[0].heard")

    await widget.post("The second one.")

    await widget.page.wait_for_function("heard => streams[0].heard > heard", arg=heard)
    await expect(widget.comment("The second one.")).to_have_count(1)
    await expect(widget.element.get_by_role("heading", name="2 comments")).to_be_visible()
    await expect(widget.element.get_by_role("button", name="new comment")).to_have_count(0)


async def test_two_readers_see_what_each_other_does(
    discussion: Discussion, widget: Widget, listening: Listening, new_page: Callable[..., Awaitable[Page]]
) -> None:
    discussion.said("Jonas", "known here")
    other = Widget(await new_page())
    await other.page.add_init_script(WATCH_STREAMS)
    await listening(discussion)
    await other.open(discussion)
    await other.page.wait_for_function("open_streams().length === 1")
    await widget.post("Hello from here.", name="Mia")
    identifier = await widget.comment("Hello from here.").get_attribute("id")
    assert identifier is not None
    discussion.decide("approve", identifier.removeprefix("comment-"))
    await other.element.get_by_role("button", name="1 new comment").click()
    await expect(other.comment("Hello from here.")).to_be_visible()

    await other.button("Hello from here.", "Vote up").click()
    await expect(widget.comment("Hello from here.").locator(".score")).to_have_text("1", timeout=SOON)
    # With the focus on it, it would stay until that is gone.
    await other.composer.focus()
    await widget.button("Hello from here.", "Delete").click()

    await expect(other.comment("Hello from here.")).to_have_count(0, timeout=SOON)


async def test_a_hidden_page_has_no_stream_and_catches_up(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    discussion.said("Ana", "read now")
    await listening(discussion)

    await widget.page.evaluate(HIDE, True)
    assert await streams(widget.page) == []
    discussion.said("Jonas", "while hidden")
    await widget.page.evaluate(HIDE, False)

    await expect(widget.element.get_by_role("button", name="1 new comment")).to_be_visible()
    assert "since=" in (await streams(widget.page))[0]


async def test_a_page_has_one_stream_whatever_it_shows_and_none_when_all_is_gone(
    discussion: Discussion, page: Page
) -> None:
    other = discussion.service.discussion()
    discussion.publish(discussion.script(heading="2") + discussion.script(url=other.url, heading="3"))
    await page.add_init_script(WATCH_STREAMS)
    await page.goto(discussion.url)
    await expect(page.locator("comments-thread .live")).to_have_count(2)
    await page.wait_for_function("pages_heard() === '2'")

    other.said("Ana", "on the other")
    second = page.locator("comments-thread").nth(1)
    await expect(second.get_by_role("button", name="1 new comment")).to_be_visible()
    await expect(page.locator("comments-thread").first.get_by_role("button", name="new")).to_have_count(0)

    await second.evaluate("host => host.remove()")
    await page.wait_for_function("pages_heard() === '1'")
    await page.locator("comments-thread").evaluate("host => host.remove()")
    await page.wait_for_function("open_streams().length === 0")


async def test_where_streams_are_refused_it_says_so_quietly_and_asks_now_and_then(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 503")
    discussion.said("Ana", "read now")
    refused: list[str] = []

    async def refuse(route: Route) -> None:
        refused.append(route.request.url)
        await route.fulfill(status=503, headers={"Access-Control-Allow-Origin": "*"})

    await widget.page.route("**/stream?*", refuse)
    await widget.page.clock.install()
    await widget.open(discussion)
    await widget.page.clock.run_for(5_000)
    await expect(widget.element.get_by_text("not live at the moment")).to_be_visible()
    discussion.said("Jonas", "a new one")

    await widget.page.clock.run_for(26_000)

    await expect(widget.element.get_by_role("button", name="1 new comment")).to_be_visible()
    await expect(widget.element.get_by_role("heading", name="2 comments")).to_contain_text("not live")
    await widget.page.unroute("**/stream?*")
    await widget.page.clock.run_for(60_000)
    await expect(widget.element.get_by_text("not live at the moment")).to_have_count(0)
    assert len(refused) <= 2


async def test_when_too_much_was_missed_the_page_is_asked_for_again(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    gone = discussion.said("Ana", "soon gone")
    discussion.said("Jonas", "read now")
    asked: list[str] = []

    async def reset(route: Route) -> None:
        version = discussion.shown()["thread"]["version"]
        body = f'event: reset\ndata: {{"page":0,"thread":{{"version":{version}}}}}\n\n'
        body = f"retry: 600000\n\n{body}"
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/event-stream"}
        await route.fulfill(headers=headers, body=body)

    await listening(discussion)
    await widget.page.evaluate(HIDE, True)
    discussion.decide("remove", gone)
    discussion.said("Mia", "a new one")
    await widget.page.route("**/stream?*", reset)
    widget.page.on("request", lambda request: asked.append(request.url))
    await widget.page.evaluate(HIDE, False)

    await expect(widget.element.get_by_role("button", name="1 new comment")).to_be_visible()
    await expect(widget.comment("soon gone")).to_have_count(0)
    assert len([url for url in asked if "/thread?" in url]) == 1


async def test_relative_times_go_on(discussion: Discussion, widget: Widget) -> None:
    await widget.page.clock.install()
    discussion.said("Ana", "a while ago")
    await widget.open(discussion)
    await expect(widget.comment("a while ago").locator("time")).to_have_text("just now")
    await widget.page.clock.run_for(5_000)
    await expect(widget.element.locator(".live")).to_be_attached()

    await widget.page.clock.run_for(180_000)

    await expect(widget.comment("a while ago").locator("time")).to_have_text(re.compile(r"[23] minutes ago"))


async def test_taking_back_a_deletion_is_counted_once_however_late_its_answer_is(
    discussion: Discussion, widget: Widget, listening: Listening
) -> None:
    await listening(discussion)
    await widget.post("Mine.", name="Jonas")
    discussion.decide("approve", discussion.waiting()["id"])
    count = widget.element.get_by_role("heading", level=2)
    await expect(count).to_have_text("1 comment")
    await widget.button("Mine.", "Delete").click()
    await expect(count).to_have_text("No comments yet")
    await widget.page.wait_for_function("streams[0].heard === 2")

    async def once_it_was_heard_of(route: Route) -> None:
        answer = await route.fetch()
        await widget.page.wait_for_function("streams[0].heard === 3")
        await route.fulfill(response=answer)

    await widget.page.route("**/restore", once_it_was_heard_of)
    await widget.element.get_by_role("button", name="Undo").click()

    await expect(widget.comment("Mine.")).to_be_visible()
    await expect(count).to_have_text("1 comment")
