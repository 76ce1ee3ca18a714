"""Who moderates which site, and as what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections, decoded_sections
from comments.identity.emails import folded_email
from comments.identity.errors import AccountUnknown
from comments.identity.models import (
    Account,
    Membership,
)
from comments.sites.errors import SiteUnknown
from comments.sites.models import Site
from comments.sites.queries import site_by_name

BADGES = {"owner": "author", "moderator": "moderator"}


@dataclass(frozen=True, slots=True)
class Moderator:
    """An account in its role (`owner` or `moderator`) on one site. `sections` None is the whole of it."""

    account_id: UUID
    site_id: UUID
    name: str
    role: str
    sections: Sections = None

    @property
    def badge(self) -> str:
        """Return what stands beside the name: an owner is the site's `author`."""
        return BADGES[self.role]

    @property
    def is_owner(self) -> bool:
        return self.role == "owner"


def account_by_id(session: Session, account_id: UUID) -> Account:
    """Return an account that is known to be there."""
    return session.get_one(Account, account_id)


def account_by_email(session: Session, email: str) -> Account:
    """Return the account of an address in any case; raises AccountUnknown, EmailRefused."""
    account = session.scalar(select(Account).where(Account.email == folded_email(email)))
    if account is None:
        raise AccountUnknown(f"Nobody with the address {email} moderates here.")
    return account


def moderator_by_email(session: Session, site_id: UUID, email: str) -> Moderator:
    """Return who moderates the site under this address; raises AccountUnknown, EmailRefused."""
    account = account_by_email(session, email)
    moderator = moderator_of(session, site_id, account.id)
    if moderator is None:
        raise AccountUnknown(f"Nobody with the address {email} moderates this site.")
    return moderator


def moderator_of(session: Session, site_id: UUID, account_id: UUID) -> Moderator | None:
    """Return what the account is on the site, None if nothing."""
    row = session.execute(
        select(Account.name, Membership.role, Membership.sections)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.site_id == site_id, Membership.account_id == account_id)
    ).one_or_none()
    if row is None:
        return None
    return Moderator(account_id, site_id, row.name, row.role, decoded_sections(row.sections))


def moderator_at(session: Session, site: str, account_id: UUID) -> Moderator:
    """Return what the account is on the site of this name; raises SiteUnknown for strangers to it too."""
    found = moderator_of(session, site_by_name(session, site).id, account_id)
    if found is None:
        raise SiteUnknown(f"There is no site named {site!r}.", site=site)
    return found


class SiteRole(NamedTuple):
    """What an account is on one site."""

    site_id: UUID
    site: str
    role: str
    sections: Sections


def parts_of(session: Session, account_id: UUID) -> Sequence[SiteRole]:
    """Return where an account moderates, by the sites' names."""
    rows = session.execute(
        select(Site.id, Site.name, Membership.role, Membership.sections)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.account_id == account_id)
        .order_by(Site.name)
    )
    return [SiteRole(row.id, row.name, row.role, decoded_sections(row.sections)) for row in rows]


def sites_of(session: Session, account_id: UUID) -> Sequence[tuple[Site, str]]:
    """Return where an account moderates, and as what, by the sites' names."""
    rows = session.execute(
        select(Site, Membership.role)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.account_id == account_id)
        .order_by(Site.name)
    )
    return [(site, role) for site, role in rows]
