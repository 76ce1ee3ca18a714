"""The widget in pages that it does not know: strict policies, no storage, hostile text, several at once."""

import json

from playwright.async_api import Page, Route, expect

from tests.browser.discussions import SITE, Discussion, Service
from tests.browser.widget import Widget
from tests.support.browser import PageFaults

ATTACKS = [
    "<script>top.ran = 1</script>",
    "<img src=x onerror=top.ran=1>",
    "<svg onload=top.ran=1><script>top.ran=1</script></svg>",
    "<svg><style><img src=x onerror=top.ran=1></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=top.ran=1>",
    "<a href='javascript:top.ran=1'>text</a>",
    "<a href='&#106;avascript:top.ran=1'>text</a>",
    "<a href='data:text/html,<script>top.ran=1</script>'>text</a>",
    "<iframe srcdoc='<script>top.ran=1</script>'></iframe>",
    "<p onclick=top.ran=1 onmouseover=top.ran=1 style='position:fixed' id=title class=notice>text</p>",
    "<form action=javascript:top.ran=1><button>text</button></form>",
    "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=javascript:top.ran=1'>",
    "<template><img src=x onerror=top.ran=1></template>",
    "<noscript><p title='</noscript><img src=x onerror=top.ran=1>'>",
    "<details open ontoggle=top.ran=1>text</details>",
    "<button data-do=delete>text</button>",
    "<slot name=x></slot><comments-thread site=blog></comments-thread>",
]
ALLOWED = "P BR STRONG EM B I U S DEL CODE PRE BLOCKQUOTE A UL OL LI HR H3 H4 H5 H6 SPAN SUP SUB KBD".split()


def strict_policy(host: str, *, types: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; script-src {host}; connect-src {host}; style-src 'none'; img-src 'none'; "
        f"require-trusted-types-for 'script'; trusted-types {types}"
    )
    return {"Content-Security-Policy": policy}


async def use_it(widget: Widget) -> None:
    """Read, post and vote, as a check that everything works."""
    await expect(widget.comment("already here")).to_be_visible()
    await widget.post("From a strict page.", name="Jonas")
    await widget.button("already here", "Vote up").click()
    await expect(widget.button("already here", "Vote up")).to_have_text("1")


async def test_it_works_under_the_strictest_policy(
    discussion: Discussion, service: Service, widget: Widget, page_faults: PageFaults
) -> None:
    # The page's own style sheet, which the policy forbids.
    page_faults.allow("Applying inline style violates .* 'style-src 'none''")
    discussion.said("Ana", "already here")
    for types in ("comments", "'none'"):
        discussion.embed(headers=strict_policy(service.host, types=types))
        await widget.open(discussion)
        # Styles that were refused would leave the arrows without a size.
        await expect(widget.element.locator(".avatar").first).to_have_css("border-radius", "50%")
    await use_it(widget)
    assert len([fault for fault in page_faults.seen if "Applying inline style" in fault]) == 2


async def test_it_works_where_all_storage_is_blocked(discussion: Discussion, widget: Widget) -> None:
    await widget.page.add_init_script(
        "const blocked = () => { throw new DOMException('blocked', 'SecurityError'); };"
        "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])"
        " Object.defineProperty(window, name, { get: blocked });"
        "Object.defineProperty(document, 'cookie', { get: blocked, set: blocked });"
    )
    discussion.said("Ana", "already here")
    await widget.open(discussion)

    await use_it(widget)

    # Who one is is known as long as the page is open.
    await widget.button("From a strict page.", "Edit").click()
    await widget.element.get_by_label("Edit your comment").fill("Edited without storage.")
    await widget.element.get_by_role("button", name="Save").click()
    await expect(widget.comment("Edited without storage.")).to_be_visible()


