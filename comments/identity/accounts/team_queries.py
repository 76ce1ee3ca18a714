"""Who is in a site's team, and who is invited to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections, decoded_sections
from comments.identity.models import (
    Account,
    Invitation,
    Membership,
)
from comments.sites.models import Site


class Member(NamedTuple):
    """One of a site's team."""

    account: Account
    role: str
    sections: Sections


def team(session: Session, site_id: UUID) -> Sequence[Member]:
    """Return a site's moderators with their roles, owners first, then by address."""
    rows = session.execute(
        select(Account, Membership.role, Membership.sections)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.site_id == site_id)
        .order_by(Membership.role.desc(), Account.email)
    )
    return [Member(account, role, decoded_sections(sections)) for account, role, sections in rows]


def team_names(session: Session, site_id: UUID) -> tuple[str, ...]:
    """Return the names that only the site's own people may use there."""
    return tuple(session.execute(_TEAM_NAMES, {"site_id": site_id}).scalars())


_TEAM_NAMES = (
    select(Account.name)
    .join(Membership, Membership.account_id == Account.id)
    .where(Membership.site_id == bindparam("site_id"))
    .order_by(Membership.role.desc(), Account.email)
)


def invitations_of(session: Session, site_id: UUID, now: datetime) -> Sequence[Invitation]:
    """Return a site's invitations that nobody has taken yet, by address."""
    mine = (Invitation.site_id == site_id, Invitation.expires_at > now)
    return session.scalars(select(Invitation).where(*mine).order_by(Invitation.email)).all()


def open_invitation(session: Session, token_hashes: Sequence[bytes], now: datetime) -> Invitation | None:
    found = (Invitation.token_hash.in_(token_hashes), Invitation.expires_at > now)
    return session.scalar(select(Invitation).where(*found))


class InvitationShown(NamedTuple):
    """What an invitation gives. Whether its address has an account, maybe on another site, is not in it."""

    site: str
    email: str
    role: str
    sections: Sections


def invitation_shown(
    session: Session, token_hashes: Sequence[bytes], now: datetime
) -> InvitationShown | None:
    found = open_invitation(session, token_hashes, now)
    if found is None:
        return None
    site = session.get_one(Site, found.site_id).name
    return InvitationShown(site, found.email, found.role, decoded_sections(found.sections))
