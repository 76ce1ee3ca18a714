"""What changes how somebody signs in with a password: the password itself, the second factor, its codes."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from comments.identity.accounts.address_actions import hold, hold_signed_in
from comments.identity.errors import CodeWrong, FactorOn, PasswordRefused
from comments.identity.models import Account, Credential, RecoveryCode
from comments.identity.sessions.actions import NewSession, begin_session, end_other_sessions
from comments.identity.sign_in.one_time_codes import matching_step, new_recovery_codes, plain_recovery_code
from comments.keys import Keyring

HALFWAY_LIFETIME = timedelta(minutes=5)
WRONG_CODE = "This code is not right, or has been used. The next one comes within 30 seconds."


def set_password(
    session: Session, keys: Keyring, account_id: UUID, password_hash: str, *, cookie: str, at: datetime
) -> None:
    """Give an account a password; whoever is signed in elsewhere is signed out. Raises SignInNeeded."""
    hold_signed_in(session, keys, account_id, cookie)
    held = _held(session, account_id)
    held.password_hash, held.password_at = password_hash, at
    end_other_sessions(session, keys, account_id, cookie)


def start_factor(session: Session, keys: Keyring, account_id: UUID, *, anew: bool) -> bytes:
    """Return the secret of a second factor, which is off until a code of it is given. Raises FactorOn.

    The secret of one that is on is never shown again.
    """
    held = _held(session, account_id)
    if held.factor_on:
        raise FactorOn("The second factor is on already. Switch it off to set it up anew.")
    if anew or held.factor_nonce is None:
        held.factor_nonce = secrets.token_bytes(16)
    return factor_secrets(keys, account_id, held.factor_nonce)[0]


def confirm_factor(
    session: Session, keys: Keyring, account_id: UUID, code: str, *, at: datetime
) -> list[str]:
    """Switch the second factor on; return its recovery codes, which are shown this once. Raises CodeWrong."""
    held = _held(session, account_id)
    _use_code(keys, held, code, at)
    held.factor_on = True
    codes = new_recovery_codes()
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(RecoveryCode(code_hash=recovery_hash(keys, one), account_id=account_id) for one in codes)
    return codes


def end_factor(session: Session, account_id: UUID) -> None:
    """Switch the second factor off, and forget it."""
    held = _held(session, account_id)
    held.factor_on, held.factor_nonce = False, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def sign_in_by_code(
    session: Session,
    keys: Keyring,
    account_id: UUID,
    code: str,
    *,
    at: datetime,
    old_cookie: str | None,
    device: str,
) -> NewSession:
    """Begin a session for somebody whose password was right. Raises CodeWrong.

    The code is of the authenticator, or one of the recovery codes, which it uses up.
    """
    account = session.get_one(Account, account_id)
    hold(session, account)
    held = _held(session, account_id)
    hashes = keys.token_hashes(f"recovery {plain_recovery_code(code)}")
    mine = (RecoveryCode.account_id == account_id, RecoveryCode.code_hash.in_(hashes))
    used = session.scalar(delete(RecoveryCode).where(*mine).returning(RecoveryCode.code_hash))
    if used is None:
        _use_code(keys, held, code, at)
    return begin_session(session, keys, account, at=at, old_cookie=old_cookie, device=device)


def sign_in_by_password(
    session: Session,
    keys: Keyring,
    account_id: UUID,
    checked: str,
    *,
    at: datetime,
    old_cookie: str | None,
    device: str,
) -> NewSession:
    """Begin a session for somebody who has no second factor, and whose password fits the hash `checked`.

    Raises PasswordRefused if the account has another one by now, or none.
    """
    account = session.get_one(Account, account_id)
    hold(session, account)
    if _held(session, account_id).password_hash != checked:
        raise PasswordRefused("This password has just been changed.")
    return begin_session(session, keys, account, at=at, old_cookie=old_cookie, device=device)


def factor_secrets(keys: Keyring, account_id: UUID, nonce: bytes) -> tuple[bytes, ...]:
    """Return the authenticator's secret: with this key, and with the old one while it is changed."""
    return keys.macs("second factor", account_id.bytes + nonce, size=20)


def recovery_hash(keys: Keyring, code: str) -> bytes:
    return keys.token_hash(f"recovery {plain_recovery_code(code)}")


def _held(session: Session, account_id: UUID) -> Credential:
    """Return the account's row, held until the end of the write: of two uses of a code at once, one wins."""
    held = session.scalar(select(Credential).where(Credential.account_id == account_id).with_for_update())
    if held is None:
        held = Credential(account_id=account_id, factor_on=False, factor_step=0)
        session.add(held)
    return held


def _use_code(keys: Keyring, held: Credential, code: str, at: datetime) -> None:
    if held.factor_nonce is not None:
        for secret in factor_secrets(keys, held.account_id, held.factor_nonce):
            step = matching_step(secret, code, at, after=held.factor_step)
            if step is not None:
                held.factor_step = step
                return
    raise CodeWrong(WRONG_CODE, errors={"code": "is not right, or has been used"})
