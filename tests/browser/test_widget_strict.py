"""The widget in pages that allow next to nothing: policies, sandboxes, files, old browsers."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.discussions import SITE, Discussion, Service
from tests.browser.widget import Widget
from tests.support.browser import PageFaults

FORGETFUL = {
    "an engine without CSS.supports": "CSS.supports = () => false",
    "an engine without light-dark()": "const known = CSS.supports; CSS.supports = (...asked) =>"
    " !asked.join().includes('light-dark') && known.apply(CSS, asked)",
}


@pytest.fixture
async def read(discussion: Discussion) -> Discussion:
    top = discussion.said("Ana", "already **here**")
    discussion.said("Jonas", "an answer", top)
    return discussion


async def test_an_anonymous_reader_causes_no_word_no_cookie_and_no_request_elsewhere(
    read: Discussion, service: Service, page: Page
) -> None:
    told: list[str] = []
    asked: list[str] = []
    page.context.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
    page.on("request", lambda request: asked.append(request.url))
    host = service.host
    # The page's own sheet would be told of: this page has none.
    service.blog.change(
        read.url,
        f"<!doctype html><html lang=en><title>x</title><h1>x</h1>{read.script()}",
        {
            "Content-Security-Policy": f"default-src 'none'; script-src {host}; connect-src {host}; "
            "style-src 'none'; img-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        },
    )
    widget = Widget(page)
    await widget.open(read)
    await expect(widget.comments).to_have_count(2)
    # What comes when idle has come.
    await expect(widget.element.locator(".live")).to_be_attached()

    assert told == []
    assert await page.context.cookies() == []
    assert await page.evaluate("Object.keys(localStorage)") == []
    assert [url for url in asked if url != read.url and not url.startswith(f"{host}/")] == []


async def test_a_sandbox_with_an_origin_and_without_forms_still_posts(
    read: Discussion, service: Service, page: Page
) -> None:
    around = service.discussion()
    sandbox = 'sandbox="allow-scripts allow-same-origin" width=700 height=900'
    around.publish(f'<iframe src="{read.url}" {sandbox}></iframe>')
    await page.goto(around.url)
    frame = page.frame_locator("iframe").locator("comments-thread")
    await frame.get_by_label("Say something about this page").click()
    await frame.get_by_label("Say something about this page").fill("From a frame.")
    await frame.get_by_label("Name").fill("Jonas")

    await frame.get_by_role("button", name="Post comment").click()

    await expect(frame.get_by_text("Waiting for a moderator")).to_be_visible()


async def test_a_page_from_a_file_reads_and_leads_elsewhere_to_write(
    read: Discussion, service: Service, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "article.html"
    file.write_text(f"<!doctype html><html lang=en><h1>x</h1>{read.script(url=read.url)}")
    await page.goto(file.as_uri())
    widget = Widget(page)

    await expect(widget.comment("already here")).to_be_visible()
    elsewhere = widget.element.get_by_role("link", name="Write a comment on a page of its own")
    assert (await elsewhere.get_attribute("href") or "").startswith(f"{service.host}/d/{SITE}/write?url=")
    await expect(widget.element.get_by_role("textbox")).to_have_count(0)


async def test_a_file_without_an_address_offers_the_page_of_its_own(
    read: Discussion, page: Page, tmp_path: Path, page_faults: PageFaults
) -> None:
    page_faults.allow("status of 4")
    file = tmp_path / "article.html"
    file.write_text(f"<!doctype html><html lang=en><h1>x</h1>{read.script()}")
    await page.goto(file.as_uri())

    await expect(Widget(page).element.get_by_role("alert")).to_contain_text("The article is not affected.")


@pytest.mark.parametrize("lacking", FORGETFUL)
async def test_an_old_browser_gets_a_link(
    lacking: str, read: Discussion, service: Service, page: Page
) -> None:
    await page.add_init_script(FORGETFUL[lacking])
    await page.goto(read.url)

    link = page.get_by_role("link", name="Comments")
    assert (await link.get_attribute("href") or "").startswith(
        f"{service.host}/d/{SITE}?url=http%3A%2F%2Fblog"
    )
    await link.click()
    await expect(page.get_by_text("already here")).to_be_visible()
