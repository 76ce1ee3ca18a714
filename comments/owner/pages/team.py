"""A site's team, for its owners: who is in it, and who is invited. What is done is `identity`'s."""

from contextlib import suppress
from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from comments.errors import Invalid
from comments.identity.accounts import invitation_actions, team_actions, team_queries
from comments.identity.accounts.sections import decoded_sections
from comments.identity.errors import AccountUnknown, InvitationUnknown, LastOwner
from comments.identity.sessions import queries as sessions_queries
from comments.owner.pages.frame import OwnerVisit, owning, owning_with_form, section_page
from comments.web.access import owner, page_route
from comments.web.forms import Fields, see_other
from comments.web.html.templating import page
from comments.web.service import service

AT = "/team/{site}"
ROLES = {"moderator": "Moderator", "owner": "Owner"}


@page
async def show_team(request: Request) -> Response:
    """Show who moderates the site, and who is invited."""
    return await _team_page(request)


@page
async def invite(request: Request) -> Response:
    """Make an invitation, and show its link this once."""
    who, fields = await owning_with_form(request)
    svc, email = service(request), fields.get("email", "")
    make = partial(
        invitation_actions.invite,
        at=svc.clock.now(),
        role=fields.get("role", ""),
        sections=fields.get("sections", "").split(),
    )
    try:
        secret = await svc.db.write(make, svc.keys, who.site.id, email)
    except Invalid as refused:
        return await _team_page(request, problem=refused.detail, email=email)
    link = invitation_actions.invitation_address(svc.settings.base_url, secret)
    return await _team_page(request, made=link)


@page
async def change_member(request: Request) -> Response:
    """Give somebody of the team another role, or other sections."""
    who, fields = await owning_with_form(request)
    member = _member(fields)
    change = partial(
        team_actions.change_member,
        role=fields.get("role", ""),
        sections=tuple(fields.get("sections", "").split()),
    )
    try:
        await service(request).db.write(change, who.site.id, member)
    except (Invalid, LastOwner) as refused:
        return await _team_page(request, problem=refused.detail)
    return _after_change(request, who, member)


@page
async def remove_member(request: Request) -> Response:
    """Take somebody out of the team."""
    who, fields = await owning_with_form(request)
    member = _member(fields)
    try:
        await service(request).db.write(team_actions.remove_member, who.site.id, member)
    except LastOwner as refused:
        return await _team_page(request, problem=refused.detail)
    return _after_change(request, who, member)


@page
async def end_invitation(request: Request) -> Response:
    """Take an invitation back."""
    who, fields = await owning_with_form(request)
    svc, named = service(request), fields.get("invitation", "")
    with suppress(InvitationUnknown):  # Somebody else took it back, or it was taken: it is gone as asked.
        await svc.db.write(
            invitation_actions.end_invitation, svc.keys, who.site.id, named, at=svc.clock.now()
        )
    return see_other(f"{svc.settings.base_path}/team/{who.site.name}")


def _member(fields: Fields) -> UUID:
    """Return which account a form is about. Raises AccountUnknown."""
    try:
        return UUID(fields.get("member", ""))
    except ValueError:
        raise AccountUnknown("They are not in this team any more.") from None


def _after_change(request: Request, who: OwnerVisit, member: UUID) -> Response:
    """Lead back to the team, or to the account's page: who changed their own part may own it no more."""
    base_path = service(request).settings.base_path
    is_me = member == who.owner.account_id
    return see_other(f"{base_path}/account" if is_me else f"{base_path}/team/{who.site.name}")


async def _team_page(request: Request, *, made: str = "", problem: str = "", email: str = "") -> Response:
    svc, who = service(request), await owning(request)
    invited = await svc.db.read(team_queries.invitations_of, who.site.id, svc.clock.now())
    return section_page(
        request,
        who,
        "team",
        status=422 if problem else 200,
        members=await svc.db.read(team_queries.team, who.site.id),
        invited=[
            (one, sessions_queries.handle(svc.keys, one.token_hash), decoded_sections(one.sections) or ())
            for one in invited
        ],
        roles=ROLES,
        made=made,
        problem=problem,
        email=email,
    )


routes = [
    page_route(AT, show_team, needs=owner()),
    page_route(f"{AT}/members", change_member, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/members/end", remove_member, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/invitations", invite, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/invitations/end", end_invitation, needs=owner(), methods=["POST"]),
]
