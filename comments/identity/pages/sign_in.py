"""Pages to sign in and out, and who is signed in on our other pages."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from comments.errors import TooMany
from comments.identity.accounts import address_actions, queries
from comments.identity.errors import LinkUsedUp, SignInNeeded
from comments.identity.models import Account
from comments.identity.sessions import actions as sessions_actions
from comments.identity.sessions import queries as sessions_queries
from comments.identity.sessions.actions import SESSION_LIFETIME, note_session
from comments.identity.sessions.devices import device_words
from comments.identity.sign_in import email_link_actions
from comments.identity.sign_in import queries as sign_in_queries
from comments.identity.sign_in.passkeys import place_of
from comments.limits import Rate
from comments.web.access import NOBODY, SIGNED_IN, page_route
from comments.web.forms import (
    Fields,
    clear_cookie,
    cookie_name,
    form_token,
    local_path,
    own_form,
    require_form_token,
    see_other,
    set_cookie,
)
from comments.web.html.templating import html_page, page
from comments.web.service import client_network, service

_VISITOR = "comments.visitor"


class TooManySignIns(TooMany):
    code = "too-many-sign-ins"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in with this browser. Their forms carry `form_token`.

    `moderator` is what they are on the site that the address names, None if nothing.
    """

    account: Account
    cookie: str
    form_token: str
    moderator: queries.Moderator | None


async def visitor(request: Request) -> Visitor | None:
    """Return who is signed in with this browser, None if nobody is. Asked once a request."""
    if _VISITOR in request.scope:
        asked: Visitor | None = request.scope[_VISITOR]
        return asked
    svc, found = service(request), None
    cookie = request.cookies.get(cookie_name(svc.settings))
    if cookie:
        hashes, now = svc.keys.token_hashes(cookie), svc.clock.now()
        site = request.path_params.get("site", "")
        known = await svc.db.read(sessions_queries.session_account, hashes, now, site)
        if known is not None:
            found = Visitor(known.account, cookie, form_token(svc.keys, cookie), known.moderator)
            if known.noted_at.date() < now.date():
                await svc.db.write(note_session, hashes, at=now)
    request.scope[_VISITOR] = found
    return found


async def signed_in(request: Request) -> Visitor:
    """Return who is signed in, on a page that is for them. Raises SignInNeeded."""
    found = await visitor(request)
    if found is None:
        raise SignInNeeded("Sign in first: this session has ended.")
    return found


async def visitor_with_form(request: Request) -> tuple[Visitor, Fields]:
    """Return who posts a form of one of our pages, and its fields.

    Raises OriginRefused, FormExpected, SignInNeeded, FormOutdated.
    """
    fields = await own_form(request)
    found = await signed_in(request)
    require_form_token(service(request).keys, found.cookie, fields)
    return found, fields


def to_sign_in(request: Request) -> Response:
    """Lead to the page that says how to sign in, and back here afterwards."""
    base_path, path = service(request).settings.base_path, request.url.path
    if request.method != "GET":
        # A form's own address cannot be opened: its desk can, or the page it belongs to.
        path = "/".join(path.split("/")[: 3 if "site" in request.path_params else 2])
    here = base_path + path + (f"?{request.url.query}" if request.url.query else "")
    return see_other(f"{base_path}/sign-in?next={quote(here)}")


@page
async def sign_in(request: Request) -> Response:
    """Show who is signed in (GET), or use a link up (POST)."""
    if request.method != "POST":
        return _page(request, await visitor(request))
    svc, fields = service(request), await own_form(request)
    retry_after = svc.limits.hit(Rate.SIGN_IN, client_network(request))
    if retry_after:
        raise TooManySignIns("A moment, please.", retry_after=retry_after)
    try:
        begun = await svc.db.write(
            email_link_actions.sign_in,
            svc.keys,
            fields.get("secret", ""),
            at=svc.clock.now(),
            old_cookie=request.cookies.get(cookie_name(svc.settings)),
            device=device_words(request.headers.get("user-agent", "")),
        )
    except LinkUsedUp as used_up:
        return _page(request, await visitor(request), problem=used_up.detail, status=409)
    onwards = local_path(fields.get("next", ""), f"{svc.settings.base_path}/moderate")
    response = see_other(onwards)
    set_cookie(response, svc.settings, begun.cookie, seconds=int(SESSION_LIFETIME.total_seconds()))
    return response


async def refused_sign_in(request: Request, problem: str) -> Response:
    """Return the page to sign in, with why it did not work."""
    return _page(request, await visitor(request), problem=problem, status=422)


@page
async def link(request: Request) -> Response:
    """Show a sign-in link's button. Nothing changes: mail programs open links too."""
    svc, secret = service(request), request.path_params["secret"]
    account = await svc.db.read(sign_in_queries.link_account, svc.keys.token_hashes(secret), svc.clock.now())
    if account is None:
        return _page(request, await visitor(request), problem=LinkUsedUp.DETAIL, status=404)
    ends = account.email_proved_at is None and await svc.db.read(address_actions.has_ways, account.id)
    return _page(request, None, secret=secret, invited=account.name, ends=ends)


@page
async def sign_out(request: Request) -> Response:
    """End this browser's session."""
    svc = service(request)
    found, _ = await visitor_with_form(request)
    await svc.db.write(sessions_actions.sign_out, svc.keys, found.cookie)
    response = see_other(f"{svc.settings.base_path}/sign-in")
    clear_cookie(response, svc.settings)
    return response


def _page(
    request: Request,
    found: Visitor | None,
    *,
    problem: str = "",
    secret: str = "",
    invited: str = "",
    ends: bool = False,
    status: int = 200,
) -> Response:
    return html_page(
        request,
        "sign_in.html",
        status=status,
        problem=problem,
        secret=secret,
        invited=invited,
        ends=ends,
        next=local_path(request.query_params.get("next", ""), ""),
        passkeys=place_of(service(request).settings),
        mails=bool(service(request).settings.smtp_url),
        asked="asked" in request.query_params,
        signed_in=found.account.name if found else "",
        token=found.form_token if found else "",
    )


routes = [
    page_route("/sign-in", sign_in, needs=NOBODY, methods=["GET", "POST"]),
    page_route("/sign-in/{secret}", link, needs=NOBODY),
    page_route("/sign-out", sign_out, needs=SIGNED_IN, methods=["POST"]),
]
