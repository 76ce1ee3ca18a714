"""Asking for a sign-in link by mail: what is written says nothing about who moderates here."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.emails import folded_email
from comments.identity.models import Account
from comments.keys import Keyring
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
