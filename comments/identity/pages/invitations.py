"""The page that an invitation to a site's team opens."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts import invitation_actions, team_queries
from comments.identity.errors import (
    InvitationForOther,
    InvitationUsedUp,
    LastOwner,
    NameRefused,
)
from comments.identity.pages.sign_in import TooManySignIns, visitor
from comments.identity.sessions.actions import SESSION_LIFETIME
from comments.identity.sessions.devices import device_words
from comments.limits import Rate
from comments.web.access import NOBODY, page_route
from comments.web.forms import cookie_name, own_form, see_other, set_cookie
from comments.web.html.templating import html_page, page
from comments.web.service import client_network, service


@page
async def show_invitation(request: Request) -> Response:
    """Show what an invitation gives, with a button. Nothing changes: mail programs open links too."""
    return await _invitation_page(request, request.path_params["secret"])


@page
async def accept_invitation(request: Request) -> Response:
    """Take the part that an invitation gives, and sign in."""
    svc, fields = service(request), await own_form(request)
    retry_after = svc.limits.hit(Rate.SIGN_IN, client_network(request))
    if retry_after:
        raise TooManySignIns("A moment, please.", retry_after=retry_after)
    found, secret = await visitor(request), fields.get("secret", "")
    take = partial(
        invitation_actions.accept,
        at=svc.clock.now(),
        name=fields.get("name", ""),
        signed_in_as=found.account.id if found else None,
        old_cookie=request.cookies.get(cookie_name(svc.settings)),
        device=device_words(request.headers.get("user-agent", "")),
    )
    try:
        begun = await svc.db.write(take, svc.keys, secret)
    except (InvitationForOther, InvitationUsedUp, LastOwner, NameRefused) as refused:
        return await _invitation_page(request, secret, problem=refused.detail)
    response = see_other(f"{svc.settings.base_path}/moderate")
    set_cookie(response, svc.settings, begun.cookie, seconds=int(SESSION_LIFETIME.total_seconds()))
    return response


async def _invitation_page(request: Request, secret: str, *, problem: str = "") -> Response:
    svc = service(request)
    found = await svc.db.read(team_queries.invitation_shown, svc.keys.token_hashes(secret), svc.clock.now())
    if found is None:
        problem = InvitationUsedUp.DETAIL
    who = await visitor(request)
    return html_page(
        request,
        "invitation.html",
        status=409 if problem else 200,
        problem=problem,
        secret=secret,
        found=found,
        is_mine=who is not None and found is not None and who.account.email == found.email,
    )


routes = [
    page_route("/invitation/{secret}", show_invitation, needs=NOBODY),
    page_route("/invitation", accept_invitation, needs=NOBODY, methods=["POST"]),
]
