"""The section on mails: in whose words, who is told what waits, and how often oneself is."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from comments.moderation.errors import FormMalformed
from comments.notifications.digests.actions import CHOICES, choose_digest
from comments.notifications.digests.queries import digest_choices
from comments.owner.pages.frame import lead_to_section, owning, owning_with_form
from comments.owner.pages.settings.form import save_form, show_form
from comments.sites.languages import LANGUAGES
from comments.web.access import owner, page_route
from comments.web.html.templating import page
from comments.web.service import service

NAMES = ("title", "language", "mail_note")
TIMES = {"hourly": "At most once an hour", "daily": "At most once a day", "never": "Never"}


@page
async def show_mail(request: Request) -> Response:
    """Show how mails speak, and who gets them."""
    return await show_form(request, "mail", **await _context(request))


@page
async def save_mail(request: Request) -> Response:
    """Save how mails speak."""
    return await save_form(request, "mail", NAMES, context=await _context(request))


async def _context(request: Request) -> Mapping[str, Any]:
    """Return what the page shows beside the settings."""
    svc, who = service(request), await owning(request)
    return {
        "team": await svc.db.read(digest_choices, who.site.id),
        "times": TIMES,
        "languages": LANGUAGES,
        "sends_mail": bool(svc.settings.smtp_url),
    }


@page
async def save_digest(request: Request) -> Response:
    """Save how often whoever asks wants digests."""
    who, fields = await owning_with_form(request)
    chosen = fields.get("digest", "")
    if chosen not in CHOICES:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    choose = partial(choose_digest, digest=chosen)
    await service(request).db.write(choose, who.site.id, who.owner.account_id)
    return lead_to_section(request, "mail", "?saved=digest")


routes = [
    page_route("/moderate/{site}/settings/mail", show_mail, needs=owner()),
    page_route("/moderate/{site}/settings/mail", save_mail, needs=owner(), methods=["POST"]),
    page_route("/moderate/{site}/settings/mail/digest", save_digest, needs=owner(), methods=["POST"]),
]
