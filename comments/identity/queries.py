"""Questions about moderators, their tokens and their browser sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.emails import folded_email
from comments.identity.errors import AccountUnknown, TokenUnknown
from comments.identity.models import Account, ApiToken, BrowserSession, Membership, SignInLink
from comments.identity.sections import Sections, decoded_sections
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


def moderator_by_token(session: Session, site_id: UUID, token_hashes: Sequence[bytes]) -> Moderator | None:
    """Return whose API token for this site has one of these hashes (`Keyring.token_hashes`)."""
    account_id = session.scalar(
        select(ApiToken.account_id).where(ApiToken.token_hash.in_(token_hashes), ApiToken.site_id == site_id)
    )
    return None if account_id is None else moderator_of(session, site_id, account_id)


def moderator_of_token(session: Session, site: str, token_hashes: Sequence[bytes]) -> Moderator:
    """Return whose API token for the site of this name it is. Raises SiteUnknown, TokenUnknown."""
    found = moderator_by_token(session, site_by_name(session, site).id, token_hashes)
    if found is None:
        raise TokenUnknown("This token is not good here. Make a new one, or ask the site's owner.")
    return found


def moderator_at(session: Session, site: str, account_id: UUID) -> Moderator:
    """Return what the account is on the site of this name; raises SiteUnknown for strangers to it too."""
    found = moderator_of(session, site_by_name(session, site).id, account_id)
    if found is None:
        raise SiteUnknown(f"There is no site named {site!r}.", site=site)
    return found


def link_account(session: Session, token_hashes: Sequence[bytes], now: datetime) -> Account | None:
    """Return whom a sign-in link would sign in, None if it is used up."""
    return session.scalar(
        select(Account)
        .join(SignInLink, SignInLink.account_id == Account.id)
        .where(
            SignInLink.token_hash.in_(token_hashes),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
    )


def session_account(session: Session, token_hashes: Sequence[bytes], now: datetime) -> Account | None:
    """Return who is signed in with the cookie of one of these hashes, None if nobody is any more."""
    return session.scalar(
        select(Account)
        .join(BrowserSession, BrowserSession.account_id == Account.id)
        .where(BrowserSession.token_hash.in_(token_hashes), BrowserSession.expires_at > now)
    )


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
    return tuple(member.account.name for member in team(session, site_id))


def sites_of(session: Session, account_id: UUID) -> Sequence[tuple[Site, str]]:
    """Return where an account moderates, and as what, by the sites' names."""
    rows = session.execute(
        select(Site, Membership.role)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.account_id == account_id)
        .order_by(Site.name)
    )
    return [(site, role) for site, role in rows]
