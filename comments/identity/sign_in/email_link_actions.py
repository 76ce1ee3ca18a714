"""Asking for a sign-in link by mail: what is written says nothing about who moderates here."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from comments.identity.accounts.address_actions import prove
from comments.identity.emails import folded_email
from comments.identity.errors import LinkUsedUp
from comments.identity.models import Account, SignInLink
from comments.identity.sessions.actions import NewSession, begin_session
from comments.keys import Keyring, new_token
from comments.outbox import enqueue

SIGN_IN_MAIL = "sign-in"
"""The kind of task that mails a link. Its payload: `account_id`, or null for a stranger, `at` and `next`."""

MAILED_LINK_LIFETIME = timedelta(minutes=15)


def ask_for_link(session: Session, keys: Keyring, email: str, onwards: str, *, at: datetime) -> None:
    """Have a link mailed that leads to `onwards`, a local path, if somebody moderates under this address.

    For a stranger the same is written, so that neither the answer nor its time tells them apart. Asked again
    before the first mail went out, there is one. Raises EmailRefused.
    """
    address = folded_email(email)
    account_id = session.scalar(select(Account.id).where(Account.email == address))
    payload = {"account_id": account_id, "at": at.isoformat(), "next": onwards}
    key = keys.mac("sign-in-mail", address.encode()).hex()
    enqueue(session, SIGN_IN_MAIL, None, payload, due=at, key=key)


LINK_LIFETIME = timedelta(hours=24)


def make_sign_in_link(
    session: Session,
    keys: Keyring,
    account_id: UUID,
    *,
    at: datetime,
    lifetime: timedelta = LINK_LIFETIME,
) -> str:
    """Return the secret of a link that signs in once, within its lifetime."""
    secret = new_token("l")
    session.add(
        SignInLink(
            token_hash=keys.token_hash(secret),
            account_id=account_id,
            created_at=at,
            expires_at=at + lifetime,
        )
    )
    return secret


def sign_in(
    session: Session,
    keys: Keyring,
    secret: str,
    *,
    at: datetime,
    old_cookie: str | None = None,
    device: str = "",
) -> NewSession:
    """Use a sign-in link up and begin a session under a new cookie; the browser's old one ends.

    Raises LinkUsedUp.
    """
    # One statement finds and uses it: of two presses on the button at once, one signs in.
    account_id = session.scalar(
        update(SignInLink)
        .where(
            SignInLink.token_hash.in_(keys.token_hashes(secret)),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > at,
        )
        .values(used_at=at)
        .returning(SignInLink.account_id)
    )
    account = None if account_id is None else session.get(Account, account_id)
    if account is None:
        raise LinkUsedUp(LinkUsedUp.DETAIL)
    prove(session, account, at=at)
    return begin_session(session, keys, account, at=at, old_cookie=old_cookie, device=device)
