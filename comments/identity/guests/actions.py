"""Storing guests, their tokens, and what they say of themselves."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials, KnownAuthor
from comments.identity.models import Author, GuestToken
from comments.ids import new_id
from comments.storage import WITHOUT_SYNC

_USE_NOTED_EVERY = timedelta(days=1)

# Core tables: an insert by the ORM's own way costs a post more than the statement itself.
_AUTHORS = cast(Table, Author.__table__)
_ADD_AUTHOR = insert(_AUTHORS)
_ADD_TOKEN = insert(cast(Table, GuestToken.__table__))
_DESCRIBE = (
    update(_AUTHORS)
    .where(_AUTHORS.c.id == bindparam("author_id"))
    .values(name=bindparam("name"), email=bindparam("email"), website=bindparam("website"))
)


def note_use_daily(session: Session, credentials: Credentials, author: KnownAuthor, at: datetime) -> None:
    """Note that a token was used, once a day, so that most requests write nothing for it.

    After a change of the installation's key the token is noted under the hash of the new one.
    """
    if author.token_used_at is not None and author.token_used_at < at - _USE_NOTED_EVERY:
        mine = GuestToken.token_hash.in_(credentials.token_hashes)
        noted = {"used_at": at, "token_hash": credentials.token_hashes[0]}
        session.execute(update(GuestToken).where(mine).values(noted), execution_options=WITHOUT_SYNC)


def make_guest(session: Session, site_id: UUID, token_hash: bytes, at: datetime) -> KnownAuthor:
    """Store a new guest and their token."""
    guest = KnownAuthor(new_id(at), "guest", None, None, None, None, 0, False, None)
    store_guest(session, site_id, guest, token_hash, at)
    return guest


def store_guest(
    session: Session,
    site_id: UUID,
    guest: KnownAuthor,
    token_hash: bytes,
    at: datetime,
    *,
    name: str | None = None,
    email: str | None = None,
    website: str | None = None,
) -> None:
    """Store a new guest and their token, with what they say of themselves."""
    profile = {"name": name, "email": email, "website": website}
    author = {"id": guest.id, "site_id": site_id, "kind": "guest", "created_at": at, **profile}
    token = {
        "token_hash": token_hash,
        "site_id": site_id,
        "author_id": guest.id,
        "created_at": at,
        "used_at": at,
    }
    session.execute(_ADD_AUTHOR, {**author, "approved_count": 0, "trusted": False})
    session.execute(_ADD_TOKEN, token)


def give_token(session: Session, site_id: UUID, author_id: UUID, token_hash: bytes, at: datetime) -> None:
    """Store one more token of an author."""
    token = {"token_hash": token_hash, "site_id": site_id, "author_id": author_id}
    session.execute(_ADD_TOKEN, {**token, "created_at": at, "used_at": at})


def describe_guest(
    session: Session, author: KnownAuthor, *, name: str, email: str | None, website: str | None
) -> None:
    """Write what a guest says of themselves on their own row; an e-mail once given stays if left out."""
    email = email or author.email
    if (name, email, website) == (author.name, author.email, author.website):
        return
    session.execute(_DESCRIBE, {"author_id": author.id, "name": name, "email": email, "website": website})
