"""Questions about moderators, their tokens and their browser sessions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections, decoded_sections
from comments.identity.emails import folded_email
from comments.identity.errors import AccountUnknown, TokenUnknown
from comments.identity.models import (
    Account,
    ApiToken,
    BrowserSession,
    Credential,
    Invitation,
    Membership,
    Passkey,
    RecoveryCode,
    SignInLink,
)
from comments.keys import Keyring
from comments.sites.errors import SiteUnknown
from comments.sites.models import Site
from comments.sites.queries import site_by_name
from comments.storage import UtcTime

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


def moderator_by_token(session: Session, site_id: UUID, token_hashes: Sequence[bytes]) -> Moderator | None:
    """Return whose API token for this site has one of these hashes (`Keyring.token_hashes`)."""
    found = _shown_token(session, site_id, token_hashes)
    return None if found is None else found.moderator


@dataclass(frozen=True, slots=True)
class ShownToken:
    """An API token that a request shows: whose it is, what it may do, when that was last noted."""

    moderator: Moderator
    scopes: frozenset[str]
    used_at: datetime | None


def shown_token(session: Session, site: str, token_hashes: Sequence[bytes]) -> ShownToken:
    """Return the API token for the site of this name. Raises SiteUnknown, TokenUnknown."""
    found = _shown_token(session, site_by_name(session, site).id, token_hashes)
    if found is None:
        raise TokenUnknown("This token is not good here. Make a new one, or ask the site's owner.")
    return found


def _shown_token(session: Session, site_id: UUID, token_hashes: Sequence[bytes]) -> ShownToken | None:
    here = (ApiToken.token_hash.in_(token_hashes), ApiToken.site_id == site_id)
    row = session.execute(select(ApiToken.account_id, ApiToken.scopes, ApiToken.used_at).where(*here))
    token = row.one_or_none()
    moderator = None if token is None else moderator_of(session, site_id, token.account_id)
    if token is None or moderator is None:
        return None
    return ShownToken(moderator, decoded_scopes(token.scopes), token.used_at)


def decoded_scopes(stored: str | None) -> frozenset[str]:
    return frozenset(json.loads(stored)) if stored is not None else frozenset({"read", "moderate"})


def tokens_of(
    session: Session, *, site_id: UUID | None = None, account_id: UUID | None = None
) -> Sequence[ApiToken]:
    """Return the API tokens of a site or of an account, the newest first."""
    mine = ApiToken.site_id == site_id if site_id is not None else ApiToken.account_id == account_id
    return session.scalars(select(ApiToken).where(mine).order_by(ApiToken.created_at.desc())).all()


def sessions_of(session: Session, account_id: UUID, now: datetime) -> Sequence[BrowserSession]:
    """Return the sessions that an account has open, the newest first."""
    mine = (BrowserSession.account_id == account_id, BrowserSession.expires_at > now)
    newest = select(BrowserSession).where(*mine).order_by(BrowserSession.created_at.desc())
    return session.scalars(newest).all()


def handle(keys: Keyring, token_hash: bytes) -> str:
    """Return what a session or an API token is called in forms and commands; it opens nothing."""
    return keys.mac("handle", token_hash).hex()[:12]


def clean_label(written: str) -> str:
    """Return a name that somebody gave a thing of theirs, in one line of at most 60 characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in written).split())[:60]


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


class SignedIn(NamedTuple):
    """Who is signed in, when that was last noted, and what they are on the site that was asked about."""

    account: Account
    noted_at: datetime
    moderator: Moderator | None


def session_account(
    session: Session, token_hashes: Sequence[bytes], now: datetime, site: str = ""
) -> SignedIn | None:
    """Return who is signed in with the cookie of one of these hashes, None if nobody is any more.

    With the name of a `site` it says what they are there.
    """
    noted_at = func.coalesce(BrowserSession.seen_at, BrowserSession.created_at, type_=UtcTime)
    here = (Membership.site_id == Site.id) & (Membership.account_id == Account.id)
    row = session.execute(
        select(Account, noted_at, Membership.site_id, Membership.role, Membership.sections)
        .join(BrowserSession, BrowserSession.account_id == Account.id)
        .outerjoin(Site, Site.name == site)
        .outerjoin(Membership, here)
        .where(BrowserSession.token_hash.in_(token_hashes), BrowserSession.expires_at > now)
    ).one_or_none()
    if row is None:
        return None
    account, noted, site_id, role, sections = row
    if not role:  # the outer joins found nothing
        return SignedIn(account, noted, None)
    moderator = Moderator(account.id, site_id, account.name, role, decoded_sections(sections))
    return SignedIn(account, noted, moderator)


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


def credential_of(session: Session, account_id: UUID) -> Credential | None:
    return session.get(Credential, account_id)


def credential_by_email(session: Session, folded: str) -> Credential | None:
    """Return what the account with this address, as it is stored, signs in with; None if there is none."""
    mine = select(Credential).join(Account, Account.id == Credential.account_id)
    return session.scalar(mine.where(Account.email == folded))


def passkey(session: Session, credential_id: bytes) -> Passkey | None:
    return session.get(Passkey, credential_id)


def passkeys_of(session: Session, account_id: UUID) -> Sequence[Passkey]:
    """Return an account's passkeys, the newest first."""
    newest = select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.created_at.desc())
    return session.scalars(newest).all()


def recovery_codes_left(session: Session, account_id: UUID) -> int:
    mine = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)
    return session.scalar(mine) or 0


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


class Part(NamedTuple):
    """What an account is on one site."""

    site_id: UUID
    site: str
    role: str
    sections: Sections


def parts_of(session: Session, account_id: UUID) -> Sequence[Part]:
    """Return where an account moderates, by the sites' names."""
    rows = session.execute(
        select(Site.id, Site.name, Membership.role, Membership.sections)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.account_id == account_id)
        .order_by(Site.name)
    )
    return [Part(row.id, row.name, row.role, decoded_sections(row.sections)) for row in rows]


def sites_of(session: Session, account_id: UUID) -> Sequence[tuple[Site, str]]:
    """Return where an account moderates, and as what, by the sites' names."""
    rows = session.execute(
        select(Site, Membership.role)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.account_id == account_id)
        .order_by(Site.name)
    )
    return [(site, role) for site, role in rows]
