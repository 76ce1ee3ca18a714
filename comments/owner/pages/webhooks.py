"""The section on webhooks: who is told what happens, what they answered, and to send it once more."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from comments.outside.calling import CallFailed, CallRefused
from comments.outside.queries import last_calls
from comments.outside.signing import shown_secret
from comments.outside.webhooks.actions import send_again
from comments.outside.webhooks.handlers import Webhooks
from comments.owner.pages.frame import lead_to_section, owning, owning_with_form, section_page
from comments.sites.errors import WebhookRefused, WebhookUnknown
from comments.sites.queries import webhook_by_id, webhooks_of
from comments.sites.webhook_actions import add_webhook, remove_webhook
from comments.sites.webhooks import EVENTS
from comments.web.access import owner, page_route
from comments.web.html.templating import page
from comments.web.service import service

AT = "/moderate/{site}/settings/webhooks"
CALLS_SHOWN = 10


@page
async def show_webhooks(request: Request) -> Response:
    """Show the site's webhooks with their last answers."""
    return await _page(request)


@page
async def add(request: Request) -> Response:
    """Have an address told what happens from now on."""
    who, fields = await owning_with_form(request)
    svc, url = service(request), fields.get("url", "")
    try:
        await svc.db.write(add_webhook, who.site.id, url, fields.every("event"), at=svc.clock.now())
    except WebhookRefused as refused:
        return await _page(request, problem=refused.detail, url=url)
    return lead_to_section(request, "webhooks")


@page
async def remove(request: Request) -> Response:
    """Tell an address nothing more."""
    who, fields = await owning_with_form(request)
    await service(request).db.write(remove_webhook, who.site.id, _id(fields, "webhook"))
    return lead_to_section(request, "webhooks")


@page
async def try_out(request: Request) -> Response:
    """Send a message about nothing now; its answer stands among the others."""
    who, fields = await owning_with_form(request)
    svc, webhook_id = service(request), _id(fields, "webhook")
    await svc.db.read(webhook_by_id, who.site.id, webhook_id)
    try:
        await Webhooks(svc.settings, svc.keys, svc.clock, svc.db).trial(webhook_id)
    except (CallFailed, CallRefused) as fault:
        return await _page(request, problem=str(fault))
    return lead_to_section(request, "webhooks")


@page
async def resend(request: Request) -> Response:
    """Send a message once more, under its id."""
    who, fields = await owning_with_form(request)
    svc = service(request)
    ids = (_id(fields, "webhook"), _id(fields, "message"))
    await svc.db.write(send_again, who.site.id, *ids, at=svc.clock.now())
    return await _page(request, notice="It is sent again within seconds.")


def _id(fields: Mapping[str, str], name: str) -> UUID:
    try:
        return UUID(fields.get(name, ""))
    except ValueError:
        raise WebhookUnknown("There is no such webhook on this site.") from None


async def _page(request: Request, *, notice: str = "", problem: str = "", url: str = "") -> Response:
    who, svc = await owning(request), service(request)
    shown: list[dict[str, Any]] = []
    for one in await svc.db.read(webhooks_of, who.site.id):
        calls = await svc.db.read(last_calls, one.id, limit=CALLS_SHOWN)
        events, secret = json.loads(one.events), shown_secret(svc.keys, one.id)
        shown.append({"row": one, "events": events, "secret": secret, "calls": calls})
    return section_page(
        request,
        who,
        "webhooks",
        status=422 if problem else 200,
        webhooks=shown,
        all_events=EVENTS,
        notice=notice,
        problem=problem,
        url=url,
    )


routes = [
    page_route(AT, show_webhooks, needs=owner()),
    page_route(AT, add, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/remove", remove, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/test", try_out, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/again", resend, needs=owner(), methods=["POST"]),
]
