"""The HTTP API of a site's team, for owners' tokens that may change the site."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.accounts import invitation_actions, team_actions, team_queries, token_queries
from comments.identity.accounts.actions import DEFAULT_ROLE
from comments.identity.accounts.sections import decoded_sections
from comments.identity.accounts.team_queries import Member
from comments.identity.errors import (
    AccountUnknown,
    EmailRefused,
    InvitationUnknown,
    LastOwner,
    ModeratorsOnly,
    OwnersOnly,
    RoleRefused,
    ScopeMissing,
    SectionRefused,
    TokenMissing,
    TokenUnknown,
)
from comments.identity.models import Invitation
from comments.identity.routes import MalformedToken, bearer_token
from comments.identity.sessions import queries as sessions_queries
from comments.keys import Keyring
from comments.notifications.digests.queries import digest_choices
from comments.sites.errors import SiteUnknown
from comments.web.access import SCOPES, owner
from comments.web.routing import Api, id_in_path
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Team")

_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly, ScopeMissing)
_PART = (RoleRefused, SectionRefused)
_ADMIN = owner("admin")

Sections = Annotated[list[str], Meta(max_length=100)]


class MemberBody(msgspec.Struct, forbid_unknown_fields=True):
    """`owner` or `moderator`, and the paths that a moderator is limited to; none is the whole site."""

    role: str
    sections: Sections


class InvitationBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to invite, as what, and for which paths; none is the whole site."""

    email: Annotated[str, Meta(max_length=1_000)]
    role: str = DEFAULT_ROLE
    sections: Sections = []


class MemberShown(msgspec.Struct):
    """One of the team. No `sections` is the whole site; `digest` is how often they are mailed what waits."""

    id: UUID
    name: str
    email: str
    role: str
    sections: list[str]
    digest: str


class InvitationOpen(msgspec.Struct):
    """An invitation that nobody has taken yet: `id` opens nothing."""

    id: str
    email: str
    role: str
    sections: list[str]
    created_at: datetime
    expires_at: datetime


class TeamAnswer(msgspec.Struct):
    """Who moderates the site, owners first, and who is invited."""

    members: list[MemberShown]
    invitations: list[InvitationOpen]


class MemberAnswer(msgspec.Struct):
    member: MemberShown


class InvitationAnswer(msgspec.Struct):
    """The link to send to whom you invite: good once, for a week, and shown this once."""

    id: str
    link: str


class MemberRemovedAnswer(msgspec.Struct):
    removed: UUID


class InvitationEndedAnswer(msgspec.Struct):
    ended: str


@api.endpoint("GET", "/team", answers={200: TeamAnswer}, errors=_WHO, needs=_ADMIN)
async def get_team(request: Request) -> TeamAnswer:
    """Who is in the team, with their addresses, and which invitations are open."""
    svc, site_id = service(request), asking_moderator(request).site_id
    members = await svc.db.read(team_queries.team, site_id)
    invited = await svc.db.read(team_queries.invitations_of, site_id, svc.clock.now())
    return TeamAnswer(await _members(request, members), [_invitation(svc.keys, one) for one in invited])


@api.endpoint(
    "PUT",
    "/team/{id}",
    answers={200: MemberAnswer},
    errors=(*_WHO, *_PART, AccountUnknown, LastOwner),
    needs=_ADMIN,
)
async def put_member(request: Request, body: MemberBody) -> MemberAnswer:
    """Give somebody of the team another role, or other sections.

    Whoever is in the team can do more than change it, so this needs a token with all scopes.
    """
    svc, site_id = service(request), asking_moderator(request).site_id
    member = _member(request)
    await _require_all_scopes(request)
    change = partial(team_actions.change_member, role=body.role, sections=tuple(body.sections))
    await svc.db.write(change, site_id, member)
    everybody = await svc.db.read(team_queries.team, site_id)
    shown = await _members(request, [one for one in everybody if one.account.id == member])
    if not shown:
        raise AccountUnknown("They are not in this team any more.")
    return MemberAnswer(shown[0])


@api.endpoint(
    "DELETE",
    "/team/{id}",
    answers={200: MemberRemovedAnswer},
    errors=(*_WHO, AccountUnknown, LastOwner),
    needs=_ADMIN,
)
async def delete_member(request: Request) -> MemberRemovedAnswer:
    """Take somebody out of the team, with their API tokens for the site."""
    site_id, member = asking_moderator(request).site_id, _member(request)
    await service(request).db.write(team_actions.remove_member, site_id, member)
    return MemberRemovedAnswer(member)


@api.endpoint(
    "POST",
    "/invitations",
    answers={201: InvitationAnswer},
    errors=(*_WHO, *_PART, EmailRefused),
    needs=_ADMIN,
)
async def post_invitation(request: Request, body: InvitationBody) -> InvitationAnswer:
    """Invite somebody; an older invitation for the same address ends. No mail is sent.

    Whoever takes it can do more than change the team, so this needs a token with all scopes.
    """
    svc, site_id = service(request), asking_moderator(request).site_id
    await _require_all_scopes(request)
    make = partial(
        invitation_actions.invite, at=svc.clock.now(), role=body.role, sections=tuple(body.sections)
    )
    secret = await svc.db.write(make, svc.keys, site_id, body.email)
    named = sessions_queries.handle(svc.keys, svc.keys.token_hash(secret))
    return InvitationAnswer(named, invitation_actions.invitation_address(svc.settings.base_url, secret))


@api.endpoint(
    "DELETE",
    "/invitations/{id}",
    answers={200: InvitationEndedAnswer},
    errors=(*_WHO, InvitationUnknown),
    needs=_ADMIN,
)
async def delete_invitation(request: Request) -> InvitationEndedAnswer:
    """Take an invitation back."""
    svc, named = service(request), request.path_params["id"]
    site_id = asking_moderator(request).site_id
    await svc.db.write(invitation_actions.end_invitation, svc.keys, site_id, named, at=svc.clock.now())
    return InvitationEndedAnswer(named)


def _member(request: Request) -> UUID:
    """Return which account an address names. Raises AccountUnknown."""
    return id_in_path(request, AccountUnknown("They are not in this team."))


async def _require_all_scopes(request: Request) -> None:
    """Raise ScopeMissing unless the token may do all that a part in the team gives.

    Else a program could invite an address of its own, sign in with it, and make a token that may do more.
    """
    svc = service(request)
    hashes = svc.keys.token_hashes(bearer_token(request))
    asking = await svc.db.read(token_queries.shown_token, request.path_params["site"], hashes)
    for scope in SCOPES:
        if scope not in asking.scopes:
            raise ScopeMissing(f"Giving somebody a part needs a token with {scope} too.", scope=scope)


async def _members(request: Request, members: Sequence[Member]) -> list[MemberShown]:
    site_id = asking_moderator(request).site_id
    often = {one.account_id: one.digest for one in await service(request).db.read(digest_choices, site_id)}
    return [
        MemberShown(
            one.account.id,
            one.account.name,
            one.account.email,
            one.role,
            list(one.sections or ()),
            often.get(one.account.id, "never"),
        )
        for one in members
    ]


def _invitation(keys: Keyring, one: Invitation) -> InvitationOpen:
    named, sections = (
        sessions_queries.handle(keys, one.token_hash),
        list(decoded_sections(one.sections) or ()),
    )
    return InvitationOpen(named, one.email, one.role, sections, one.created_at, one.expires_at)
