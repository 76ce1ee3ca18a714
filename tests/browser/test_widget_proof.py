"""What a comment brings along to show how it was written: made unseen, and never in the way."""

import base64
import json
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.discussions import SITE, Discussion, Service
from tests.browser.widget import Widget
from tests.support.browser import PageFaults
from tests.support.proofs import sha256


def sent_by(page: Page) -> list[dict[str, Any]]:
    """Return a list into which the bodies of posted comments come."""
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(f"/{SITE}/comments"):
            sent.append(json.loads(request.post_data or "{}"))

    page.on("request", note)
    return sent


async def test_a_newcomers_comment_brings_a_proof_that_is_good(
    discussion: Discussion, widget: Widget
) -> None:
    sent = sent_by(widget.page)
    await widget.open(discussion)

    await widget.post("Hello from somebody new.", name="Jonas")

    proof = json.loads(base64.b64decode(sent[0]["altcha"]))
    assert sha256(f"{proof['salt']}{proof['number']}") == proof["challenge"]
    # A script types faster than people do, and is told so.
    assert {*discussion.waiting()["reasons"]} <= {"First comment", "Written within 3 seconds"}


async def test_each_comment_of_a_newcomer_brings_another(discussion: Discussion, widget: Widget) -> None:
    sent = sent_by(widget.page)
    await widget.open(discussion)

    await widget.post("The first one.", name="Jonas")
    await widget.post("The second one.")

    assert len({body["altcha"] for body in sent}) == len({body["form_token"] for body in sent}) == 2


async def test_who_has_an_approved_comment_does_no_work(discussion: Discussion, widget: Widget) -> None:
    sent = sent_by(widget.page)
    await widget.open(discussion)
    await widget.post("The first one.", name="Jonas")
    discussion.decide("approve", discussion.waiting()["id"])
    await widget.open(discussion)

    await widget.post("The second one.")

    assert ("altcha" in sent[0], "altcha" in sent[1]) == (True, False)
    await expect(widget.status).to_have_text("Posted.")


@pytest.mark.parametrize("blocked", ["**/challenge", "**/embed/proving-*"])
async def test_without_a_proof_the_text_is_sent_kept_and_waits(
    discussion: Discussion, widget: Widget, page_faults: PageFaults, blocked: str
) -> None:
    page_faults.allow("ERR_FAILED")
    await widget.page.route(blocked, lambda route: route.abort())
    await widget.open(discussion)

    await widget.post("Nothing of this is lost.", name="Jonas")

    comment = widget.comment("Nothing of this is lost.")
    await expect(comment.get_by_text("Only you can see this.")).to_be_visible()
    assert discussion.waiting()["reasons"] == ["No proof of work", "First comment"]


async def test_a_page_that_allows_no_workers_has_proofs_too(service: Service, page: Page) -> None:
    discussion, sent = service.discussion(), sent_by(page)
    allowed = f"script-src {service.host}; connect-src {service.host}; style-src 'unsafe-inline'"
    policy = f"default-src 'none'; {allowed}"
    discussion.embed(headers={"Content-Security-Policy": policy})
    widget = Widget(page)
    await widget.open(discussion)

    await widget.post("Where next to nothing is allowed.", name="Jonas")

    assert sent[0]["altcha"]
