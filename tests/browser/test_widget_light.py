"""The widget is light: one script and one request, nothing on the page moves, no long work, all can be found.

How long things take is measured by `make bench-widget`; here stands what is the same on every machine.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.bench.writing import texts
from tests.browser.discussions import Discussion
from tests.browser.reading import MORE, REPLIES, fill, press, press_all, shown
from tests.browser.widget import Widget, box_of
from tests.support.seeding import Text, Writing
from tests.support.tracing import MARK_DRAWN, Trace, tracing

WINDOWS = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 360, "height": 740}}
SCREENFUL = '<div style="height:110vh">The article.</div>'
BELOW = "<p>What the page says below the discussion.</p>" * 3
# Each look at the page's clock takes so long that work is cut after three pieces, on any machine.
CLOCK_OF_LOOKS = """
(() => {
  let now = 0;
  performance.now = () => (now += 3);
})();
"""


@pytest.fixture(params=WINDOWS)
async def page(request: pytest.FixtureRequest, new_page: Callable[..., Awaitable[Page]]) -> Page:
    return await new_page(viewport=WINDOWS[request.param])


async def settled(page: Page) -> None:
    """Wait until the part that comes later is there too, and all is painted."""
    await expect(page.locator("comments-thread .live")).to_be_attached()
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def read_down(page: Page, steps: int) -> None:
    """Turn the wheel, and look at what comes into view."""
    for _ in range(steps):
        await page.mouse.wheel(0, 500)
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


@pytest.mark.parametrize("comments", [0, 1, 25, 200])
async def test_nothing_moves_when_a_discussion_comes_at_once(
    comments: int, discussion: Discussion, page: Page
) -> None:
    await fill(discussion, comments)
    discussion.publish(SCREENFUL + discussion.script(loading="eager") + BELOW)

    async with tracing(page) as trace:
        await page.goto(discussion.url)
        await settled(page)
        await read_down(page, 40)

    assert trace.shifted == 0


@pytest.mark.parametrize("comments", [0, 1, 25, 200])
async def test_nothing_moves_in_the_first_view_where_the_page_keeps_room(
    comments: int, discussion: Discussion, page: Page
) -> None:
    await fill(discussion, comments)
    host = discussion.service.host
    discussion.publish(
        "<style>comments-thread:not(:defined) { display: block; min-height: 100vh }</style>"
        f'<h1>Night trains</h1><comments-thread site="blog"></comments-thread>{BELOW}'
        f'<script async src="{host}/embed.js"></script>'
    )

    async with tracing(page) as trace:
        await page.goto(discussion.url)
        await settled(page)

    assert trace.shifted == 0


async def test_nothing_moves_when_a_discussion_is_reached_by_scrolling(
    discussion: Discussion, page: Page
) -> None:
    await fill(discussion, 60)
    discussion.publish(f'<div style="height:5000px">The article.</div>{discussion.script()}{BELOW}')

    async with tracing(page) as trace:
        await page.goto(discussion.url)
        await read_down(page, 12)
        await settled(page)

    assert trace.shifted == 0


async def test_nothing_moves_when_a_slow_discussion_takes_the_place_of_the_grey_lines(
    discussion: Discussion, page: Page
) -> None:
    await fill(discussion, 25)
    discussion.publish(SCREENFUL + discussion.script(loading="eager") + BELOW)
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/thread?*", hold)
    async with tracing(page) as trace:
        await page.goto(discussion.url)
        await page.mouse.wheel(0, 600)
        await expect(page.get_by_label("Loading comments")).to_be_visible()
        await held[0].continue_()
        await settled(page)

    assert trace.shifted == 0


NOTE_MOVES = """() => {
  const noted = [];
  const seen = new PerformanceObserver((list) => noted.push(...list.getEntries()));
  seen.observe({ type: 'layout-shift' });
  window.moves = async () => {
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    noted.push(...seen.takeRecords());
    return noted.map(({ sources }) => sources.map(({ previousRect }) => previousRect.top));
  };
}"""
"""From now on note where that was which moves, for each time that something does."""


async def test_opening_the_composer_is_what_the_reader_asked_for(discussion: Discussion, page: Page) -> None:
    await fill(discussion, 25)
    widget = Widget(page)
    await widget.open(discussion)
    await settled(page)

    top = (await box_of(widget.element.locator(".composer").first))["y"]
    await page.evaluate(NOTE_MOVES)

    await widget.composer.click()
    await expect(widget.post_button).to_be_visible()

    # It grows and what stood below makes room, in one step; however late that is, nothing above it moves.
    moves: list[list[float]] = await page.evaluate("moves()")
    assert len(moves) == 1, moves
    outline = 4  # It is drawn around what has the focus, and counts for where that is.
    # Seldom, on a busy machine, the browser does not say what it was that moved.
    assert [place for place in moves[0] if place < top - outline] == []
    assert (await box_of(widget.element.locator(".composer").first))["y"] == top


async def test_one_script_and_one_request_bring_the_discussion_and_none_goes_elsewhere(
    discussion: Discussion, page: Page
) -> None:
    await fill(discussion, 25)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright marks what it is given
    before: list[str] = []

    await page.goto(discussion.url)
    await page.locator("comments-thread article").first.wait_for()
    before = [urlsplit(request.url).path for request in asked if request.url != discussion.url]
    await settled(page)

    assert before[:2] == ["/embed.js", "/api/v1/sites/blog/thread"]
    # What the later parts ask for may have begun before we saw the first comment.
    later = ("/embed/", "/api/v1/sites/blog/stream")
    assert [path for path in before[2:] if not path.startswith(later)] == []
    hosts = {urlsplit(request.url).netloc for request in asked}
    assert hosts == {urlsplit(discussion.url).netloc, urlsplit(discussion.service.host).netloc}


@pytest.fixture
async def cutting(new_page: Callable[..., Awaitable[Page]]) -> Page:
    """A page whose clock cuts all work that is cut into slices, and which tells the trace what is drawn."""
    page = await new_page()
    await page.add_init_script(CLOCK_OF_LOOKS)
    await page.add_init_script(MARK_DRAWN)
    return page


async def traced(page: Page, work: Callable[[], Awaitable[object]]) -> Trace:
    async with tracing(page) as trace:
        await work()
    return trace


def assert_in_slices(trace: Trace) -> None:
    """Many tasks draw a little each: three comments at most, which may have replies."""
    drawn = [task.drawn for task in trace.drawing]
    assert len(drawn) >= 5, drawn


async def test_long_work_is_cut_into_slices(discussion: Discussion, cutting: Page) -> None:
    await fill(discussion, 100)
    discussion.embed(sort="oldest")

    async def open_page() -> None:
        await cutting.goto(discussion.url)
        await cutting.locator("comments-thread article").first.wait_for()
        await cutting.wait_for_function(
            "!document.querySelector('comments-thread').shadowRoot.querySelector('[aria-busy]')",
            timeout=60_000,
        )

    opening = await traced(cutting, open_page)
    await settled(cutting)
    first = await shown(cutting)
    more = await traced(cutting, lambda: press_all(cutting, MORE))

    assert sum(task.drawn for task in opening.drawing) == first
    for trace in (opening, more):
        assert_in_slices(trace)


async def test_replies_that_are_asked_for_and_another_order_are_drawn_in_slices(
    discussion: Discussion, cutting: Page
) -> None:
    one_with_replies_and_many_alone = [None, *[0] * 60, *[None] * 60]
    await discussion.fill(one_with_replies_and_many_alone, Writing(texts(100), authors=20, seed=1))
    discussion.embed(sort="oldest")
    await Widget(cutting).open(discussion)
    await settled(cutting)

    replies = await traced(cutting, lambda: press(cutting, REPLIES))
    order = await traced(cutting, lambda: press(cutting, "[data-sort=newest]"))

    for trace in (replies, order):
        assert sum(task.drawn for task in trace.drawing) >= 25
        assert_in_slices(trace)


async def test_what_another_order_takes_the_place_of_is_removed_in_slices(
    discussion: Discussion, cutting: Page
) -> None:
    await fill(discussion, 100)
    discussion.embed(sort="oldest")
    await Widget(cutting).open(discussion)
    await settled(cutting)
    await press_all(cutting, MORE)
    before = await shown(cutting)

    order = await traced(cutting, lambda: press(cutting, "[data-sort=newest]", quiet_ms=1_500))

    removed = [task.removed for task in order.tasks if task.removed]
    assert sum(removed) == before
    assert len(removed) >= 5, removed
    assert order.shifted == 0


async def test_new_comments_that_are_wanted_are_drawn_in_slices(
    discussion: Discussion, cutting: Page
) -> None:
    await fill(discussion, 10)
    discussion.said("Ana", "The first one.")
    discussion.embed(sort="newest")
    await Widget(cutting).open(discussion)
    await settled(cutting)
    for number in range(20):
        discussion.said("Ana", f"New comment {number}.")
    await expect(cutting.get_by_role("button", name="20 new comments")).to_be_visible()

    wanted = await traced(cutting, lambda: press(cutting, "[data-do=arrivals]"))

    assert sum(task.drawn for task in wanted.drawing) == 20
    assert_in_slices(wanted)


async def test_folding_and_unfolding_draws_nothing_anew(
    discussion: Discussion, new_page: Callable[..., Awaitable[Page]]
) -> None:
    page = await new_page()
    await discussion.fill([None, *[0] * 5], Writing(texts(10)))
    discussion.embed()
    await page.add_init_script(MARK_DRAWN)
    widget = Widget(page)
    await widget.open(discussion)
    await settled(page)

    async with tracing(page) as trace:
        await widget.element.get_by_role("button", name="Hide replies to").click()
        await expect(widget.comments).to_have_count(1)
        await widget.element.get_by_role("button", name="Show 5 replies").click()
        await expect(widget.comments).to_have_count(6)

    assert trace.drawing == []
    assert trace.shifted == 0


async def test_a_folded_branch_is_not_away_for_a_moment_while_new_replies_are_drawn(
    discussion: Discussion, new_page: Callable[..., Awaitable[Page]]
) -> None:
    page = await new_page()
    top = discussion.said("Ana", "The first one.")
    discussion.said("Ben", "A reply.", top)
    discussion.embed()
    widget = Widget(page)
    await widget.open(discussion)
    await settled(page)
    await widget.element.get_by_role("button", name="Hide replies to").click()
    discussion.said("Ana", "Another reply.", top)
    await page.evaluate(
        """() => {
          window.away = [];
          const note = (changes) => window.away.push(...changes.map(({ target }) => target.className));
          const list = document.querySelector("comments-thread").shadowRoot.querySelector(".list");
          new MutationObserver(note).observe(list, { subtree: true, attributeFilter: ["hidden"] });
        }"""
    )

    await widget.element.get_by_role("button", name="1 new comment").click()
    await expect(widget.comments).to_have_count(3)

    assert "replies" not in await page.evaluate("window.away")


async def test_what_is_far_from_the_view_costs_nothing_when_something_changes(
    discussion: Discussion, new_page: Callable[..., Awaitable[Page]]
) -> None:
    page = await new_page()
    await fill(discussion, 300)
    discussion.embed(sort="oldest")
    await Widget(page).open(discussion)
    await settled(page)
    await press_all(page, MORE)
    every_node: int = await page.evaluate(
        "document.querySelector('comments-thread').shadowRoot.querySelectorAll('*').length"
    )
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    await settled(page)
    await page.evaluate("scrollTo(0, 0)")
    await settled(page)

    async with tracing(page) as trace:
        await page.evaluate("document.querySelector('h1').append(' and day trains')")
        await settled(page)

    assert 0 < max(task.laid_out for task in trace.tasks) < every_node / 4


async def test_a_menu_reaches_over_the_end_of_a_list_that_has_rested(
    discussion: Discussion, new_page: Callable[..., Awaitable[Page]]
) -> None:
    page = await new_page()
    await discussion.fill([None] * 60, Writing(texts(60)))
    discussion.embed(sort="oldest")
    widget = Widget(page)
    await widget.open(discussion)
    await settled(page)
    await press_all(page, MORE)
    await expect(page.locator(".thread.rests").first).to_be_attached()

    last = page.locator(".thread").first.get_by_role("article").last
    await last.get_by_role("button", name="More").click()
    # Playwright presses only what nothing covers.
    await last.get_by_role("menuitem", name="Report").click()

    await expect(last.get_by_role("button", name="Send report")).to_be_visible()


async def test_find_in_page_finds_every_comment_shown(
    discussion: Discussion, new_page: Callable[..., Awaitable[Page]]
) -> None:
    page = await new_page()
    words = [f"{number:03}-needle" for number in range(120)]
    texts = [Text(word, f"<p>{word}</p>") for word in words]
    await discussion.fill([None] * len(words), Writing(texts))
    discussion.embed(sort="oldest")
    await Widget(page).open(discussion)
    await settled(page)
    await press_all(page, MORE)
    assert await shown(page) == 120

    found = await page.evaluate(
        """(words) => words.filter((word) => {
          getSelection().removeAllRanges();
          return window.find(word);
        })""",
        words,
    )

    assert found == words
