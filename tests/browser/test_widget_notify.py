"""A reader asks for mail about replies, where the service sends any."""

import json

from playwright.async_api import Request, Route, expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget


async def test_who_writes_can_ask_for_mail_about_replies_and_is_asked_for_an_address(
    discussion: Discussion, widget: Widget
) -> None:
    page = widget.page
    sent: list[dict[str, object]] = []

    async def as_where_mail_is_sent(route: Route) -> None:
        answer = await route.fetch()
        shown = await answer.json()
        shown["thread"]["mails"] = True
        await route.fulfill(response=answer, json=shown)

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/comments"):
            sent.append(json.loads(request.post_data or "{}")["author"])

    await widget.open(discussion)
    await widget.write("No mail is sent from here.")
    await expect(widget.element.get_by_label("E-mail")).to_be_visible()
    await expect(widget.element.get_by_label("Mail me about replies")).to_have_count(0)
    await page.route("**/thread?*", as_where_mail_is_sent)
    page.on("request", note)
    await widget.open(discussion)
    await widget.write("Is it so?", name="Tomasz")
    await widget.element.get_by_label("Mail me about replies").check()
    await widget.post_button.click()
    address = widget.element.get_by_label("E-mail")
    await expect(address).to_be_focused()
    assert sent == []

    await address.fill("tomasz@mail.example")
    await widget.post_button.click()
    await expect(widget.comment("Is it so?")).to_be_visible()

    assert sent == [{"name": "Tomasz", "email": "tomasz@mail.example", "notify": True}]
