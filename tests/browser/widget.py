"""The widget as its reader meets it: by names and roles, not by how it is built."""

import re

from playwright.async_api import FloatRect, Locator, Page, expect

from tests.browser.discussions import Discussion


class Widget:
    """The one `<comments-thread>` of an open page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.element = page.locator("comments-thread")
        self.composer = self.element.get_by_label("Say something about this page")
        self.post_button = self.element.get_by_role("button", name="Post comment")
        self.comments = self.element.get_by_role("article")

    async def open(self, discussion: Discussion, *, fragment: str = "") -> None:
        """Open the page and wait until the discussion is there, or something is said instead of it."""
        await self.page.goto(discussion.url + fragment)
        await expect(
            self.element.get_by_role("heading", level=2).or_(self.element.get_by_role("alert"))
        ).to_be_visible()
        # It is drawn in slices.
        await expect(self.element.locator("[aria-busy]")).to_have_count(0)

    def comment(self, text: str) -> Locator:
        """The comment whose own text has `text` in it."""
        return self.comments.filter(has=self.page.locator(".body", has_text=text))

    def button(self, text: str, name: str | re.Pattern[str]) -> Locator:
        """A button of the comment with `text`."""
        return self.comment(text).get_by_role("button", name=name)

    async def texts(self) -> list[str]:
        """The texts of the comments shown, from top to bottom, once all of them are drawn."""
        await expect(self.element.locator("[aria-busy]")).to_have_count(0)
        # A list that another order has replaced goes bit by bit, hidden.
        shown = self.element.locator(".comment > .body:visible")
        return [text.strip() for text in await shown.all_inner_texts()]

    async def write(self, text: str, *, name: str | None = None) -> None:
        await self.composer.click()
        await self.composer.fill(text)
        if name is not None:
            await self.element.get_by_label("Name").fill(name)

    async def post(self, text: str, *, name: str | None = None) -> None:
        await self.write(text, name=name)
        await self.post_button.click()
        await expect(self.comment(text.replace("*", ""))).to_be_visible()

    async def focused(self) -> str:
        """What has the focus inside the widget: its label, or its text."""
        found: str = await self.element.evaluate(
            "host => { const at = host.shadowRoot.activeElement;"
            " return at ? at.getAttribute('aria-label') || at.innerText || at.id : ''; }"
        )
        return found.strip()

    @property
    def status(self) -> Locator:
        """What a screen reader was told last."""
        return self.element.locator(".comments > [role=status]")


async def box_of(shown: Locator) -> FloatRect:
    box = await shown.bounding_box()
    assert box is not None, "it is not on the screen"
    return box
