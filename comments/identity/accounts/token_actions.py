"""API tokens: made with what they may do, noted when used, and ended. Shown once, kept as hashes."""

import json
from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.identity.accounts.token_queries import clean_label, tokens_of
from comments.identity.errors import ApiTokenUnknown, ScopeRefused
from comments.identity.models import ApiToken
from comments.identity.sessions.queries import handle
from comments.keys import Keyring, new_token
from comments.web.access import SCOPES


def make_api_token(
    session: Session,
    keys: Keyring,
    site_id: UUID,
    account_id: UUID,
    *,
    at: datetime,
    scopes: Iterable[str] = ("read", "moderate"),
    name: str = "",
    at_most: Set[str] = frozenset(SCOPES),
) -> str:
    """Return a new API token for one site, good for these scopes. Raises ScopeRefused.

    `at_most` is what whoever asks may do: a token makes none that may do more than itself.
    """
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= SCOPES.keys():
        problem = f"are some of {', '.join(SCOPES)}"
        raise ScopeRefused(f"Scopes {problem}.", errors={"scopes": problem})
    if not at_most >= set(wanted):
        problem = f"are at most those of the token that asks: {', '.join(sorted(at_most))}"
        raise ScopeRefused(f"Scopes {problem}.", errors={"scopes": problem})
    token = new_token("m")
    session.add(
        ApiToken(
            token_hash=keys.token_hash(token),
            site_id=site_id,
            account_id=account_id,
            created_at=at,
            scopes=json.dumps(wanted),
            name=clean_label(name),
        )
    )
    return token


def note_token(session: Session, token_hashes: Sequence[bytes], *, at: datetime) -> None:
    """Note that a token is used, and keep it by the newest key, whose hash is the first.

    Called once a day, so that most requests write nothing.
    """
    mine = ApiToken.token_hash.in_(token_hashes)
    session.execute(update(ApiToken).where(mine).values(used_at=at, token_hash=token_hashes[0]))


def end_api_token(
    session: Session,
    keys: Keyring,
    named: str,
    *,
    site_id: UUID | None = None,
    account_id: UUID | None = None,
) -> None:
    """End the token with this handle, of a site or of an account. Raises ApiTokenUnknown."""
    for one in tokens_of(session, site_id=site_id, account_id=account_id):
        if handle(keys, one.token_hash) == named:
            session.delete(one)
            return
    raise ApiTokenUnknown("There is no such token any more.")
