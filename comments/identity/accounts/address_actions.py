"""Whose an account's address is: until a sign-in link shows it, whoever has the account may be somebody else.

An invitation is opened by whoever holds its link, and an owner holds those that they make. So an account
that an invitation made may have been set up by another than the address's owner; what they set up ends when
the owner comes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from comments.identity.errors import SignInNeeded
from comments.identity.models import Account, ApiToken, BrowserSession, Credential, Passkey, RecoveryCode
from comments.keys import Keyring

WAYS = (BrowserSession, Credential, RecoveryCode, Passkey, ApiToken)
"""What lets somebody in, beside links."""


def prove(session: Session, account: Account, *, at: datetime) -> None:
    """Note that whoever signs in has the address. At the first time, what was set up before ends."""
    hold(session, account)
    if account.email_proved_at is None:
        end_ways(session, account.id)
        account.email_proved_at = at


def end_unproved_ways(session: Session, account: Account) -> None:
    """Before an account is given a part on a site by its address: only a link opens it from now on.

    Otherwise who set it up under another's address would have that part.
    """
    hold(session, account)
    if account.email_proved_at is None:
        end_ways(session, account.id)


def hold(session: Session, account: Account) -> None:
    """Hold the account until the end of the write: what begins or ends sessions goes one after the other."""
    session.refresh(account, with_for_update=True)


def end_ways(session: Session, account_id: UUID) -> None:
    for way in WAYS:
        session.execute(delete(way).where(way.account_id == account_id))


def has_ways(session: Session, account_id: UUID) -> bool:
    return any(session.execute(select(*(exists().where(way.account_id == account_id) for way in WAYS))).one())


def hold_signed_in(session: Session, keys: Keyring, account_id: UUID, cookie: str) -> Account:
    """Return the account, held until the end of the write. Raises SignInNeeded if its session has ended.

    Asked again by what adds a way to sign in: the session may have ended since the request was let in, and
    a way that is added just then would outlive it.
    """
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    mine = (BrowserSession.token_hash.in_(keys.token_hashes(cookie)), BrowserSession.account_id == account_id)
    if account is None or session.scalar(select(BrowserSession.created_at).where(*mine)) is None:
        raise SignInNeeded("Sign in first: this session has ended.")
    return account
