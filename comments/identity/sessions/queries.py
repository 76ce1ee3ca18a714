"""Which browser sessions an account has, and whose a cookie is."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.sections import decoded_sections
from comments.identity.models import (
    Account,
    BrowserSession,
    Membership,
)
from comments.keys import Keyring
from comments.sites.models import Site
from comments.storage import UtcTime


def sessions_of(session: Session, account_id: UUID, now: datetime) -> Sequence[BrowserSession]:
    """Return the sessions that an account has open, the newest first."""
    mine = (BrowserSession.account_id == account_id, BrowserSession.expires_at > now)
    newest = select(BrowserSession).where(*mine).order_by(BrowserSession.created_at.desc())
    return session.scalars(newest).all()


def handle(keys: Keyring, token_hash: bytes) -> str:
    """Return what a session or an API token is called in forms and commands; it opens nothing."""
    return keys.mac("handle", token_hash).hex()[:12]


class SessionAccount(NamedTuple):
    """Who is signed in, when that was last noted, and what they are on the site that was asked about."""

    account: Account
    noted_at: datetime
    moderator: Moderator | None


def session_account(
    session: Session, token_hashes: Sequence[bytes], now: datetime, site: str = ""
) -> SessionAccount | None:
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
        return SessionAccount(account, noted, None)
    moderator = Moderator(account.id, site_id, account.name, role, decoded_sections(sections))
    return SessionAccount(account, noted, moderator)
