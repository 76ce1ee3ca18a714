"""A site's team, for its owners: who is in it, who is invited; and the page that an invitation opens."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import Invalid
from comments.identity import invitation_actions, queries, team_actions
from comments.identity.actions import SESSION_LIFETIME
from comments.identity.devices import device_words
from comments.identity.errors import (
    AccountUnknown,
    InvitationForOther,
    InvitationUnknown,
    InvitationUsedUp,
    LastOwner,
    NameRefused,
)
from comments.identity.gate_routes import asking_moderator
from comments.identity.models import Invitation
from comments.identity.pages import TooManySignIns, Visitor, signed_in, visitor, visitor_with_form
from comments.identity.queries import Member
from comments.identity.sections import decoded_sections
from comments.limits import Rate
from comments.web.forms import Fields, cookie_name, own_form, see_other, set_cookie
from comments.web.needs import NOBODY, owner, page_route
from comments.web.service import client_network, service
from comments.web.templating import html_page, page


@dataclass(frozen=True, slots=True)
class Team:
    members: list[Member]
    invited: list[Invitation]


def team(session: Session, site_id: UUID, now: datetime) -> Team:
    return Team(list(queries.team(session, site_id)), list(queries.invitations_of(session, site_id, now)))


@page
async def show_team(request: Request) -> Response:
    """Show who moderates the site, and who is invited."""
    return await _team_page(request)


@page
async def invite(request: Request) -> Response:
    """Make an invitation, and show its link this once."""
    _, fields = await visitor_with_form(request)
    svc, asking = service(request), asking_moderator(request)
    make = partial(
        invitation_actions.invite,
        at=svc.clock.now(),
        role=fields.get("role", ""),
        sections=fields.get("sections", "").split(),
    )
    try:
        secret = await svc.db.write(make, svc.keys, asking.site_id, fields.get("email", ""))
    except Invalid as refused:
        return await _team_page(request, problem=refused.detail, email=fields.get("email", ""))
    return await _team_page(
        request, made=invitation_actions.invitation_address(svc.settings.base_url, secret)
    )


@page
async def change_member(request: Request) -> Response:
    """Give somebody of the team another role, or other sections."""
    found, fields = await visitor_with_form(request)
    svc, site_id, member = service(request), asking_moderator(request).site_id, _member(fields)
    change = partial(
        team_actions.change_member,
        role=fields.get("role", ""),
        sections=tuple(fields.get("sections", "").split()),
    )
    try:
        await svc.db.write(change, site_id, member)
    except (Invalid, LastOwner) as refused:
        return await _team_page(request, problem=refused.detail)
    return _after_change(request, found, member)


@page
async def remove_member(request: Request) -> Response:
    """Take somebody out of the team."""
    found, fields = await visitor_with_form(request)
    svc, site_id, member = service(request), asking_moderator(request).site_id, _member(fields)
    try:
        await svc.db.write(team_actions.remove_member, site_id, member)
    except LastOwner as refused:
        return await _team_page(request, problem=refused.detail)
    return _after_change(request, found, member)


def _member(fields: Fields) -> UUID:
    """Return which account a form is about. Raises AccountUnknown."""
    try:
        return UUID(fields.get("member", ""))
    except ValueError:
        raise AccountUnknown("They are not in this team any more.") from None


def _after_change(request: Request, found: Visitor, member: UUID) -> Response:
    """Lead back to the team, or to the account's page: who changed their own part may own it no more."""
    base_path = service(request).settings.base_path
    is_me = member == found.account.id
    return see_other(f"{base_path}/account" if is_me else f"{base_path}/team/{request.path_params['site']}")


@page
async def end_invitation(request: Request) -> Response:
    """Take an invitation back."""
    _, fields = await visitor_with_form(request)
    svc, site_id, named = service(request), asking_moderator(request).site_id, fields.get("invitation", "")
    with suppress(InvitationUnknown):  # Somebody else took it back, or it was taken: it is gone as asked.
        await svc.db.write(invitation_actions.end_invitation, svc.keys, site_id, named, at=svc.clock.now())
    return see_other(f"{svc.settings.base_path}/team/{request.path_params['site']}")


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


async def _team_page(request: Request, *, made: str = "", problem: str = "", email: str = "") -> Response:
    svc, asking = service(request), asking_moderator(request)
    has = await svc.db.read(team, asking.site_id, svc.clock.now())
    return html_page(
        request,
        "team.html",
        status=422 if problem else 200,
        visitor=await signed_in(request),
        site=request.path_params["site"],
        members=has.members,
        invited=[
            (one, queries.handle(svc.keys, one.token_hash), decoded_sections(one.sections) or ())
            for one in has.invited
        ],
        made=made,
        problem=problem,
        email=email,
    )


async def _invitation_page(request: Request, secret: str, *, problem: str = "") -> Response:
    svc = service(request)
    found = await svc.db.read(queries.invitation_shown, svc.keys.token_hashes(secret), svc.clock.now())
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
    page_route("/team/{site}", show_team, needs=owner()),
    page_route("/team/{site}/members", change_member, needs=owner(), methods=["POST"]),
    page_route("/team/{site}/members/end", remove_member, needs=owner(), methods=["POST"]),
    page_route("/team/{site}/invitations", invite, needs=owner(), methods=["POST"]),
    page_route("/team/{site}/invitations/end", end_invitation, needs=owner(), methods=["POST"]),
    page_route("/invitation/{secret}", show_invitation, needs=NOBODY),
    page_route("/invitation", accept_invitation, needs=NOBODY, methods=["POST"]),
]
