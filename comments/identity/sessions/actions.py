"""Sessions after they have begun: when one was last used, and their end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from comments.identity.models import BrowserSession
from comments.identity.queries import handle, sessions_of
from comments.keys import Keyring


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
