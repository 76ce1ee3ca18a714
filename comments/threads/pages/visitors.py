"""Who visits our own pages of a site: the cookie of their browser, and the forms that belong to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.sections import in_sections
from comments.identity.actors import Credentials
from comments.identity.guests.queries import TOKEN_LIFE
from comments.identity.pages.sign_in import visitor as signed_in_visitor
from comments.keys import new_token
from comments.threads.addresses.urls import page_path
from comments.threads.api.routes import site_of
from comments.threads.pages.messages import words_of
from comments.threads.site_card import SiteCard
from comments.threads.views.discussion import Viewer
from comments.web.forms import (
    clear_cookie,
    cookie_name,
    form_token,
    own_form,
    require_form_token,
    see_other,
    set_cookie,
)
from comments.web.html.templating import html_page
from comments.web.service import client_address, service

# A little less than the token it holds, whose use is noted once a day.
COOKIE_LIFE = TOKEN_LIFE - timedelta(days=2)

_GUEST_TOKEN = re.compile(r"g_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class BrowserVisit:
    """A browser on our own pages of one site. Its cookie is the token of a guest, or will be one.

    `is_new` says that the browser has no cookie yet; its forms carry `form_token`. Who is signed in and
    moderates the site acts as the moderator they are.
    """

    site: SiteCard
    cookie: str
    is_new: bool
    shown: Credentials
    form_token: str


async def visit(request: Request, url: str | None = None) -> BrowserVisit:
    """Return whose browser this is, on the page with this address. Raises SiteUnknown."""
    return await visit_of(request, await site_of(request), url)


async def visit_of(request: Request, site: SiteCard, url: str | None = None) -> BrowserVisit:
    svc = service(request)
    kept = request.cookies.get(cookie_name(svc.settings, _cookie(site.name)), "")
    is_new = _GUEST_TOKEN.fullmatch(kept) is None
    cookie = new_token("g") if is_new else kept
    address = client_address(request)
    shown = Credentials(
        token_hashes=svc.keys.token_hashes(cookie),
        is_api_token=False,
        # The same: who presses a button twice is one guest, though neither press has an answer yet.
        new_token_hash=svc.keys.token_hash(cookie),
        address_key=svc.keys.address_key(address),
        network_key=svc.keys.network_key(address),
        address_keys=svc.keys.address_keys(address),
        moderator=await _moderator(request, url),
    )
    return BrowserVisit(site, cookie, is_new, shown, form_token(svc.keys, cookie))


async def _moderator(request: Request, url: str | None) -> Moderator | None:
    """Return who is signed in, if they moderate this page; beyond their sections they are readers."""
    who = await signed_in_visitor(request)
    if who is None or who.moderator is None:
        return None
    sections = who.moderator.sections
    is_theirs = sections is None or (url is not None and in_sections(sections, page_path(url)))
    return who.moderator if is_theirs else None


def has_our_cookie(request: Request) -> bool:
    """Say whether the answer could depend on who asks, so that it must not be shared."""
    settings, cookies = service(request).settings, request.cookies
    guest = cookie_name(settings, _cookie(request.path_params["site"]))
    return guest in cookies or cookie_name(settings) in cookies


async def visit_with_form(request: Request) -> tuple[BrowserVisit, dict[str, str]]:
    """Return whose browser posts a form of one of our pages, and its fields.

    Raises SiteUnknown, OriginRefused, FormExpected, TextRefused, FormOutdated.
    """
    fields, visitor = await read_form(request), await visit(request)
    check_form(request, visitor, fields)
    return visitor, fields


async def read_form(request: Request) -> dict[str, str]:
    """Return a form's fields. A browser sends each line break as two characters; we count and keep one."""
    return {name: value.replace("\r\n", "\n") for name, value in (await own_form(request)).items()}


def check_form(request: Request, visitor: BrowserVisit, fields: Mapping[str, str]) -> None:
    """Raise FormOutdated unless the form was made for this browser."""
    require_form_token(service(request).keys, "" if visitor.is_new else visitor.cookie, fields)


def asker(request: Request, visitor: BrowserVisit, *, done: str = "", about: UUID | None = None) -> Viewer:
    return Viewer(visitor.shown, service(request).clock.now(), done, about)


def form_page(
    request: Request, visitor: BrowserVisit, template: str, *, status: int = 200, **context: Any
) -> Response:
    """Return a page with a form, and give the browser the cookie that the form belongs to."""
    answer = html_page(
        request,
        template,
        status=status,
        site=visitor.site,
        words=words_of(request, visitor.site),
        form_token=visitor.form_token,
        **context,
    )
    if visitor.is_new:
        _keep(request, visitor, answer)
    return answer


def lead_on(request: Request, address: str, visitor: BrowserVisit) -> Response:
    """Lead to another of our pages; the visitor's cookie lasts as long as their token from now on."""
    answer = see_other(address)
    _keep(request, visitor, answer)
    return answer


def forget(request: Request, answer: Response) -> None:
    """Take the cookie of this site from the browser: its token has ended."""
    clear_cookie(answer, service(request).settings, _cookie(request.path_params["site"]))


def _keep(request: Request, visitor: BrowserVisit, answer: Response) -> None:
    seconds = int(COOKIE_LIFE.total_seconds())
    settings = service(request).settings
    set_cookie(answer, settings, visitor.cookie, seconds=seconds, name=_cookie(visitor.site.name))


def _cookie(site_name: str) -> str:
    return f"guest-{site_name}"
