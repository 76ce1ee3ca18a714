"""Whose a guest's token is."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, exists, select
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials, KnownAuthor
from comments.identity.errors import TokenUnknown
from comments.identity.models import Author, GuestToken

TOKEN_LIFE = timedelta(days=365)
"""A token ends this long after its last use."""


# Core tables: what is read becomes a `KnownAuthor` at once and needs no ORM object.
_AUTHORS = cast(Table, Author.__table__)
_TOKENS = cast(Table, GuestToken.__table__)
_KNOWN = [_AUTHORS.c[one.name] for one in fields(KnownAuthor)[:9]]


_IS_SHOWN = _TOKENS.c.token_hash.in_(bindparam("token_hashes", expanding=True))


BY_TOKEN = (
    select(*_KNOWN, _TOKENS.c.used_at)
    .join(_TOKENS, _TOKENS.c.author_id == _AUTHORS.c.id)
    .where(
        _IS_SHOWN,
        _TOKENS.c.site_id == bindparam("site_id"),
        _TOKENS.c.used_at > bindparam("used_since"),
    )
)
"""The author to whom a guest's token belongs, as `KnownAuthor` takes it."""


TOKEN_IS_KNOWN = exists().where(_IS_SHOWN)
"""Whether a token was ever given here: one that has ended, or is another site's, cannot be given again."""


def author_by_token(
    session: Session, site_id: UUID, token_hashes: Sequence[bytes], at: datetime
) -> KnownAuthor | None:
    """Return the author this guest token belongs to on this site, if it has not ended."""
    asked = {"token_hashes": token_hashes, "site_id": site_id, "used_since": at - TOKEN_LIFE}
    row = session.execute(BY_TOKEN, asked).one_or_none()
    return KnownAuthor(*row) if row else None


def refuse_unknown(credentials: Credentials, found: KnownAuthor | None, *, is_known: bool) -> None:
    """Raise TokenUnknown for a token that leads to nobody, unless it is to be given just now."""
    is_unused = not is_known and credentials.new_token_hash in credentials.token_hashes
    if credentials.token_hashes and found is None and not is_unused:
        raise TokenUnknown("This token is not known here, or has ended. Go on without it, and get a new one.")


def is_unused(session: Session, credentials: Credentials) -> bool:
    """Say whether the token that is shown was never given to anybody."""
    if credentials.new_token_hash not in credentials.token_hashes:
        return False
    # One that has ended, or is another site's, cannot be given again.
    known = select(GuestToken.token_hash).where(GuestToken.token_hash.in_(credentials.token_hashes))
    return session.execute(known).first() is None
