"""Sessions after they have begun: when one was last used, and their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from comments.identity.models import Account, BrowserSession
from comments.identity.sessions.queries import handle, sessions_of
from comments.keys import Keyring, new_token


def note_session(session: Session, token_hashes: Sequence[bytes], *, at: datetime) -> None:
    """Note that a session is used, and keep it by the newest key, whose hash is the first.

    Called once a day, so that most requests write nothing.
    """
    mine = BrowserSession.token_hash.in_(token_hashes)
    session.execute(update(BrowserSession).where(mine).values(seen_at=at, token_hash=token_hashes[0]))


def end_session(session: Session, keys: Keyring, account_id: UUID, named: str, *, at: datetime) -> bool:
    """End the account's session with this handle; return whether there was one."""
    for one in sessions_of(session, account_id, at):
        if handle(keys, one.token_hash) == named:
            session.delete(one)
            return True
    return False


def end_other_sessions(session: Session, keys: Keyring, account_id: UUID, cookie: str) -> None:
    """End all of the account's sessions but the one of this cookie."""
    others = BrowserSession.token_hash.not_in(keys.token_hashes(cookie))
    session.execute(delete(BrowserSession).where(BrowserSession.account_id == account_id, others))


SESSION_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NewSession:
    """Somebody who has just signed in, and the secret of their new cookie."""

    account: Account
    cookie: str


def begin_session(
    session: Session, keys: Keyring, account: Account, *, at: datetime, old_cookie: str | None, device: str
) -> NewSession:
    """Begin a session under a new cookie; the browser's old one ends."""
    if old_cookie is not None:
        sign_out(session, keys, old_cookie)
    cookie = new_token("s")
    session.add(
        BrowserSession(
            token_hash=keys.token_hash(cookie),
            account_id=account.id,
            created_at=at,
            expires_at=at + SESSION_LIFETIME,
            device=device,
            seen_at=at,
        )
    )
    return NewSession(account, cookie)


def sign_out(session: Session, keys: Keyring, cookie: str) -> None:
    """End the session of this cookie, if there is one."""
    session.execute(delete(BrowserSession).where(BrowserSession.token_hash.in_(keys.token_hashes(cookie))))
