"""What changes passkeys: a question that is good once, a key that is made, used or taken away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from comments.errors import Conflict
from comments.identity.accounts.address_actions import hold, hold_signed_in
from comments.identity.accounts.token_queries import clean_label
from comments.identity.errors import PasskeyRefused
from comments.identity.models import Account, Passkey, PasskeyQuestion
from comments.identity.sessions.actions import NewSession, begin_session
from comments.identity.sessions.queries import handle
from comments.identity.sign_in.passkeys import REFUSED, NewPasskey, PasskeyAssertion
from comments.identity.sign_in.queries import passkeys_of
from comments.keys import Keyring, new_token

QUESTION_LIFETIME = timedelta(minutes=5)
MOST_PASSKEYS = 20


class TooManyPasskeys(Conflict):
    """An account has as many passkeys as it may."""

    code = "too-many-passkeys"


@dataclass(frozen=True, slots=True)
class PasskeyUse:
    """A passkey that was shown, as it was found before the write's turn."""

    credential_id: bytes
    sign_count: int
    shown: PasskeyAssertion


def ask(session: Session, keys: Keyring, *, at: datetime, account_id: UUID | None = None) -> str:
    """Return the secret of a question to a browser: for a new key of the account, or to sign in."""
    secret = new_token("q")
    row = PasskeyQuestion(
        token_hash=keys.token_hash(secret), account_id=account_id, expires_at=at + QUESTION_LIFETIME
    )
    session.add(row)
    return secret


def challenge(keys: Keyring, secret: str, cookie: str = "") -> bytes:
    """Return the challenge that goes with a question's secret, and with the session that asks, if any."""
    return keys.mac("passkey", f"{secret} {cookie}".encode(), size=32)


def add_passkey(
    session: Session,
    keys: Keyring,
    account_id: UUID,
    made: NewPasskey,
    secret: str,
    *,
    cookie: str,
    name: str,
    at: datetime,
) -> None:
    """Keep a passkey that a browser made. Raises SignInNeeded, PasskeyRefused, TooManyPasskeys."""
    hold_signed_in(session, keys, account_id, cookie)
    _use_question(session, keys, secret, account_id, at)
    if session.get(Passkey, made.credential_id) is not None:
        raise PasskeyRefused(REFUSED)
    mine = select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
    if (session.scalar(mine) or 0) >= MOST_PASSKEYS:
        raise TooManyPasskeys(f"You have {MOST_PASSKEYS} passkeys. Remove one first.")
    session.add(
        Passkey(
            credential_id=made.credential_id,
            account_id=account_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=clean_label(name),
            created_at=at,
        )
    )


def use_passkey(session: Session, keys: Keyring, used: PasskeyUse, secret: str, *, at: datetime) -> Account:
    """Use a question up and note that a passkey was shown; return whose it is. Raises PasskeyRefused."""
    _use_question(session, keys, secret, None, at)
    mine = select(Passkey).where(Passkey.credential_id == used.credential_id).with_for_update()
    held = session.scalar(mine.execution_options(populate_existing=True))
    # Of two answers with the same count at once, one is refused.
    if held is None or held.sign_count != used.sign_count:
        raise PasskeyRefused(REFUSED)
    held.sign_count, held.used_at = used.shown.sign_count, at
    return session.get_one(Account, held.account_id)


def sign_in_by_passkey(
    session: Session,
    keys: Keyring,
    used: PasskeyUse,
    secret: str,
    *,
    at: datetime,
    old_cookie: str | None,
    device: str,
) -> NewSession:
    """Begin a session for whoever showed a passkey. Raises PasskeyRefused."""
    account_id = session.scalar(select(Passkey.account_id).where(Passkey.credential_id == used.credential_id))
    account = None if account_id is None else session.get(Account, account_id)
    if account is None:
        raise PasskeyRefused(REFUSED)
    # Before the key, as everywhere: who proves the address meanwhile ends what was set up before.
    hold(session, account)
    use_passkey(session, keys, used, secret, at=at)
    return begin_session(session, keys, account, at=at, old_cookie=old_cookie, device=device)


def end_passkey(session: Session, keys: Keyring, account_id: UUID, named: str) -> None:
    """Take one of the account's passkeys away, by its handle; one that is gone already is no failure."""
    for one in passkeys_of(session, account_id):
        if handle(keys, one.credential_id) == named:
            session.delete(one)


def _use_question(
    session: Session, keys: Keyring, secret: str, account_id: UUID | None, at: datetime
) -> None:
    """Use a question up. Raises PasskeyRefused if it was never asked, is used, too old or another's."""
    asked = (
        PasskeyQuestion.token_hash.in_(keys.token_hashes(secret)),
        PasskeyQuestion.account_id.is_not_distinct_from(account_id),
        PasskeyQuestion.expires_at > at,
    )
    used = session.scalar(delete(PasskeyQuestion).where(*asked).returning(PasskeyQuestion.expires_at))
    if used is None:
        raise PasskeyRefused(REFUSED)
