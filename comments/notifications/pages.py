"""Where the addresses in mails lead: a page with buttons. Opening it changes nothing, pressing does.

The address itself says what may be done with it, and to whom: nobody signs in, and mail programs press the
button that ends mails by themselves (RFC 8058), from no page of ours.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from comments.notifications import link_tokens
from comments.notifications.author_mail import written_to
from comments.notifications.catalogue import Catalogue
from comments.notifications.digests.actions import CHOICES, choose_digest
from comments.notifications.digests.queries import digest_choice
from comments.notifications.link_tokens import LinkToken, LinkTokenUnknown
from comments.notifications.reply_queries import wants_no_mail, watched_page
from comments.threads.actions.reply_mail import (
    confirm_watch,
    key_of_address,
    leave_site,
    leave_thread,
    refuse_mail,
    refuse_watch,
)
from comments.web.access import NOBODY, page_route
from comments.web.forms import form_fields
from comments.web.html.templating import html_page, page
from comments.web.service import service

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@page
async def ticket_page(request: Request) -> Response:
    """Show what can be done with an address from a mail (GET), or do it (POST)."""
    ticket = link_tokens.read(service(request).keys, request.path_params["secret"])
    fields = await form_fields(request) if request.method == "POST" else {}
    answers = {"digest": _digest, "watch": _watch, "confirm": _confirm, "message": _message}
    return await answers[ticket.purpose](request, ticket, fields)


async def _digest(request: Request, ticket: LinkToken, fields: Mapping[str, str]) -> Response:
    db, (site_id, account_id) = service(request).db, ticket.ids
    if fields:
        wanted = "never" if is_one_click(fields) else fields.get("digest", "")
        if wanted in CHOICES:
            await db.write(choose_digest, site_id, account_id, wanted)
    found = await db.read(digest_choice, site_id, account_id)
    if found is None:
        raise LinkTokenUnknown(LinkTokenUnknown.DETAIL)
    return _answer(request, "mail_digest.html", found.lang, found=found, saved=bool(fields), choices=CHOICES)


async def _watch(request: Request, ticket: LinkToken, fields: Mapping[str, str]) -> Response:
    db, (comment_id,) = service(request).db, ticket.ids
    found = await db.read(watched_page, comment_id)
    if fields:
        await db.write(leave_site if fields.get("stop") == "site" else leave_thread, comment_id)
    elif found is None:
        raise LinkTokenUnknown(LinkTokenUnknown.DETAIL)
    # A mail program may press twice; the second time there is nobody left, and all is as it was asked.
    return _answer(request, "mail_watch.html", found.lang if found else "en", found=found, done=bool(fields))


async def _confirm(request: Request, ticket: LinkToken, fields: Mapping[str, str]) -> Response:
    db, (comment_id,) = service(request).db, ticket.ids
    found = await db.read(watched_page, comment_id)
    if found is None and is_one_click(fields):
        return _answer(request, "mail_watch.html", "en", found=None, done=True)
    if found is None:
        raise LinkTokenUnknown(LinkTokenUnknown.DETAIL)
    choice = "refuse" if is_one_click(fields) else fields.get("do", "")
    if choice in _CONFIRM_ACTIONS:
        await db.write(_CONFIRM_ACTIONS[choice], comment_id)
    return _answer(request, "mail_confirm.html", found.lang, found=found, done=choice)


_CONFIRM_ACTIONS = {"confirm": confirm_watch, "refuse": refuse_watch}


async def _message(request: Request, ticket: LinkToken, fields: Mapping[str, str]) -> Response:
    svc, (comment_id, address) = service(request), ticket.ids
    found = await svc.db.read(written_to, comment_id)
    if found is None:
        raise LinkTokenUnknown(LinkTokenUnknown.DETAIL)
    if fields:
        is_current = bool(found.email) and key_of_address(svc.keys, found.email or "") == address.bytes
        await svc.db.write(refuse_mail, comment_id, address.bytes, is_current=is_current, at=svc.clock.now())
    done = await svc.db.read(wants_no_mail, found.site_id, address.bytes)
    return _answer(request, "mail_message.html", found.lang, found=found, done=done)


def is_one_click(fields: Mapping[str, str]) -> bool:
    """Say whether a mail program pressed, for its user, the one button that it knows."""
    return fields.get(ONE_CLICK[0]) == ONE_CLICK[1]


def _answer(request: Request, template: str, lang: str, **context: Any) -> Response:
    return html_page(
        request, template, words=Catalogue(lang), secret=request.path_params["secret"], **context
    )


routes = [page_route("/mail/{secret}", ticket_page, needs=NOBODY, methods=["GET", "POST"])]