async def test_hostile_html_from_the_service_does_not_run(discussion: Discussion, widget: Widget) -> None:
    for number in range(len(ATTACKS)):
        discussion.said(f"Reader {number}", f"comment {number}.")

    async def poison(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        for comment, attack in zip(body["comments"], ATTACKS, strict=True):
            comment["html"] = f"<p>before</p>{attack}<p>after</p>"
            comment["author"]["name"] = attack
            comment["author"]["website"] = "javascript:top.ran=1"
            comment["permalink"] = "javascript:top.ran=1"
        await route.fulfill(response=answer, body=json.dumps(body))

    await widget.page.route("**/thread?*", poison)
    await widget.open(discussion)
    await expect(widget.comments).to_have_count(len(ATTACKS))

    found = await widget.element.evaluate(
        "host => [...host.shadowRoot.querySelectorAll('.body *')].map((element) => ["
        "element.tagName, element.getAttributeNames().join(), element.getAttribute('href') ?? ''])"
    )
    assert {tag for tag, _, _ in found} <= set(ALLOWED)
    assert {names for _, names, _ in found} <= {"", "rel", "href,rel"}
    assert not [href for _, _, href in found if "javascript" in href or href.startswith("data:")]
    links = await widget.element.evaluate(
        "host => [...host.shadowRoot.querySelectorAll('a')].map((link) => link.protocol)"
    )
    assert set(links) <= {"http:", "https:", ":"}
    for body in await widget.element.locator(".comment > .body").all():
        await body.click(force=True)
    assert await widget.page.evaluate("window.ran") is None


async def test_a_page_may_have_several_discussions(service: Service, page: Page) -> None:
    first, second = service.discussion(), service.discussion()
    first.said("Ana", "in the first")
    second.said("Ana", "in the second")
    first.publish(
        f'<script async src="{service.host}/embed.js"></script>'
        f'<comments-thread site="{SITE}" url="{first.url}" id="one"></comments-thread>'
        f'<comments-thread site="{SITE}" url="{second.url}" id="two"></comments-thread>'
    )
    await page.goto(first.url)

    await expect(page.locator("#one").get_by_role("article")).to_contain_text("in the first")
    await expect(page.locator("#two").get_by_role("article")).to_contain_text("in the second")


async def test_a_program_mounts_changes_and_removes_a_discussion(service: Service, page: Page) -> None:
    first, second = service.discussion(), service.discussion()
    first.said("Ana", "in the first")
    second.said("Ana", "in the second")
    first.publish(f'<div id="place"></div><script src="{service.host}/embed.js"></script>')
    await page.goto(first.url)

    await page.evaluate("site => { window.mounted = Comments.mount(place, { site }); }", SITE)
    await expect(page.locator("comments-thread").get_by_role("article")).to_contain_text("in the first")
    await page.evaluate("url => mounted.update({ url })", second.url)
    await expect(page.locator("comments-thread").get_by_role("article")).to_contain_text("in the second")
    await page.evaluate("mounted.destroy()")

    await expect(page.locator("comments-thread")).to_have_count(0)


async def test_a_script_without_a_site_only_defines_the_element(service: Service, page: Page) -> None:
    discussion = service.discussion()
    discussion.publish(f'<script async src="{service.host}/embed.js"></script>')
    await page.goto(discussion.url)

    assert await page.evaluate("customElements.whenDefined('comments-thread').then(() => true)")
    await expect(page.locator("comments-thread")).to_have_count(0)


async def test_the_canonical_link_says_which_page_it_is(service: Service, widget: Widget) -> None:
    discussion, canonical = service.discussion(), service.discussion()
    canonical.said("Ana", "on the canonical page")
    discussion.publish(f'<link rel="canonical" href="{canonical.url}">{discussion.script()}')

    await widget.open(discussion)

    await expect(widget.comment("on the canonical page")).to_be_visible()


async def test_the_heading_is_of_the_level_that_the_page_says(
    discussion: Discussion, service: Service, page: Page
) -> None:
    discussion.said("Ana", "one")
    discussion.embed(heading="h3")
    await page.goto(discussion.url)

    await expect(page.get_by_role("heading", level=3, name="1 comment")).to_be_visible()
    await expect(page.get_by_role("heading", level=4, name="Ana")).to_be_visible()


async def test_the_theme_follows_the_element_then_the_page(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana", "one")
    await widget.open(discussion)
    text = widget.comment("one").locator(".body")
    light, dark = "rgb(31, 31, 29)", "rgb(232, 230, 225)"
    await expect(text).to_have_css("color", light)

    await widget.page.emulate_media(color_scheme="dark")
    await expect(text).to_have_css("color", dark)
    await widget.page.evaluate("document.documentElement.dataset.theme = 'light'")
    await expect(text).to_have_css("color", light)
    await widget.element.evaluate("host => { host.dataset.theme = 'dark'; }")
    await expect(text).to_have_css("color", dark)


async def test_a_page_that_never_turns_dark_stays_readable(service: Service, widget: Widget) -> None:
    discussion = service.discussion()
    discussion.said("Ana", "one")
    service.blog.change(
        discussion.url,
        f"<!doctype html><p>x{discussion.script()}",
    )
    await widget.page.emulate_media(color_scheme="dark")

    await widget.open(discussion)

    await expect(widget.comment("one").locator(".body")).to_have_css("color", "rgb(31, 31, 29)")


async def test_a_discussion_that_does_not_load_offers_two_ways_on(
    discussion: Discussion, service: Service, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    discussion.said("Ana", "there after all")

    async def lose(route: Route) -> None:
        await route.abort()

    await widget.page.route("**/thread?*", lose)
    await widget.open(discussion)
    await expect(widget.element.get_by_role("alert")).to_contain_text("The comments did not load.")
    elsewhere = widget.element.get_by_role("link", name="Read them on a page of their own")
    address = await elsewhere.get_attribute("href")
    assert address is not None
    assert address.startswith(f"{service.host}/d/{SITE}?url=http%3A%2F%2Fblog.localhost")

    await widget.page.unroute("**/thread?*")
    await widget.element.get_by_role("button", name="Try again").click()

    await expect(widget.comment("there after all")).to_be_visible()
    await expect(widget.element.get_by_role("alert")).to_have_count(0)


async def test_further_comments_that_do_not_load_can_be_asked_for_again(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    for number in range(26):
        discussion.said(f"Reader {number}", f"comment {number}.")
    await widget.open(discussion)

    async def lose(route: Route) -> None:
        await route.abort()

    await widget.page.route("**/thread?*", lose)
    more = widget.element.get_by_role("button", name="more comment")
    await more.click()
    await expect(widget.element.get_by_role("alert")).to_have_text("That did not load. Please try again.")

    await widget.page.unroute("**/thread?*")
    await more.click()

    await expect(widget.comments).to_have_count(26)
    await expect(widget.element.get_by_role("alert")).to_have_count(0)


async def test_a_closed_discussion_can_be_read_and_not_written_in(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana", "the last word")

    async def close(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        body["thread"]["state"] = "closed"
        await route.fulfill(response=answer, body=json.dumps(body))

    await widget.page.route("**/thread?*", close)
    await widget.open(discussion)

    closed = "Comments on this page are closed. You can still read and share them."
    await expect(widget.element.get_by_text(closed)).to_be_visible()
    await expect(widget.element.get_by_role("textbox")).to_have_count(0)
    await expect(widget.button("the last word", "Reply")).to_have_count(0)
    await expect(widget.button("the last word", "More")).to_be_visible()


async def test_a_sandboxed_frame_reads_and_leads_elsewhere_to_write(
    discussion: Discussion, service: Service, page: Page, page_faults: PageFaults
) -> None:
    discussion.said("Ana", "in a sandbox")
    discussion.embed()
    frame_page = service.discussion()
    frame_page.publish(
        f'<iframe sandbox="allow-scripts" src="{discussion.url}" width="800" height="600"></iframe>'
    )
    await page.goto(frame_page.url)
    frame = page.frame_locator("iframe").locator("comments-thread")

    await expect(frame.get_by_role("article")).to_contain_text("in a sandbox")

    link = frame.get_by_role("link", name="Write a comment on a page of its own")
    assert (await link.get_attribute("href") or "").startswith(f"{service.host}/d/{SITE}/write?url=")
    assert await link.get_attribute("target") == "_blank"
    await expect(frame.get_by_role("textbox")).to_have_count(0)


async def test_an_address_with_a_hash_and_an_exclamation_mark_is_a_page(
    discussion: Discussion, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/thread?" in request.url else None)

    for fragment in ("#!/one", "#a-heading"):
        await page.goto("about:blank")
        await page.goto(discussion.url + fragment)
        await expect(page.locator("comments-thread").get_by_role("heading", level=2)).to_be_visible()

    path = discussion.url.rpartition("/")[2]
    assert [url.partition(path)[2].partition("&")[0] for url in asked] == ["%23%21%2Fone", ""]


async def test_attributes_that_come_after_the_element_take_effect(service: Service, page: Page) -> None:
    first, second = service.discussion(), service.discussion()
    first.said("Ana", "in the first")
    second.said("Ana", "in the second")
    first.publish(
        f'<comments-thread id="place"></comments-thread><script src="{service.host}/embed.js"></script>'
    )
    await page.goto(first.url)

    await page.evaluate("site => place.setAttribute('site', site)", SITE)
    await expect(page.locator("#place").get_by_role("article")).to_contain_text("in the first")
    await page.evaluate("url => place.setAttribute('url', url)", second.url)

    await expect(page.locator("#place").get_by_role("article")).to_contain_text("in the second")


async def test_the_frame_of_a_waiting_comment_fits_into_a_page_without_styles(
    discussion: Discussion, widget: Widget
) -> None:
    page = f"<!doctype html><html lang=en><title>Plain</title><h1>Plain</h1>{discussion.script()}"
    discussion.service.blog.change(discussion.url, page)
    await widget.open(discussion)
    await widget.post("Not public yet.", name="Jonas")

    edge = await widget.comment("Not public yet.").evaluate(
        "box => box.getBoundingClientRect().left + parseFloat(getComputedStyle(box, '::before').left)"
    )
    assert edge >= 0
