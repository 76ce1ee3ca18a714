"""What an account can sign in with: links, passwords, passkeys, recovery codes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comments.identity.models import (
    Account,
    Credential,
    Passkey,
    RecoveryCode,
    SignInLink,
)


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
