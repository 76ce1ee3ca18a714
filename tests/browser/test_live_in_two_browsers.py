"""Chromium and Firefox open at once on one page: what is done in one shows in the other."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.discussions import SITE, Blog, Discussion, Service
from tests.browser.moderating import Sheet
from tests.browser.widget import Widget
from tests.support.browser import PageFaults
from tests.support.live import Installation
from tests.support.ports import free_port

pytestmark = pytest.mark.xdist_group("firefox")

SOON = 15_000
"""Milliseconds: one second is promised, the rest is for a loaded machine.

Less than the 25 seconds after which a page without a stream asks by itself.
"""
RECOVERED = 60_000
"""Milliseconds to catch up: a few attempts, after which the widget asks every 25 seconds."""

NewPage = Callable[..., Awaitable[Page]]


async def listening(page: Page, discussion: Discussion) -> Widget:
    """Open the discussion, and wait until it asks for its stream."""
    widget = Widget(page)
    async with page.expect_request("**/stream?*"):
        await widget.open(discussion)
    return widget


@pytest.fixture
async def pair(discussion: Discussion, new_page: NewPage, new_firefox_page: NewPage) -> list[Widget]:
    """A reader with Chromium and one with Firefox, on a page where Ana has spoken."""
    discussion.said("Ana", "known here")
    return [await listening(await open_page(), discussion) for open_page in (new_page, new_firefox_page)]


async def test_what_a_moderator_approves_shows_in_both_browsers(
    discussion: Discussion, pair: list[Widget], service: Service, new_page: NewPage
) -> None:
    discussion.posted("Jonas", "Held until it is read.")
    desk = await new_page()
    await desk.goto(service.sign_in_link("noa.live@blog.example"))
    await desk.get_by_role("button", name="Sign in").click()
    sheet = Sheet(desk)

    await sheet.button("Held until it is read.", "Approve").first.click()

    for reader in pair:
        await expect(reader.element.get_by_role("button", name="1 new comment")).to_be_visible(timeout=SOON)
        await reader.element.get_by_role("button", name="1 new comment").click()
        await expect(reader.comment("Held until it is read.")).to_be_visible()


async def test_votes_edits_and_removals_cross_from_one_browser_to_the_other(
    discussion: Discussion, pair: list[Widget]
) -> None:
    chromium, firefox = pair
    await chromium.post("A thought.", name="Jonas")
    identifier = await chromium.comment("A thought.").get_attribute("id")
    assert identifier is not None
    discussion.decide("approve", identifier.removeprefix("comment-"))
    await firefox.element.get_by_role("button", name="1 new comment").click()

    await firefox.button("A thought.", "Vote up").click()
    await expect(chromium.comment("A thought.").locator(".score")).to_have_text("1", timeout=SOON)

    # What has the focus stays as it is until that is gone.
    await firefox.composer.focus()
    await chromium.button("A thought.", "Edit").click()
    await chromium.element.get_by_label("Edit your comment").fill("A better thought.")
    await chromium.page.keyboard.press("Control+Enter")
    await expect(firefox.comment("A better thought.")).to_be_visible(timeout=SOON)

    discussion.decide("remove", identifier.removeprefix("comment-"))
    await expect(firefox.comment("A better thought.")).to_have_count(0, timeout=SOON)


async def test_after_a_crash_of_the_service_both_browsers_catch_up_by_themselves(
    blog: Blog, tmp_path: Path, new_page: NewPage, new_firefox_page: NewPage, page_faults: PageFaults
) -> None:
    page_faults.allow(
        "ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|can.t establish a connection|interrupted"
    )
    page_faults.allow("CORS request did not succeed|Cross-Origin Request Blocked")
    installation, port = (
        Installation(tmp_path / "data", settings={"COMMENTS_RATE_LIMITS": "off"}),
        free_port(),
    )
    with installation.serving(port=port) as live:
        installation.run("site", "add", SITE, "--origin", blog.origin)
        installation.run("moderator", "add", "mia@blog.example", "--site", SITE)
        token = installation.run("moderator", "token", "mia@blog.example", "--site", SITE).split()[0]
        discussion = Service(live, installation, blog, token).discussion()
        discussion.embed()
        discussion.said("Ana", "before the crash")
        readers = [
            await listening(await open_page(), discussion) for open_page in (new_page, new_firefox_page)
        ]
        for reader in readers:
            await reader.page.evaluate("window.isSamePage = true")
        # Acknowledged, and the process gone before anybody need have heard of it.
        discussion.said("Ana", "just before the crash")
        live.kill()

    with installation.serving(port=port):
        discussion.said("Ana", "after the crash")

        for reader in readers:
            bar = reader.element.get_by_role("button", name="2 new comments")
            await expect(bar).to_be_visible(timeout=RECOVERED)
            await bar.click()
            await expect(reader.comment("after the crash")).to_be_visible()
            assert await reader.page.evaluate("window.isSamePage"), "it was not loaded anew"


async def test_five_discussions_on_a_page_share_one_stream(service: Service, new_page: NewPage) -> None:
    discussions = [service.discussion() for _ in range(5)]
    host = discussions[0]
    host.publish("".join(host.script(url=one.url, loading="eager") for one in discussions))
    page = await new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path.endswith("/stream"):
            asked.append(request.url)

    page.on("request", note)
    async with page.expect_request(lambda request: request.url.count("url=") == 5):
        await page.goto(host.url)

    discussions[4].said("Ana", "on the last of them")

    last = page.locator("comments-thread").filter(has=page.get_by_role("button", name="1 new comment"))
    await expect(last).to_have_count(1)
    await expect(last).to_have_attribute("data-url", discussions[4].url)
