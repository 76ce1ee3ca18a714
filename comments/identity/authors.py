"""Authors: guests, known by a token that only they hold, and the team's people as authors on a site."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.identity.errors import TokenUnknown
from comments.identity.models import Author, GuestToken
from comments.identity.queries import Moderator, moderator_by_token
from comments.ids import new_id
from comments.storage import WITHOUT_SYNC

TOKEN_LIFE = timedelta(days=365)
"""A token ends this long after its last use."""

_USE_NOTED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownAuthor:
    """An author as the rules and the actions need them. `account_id` is set for a member of the team."""

    id: UUID
    kind: str
    name: str | None
    email: str | None
    website: str | None
    approved_name: str | None
    approved_count: int
    trusted: bool
    account_id: UUID | None
    token_used_at: datetime | None = None
    badge: str | None = None
    sections: Sections = None
    """Where a member of the team speaks for it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows of who asks: hashes of its token, and a new token's hash in case it needs one.

    `is_api_token` tells a moderator's token from a guest's. Without a token `token_hashes` is empty.
    `address_keys` are all that the address and its network may be kept as, for bans. `moderator` is set where
    the gate has found out already who of the team asks.
    """

    token_hashes: Sequence[bytes]
    is_api_token: bool
    new_token_hash: bytes
    address_key: bytes
    network_key: bytes | None = None
    address_keys: Sequence[bytes] = ()
    moderator: Moderator | None = None

    @property
    def is_team(self) -> bool:
        return self.moderator is not None or (self.is_api_token and bool(self.token_hashes))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; `is_new` says that they were given the new token just now."""

    author: KnownAuthor
    is_new: bool


# Made once, and what writes on the tables: each belongs to many posts, and putting it together anew takes
# longer than running it.
_AUTHORS, _TOKENS = cast(Table, Author.__table__), cast(Table, GuestToken.__table__)
_ADD_AUTHOR, _ADD_TOKEN = insert(_AUTHORS), insert(_TOKENS)
_KNOWN = [_AUTHORS.c[one.name] for one in fields(KnownAuthor)[:9]]
_DESCRIBE = (
    update(_AUTHORS)
    .where(_AUTHORS.c.id == bindparam("author_id"))
    .values(name=bindparam("name"), email=bindparam("email"), website=bindparam("website"))
)
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


def known_author(session: Session, site_id: UUID, shown: Credentials, at: datetime) -> KnownAuthor | None:
    """Return who asks, without writing: None is a stranger, or a moderator who has never written here.

    A token that is shown as the new one too belongs to nobody until the first action with it: a browser on
    our own pages has its cookie before it is anyone. Raises TokenUnknown for a token that is not, or no
    longer, good on this site.
    """
    if shown.is_team:
        return _team_author(session, _moderator(session, site_id, shown))
    if not shown.token_hashes:
        return None
    # Asked first: of two presses at once the other's token may be stored between the two questions, and
    # whoever finds it unused then is either its author already, or meets them at the unique key.
    is_unused = _is_unused(session, shown)
    author = author_by_token(session, site_id, shown.token_hashes, at)
    refuse_unknown(shown, author, is_known=not is_unused)
    return author


def acting_author(session: Session, site_id: UUID, shown: Credentials, at: datetime) -> Actor:
    """Return who acts, and make them an author if they are none yet. Raises TokenUnknown."""
    if shown.is_team:
        moderator = _moderator(session, site_id, shown)
        author = _team_author(session, moderator)
        if author is None:
            author = _as_author(new_id(at), moderator)
            _store_team_author(session, site_id, author, at)
        return Actor(author, is_new=False)
    author = known_author(session, site_id, shown, at)
    if author is not None:
        _note_use_daily(session, shown, author, at)
        return Actor(author, is_new=False)
    return Actor(_make_guest(session, site_id, shown.new_token_hash, at), is_new=True)


def poster(
    session: Session,
    site_id: UUID,
    shown: Credentials,
    found: KnownAuthor | None,
    *,
    is_known: bool,
    at: datetime,
) -> Actor:
    """Return who posts, given whom `BY_TOKEN` found, and whether their token `is_known` anywhere.

    Nothing is written: who is new is stored by `store_poster`. Raises TokenUnknown.
    """
    if shown.is_team:
        moderator = _moderator(session, site_id, shown)
        known = _team_author(session, moderator)
        return Actor(known or _as_author(new_id(at), moderator), is_new=known is None)
    refuse_unknown(shown, found, is_known=is_known)
    if found is None:
        return Actor(KnownAuthor(new_id(at), "guest", None, None, None, None, 0, False, None), is_new=True)
    return Actor(found, is_new=False)


def store_poster(
    session: Session,
    site_id: UUID,
    shown: Credentials,
    actor: Actor,
    at: datetime,
    *,
    name: str,
    email: str | None,
    website: str | None,
) -> None:
    """Store who posts for the first time, or what a known guest says of themselves now."""
    author = actor.author
    if author.account_id is not None:
        if actor.is_new:
            _store_team_author(session, site_id, author, at)
    elif actor.is_new:
        store_guest(
            session, site_id, author, shown.new_token_hash, at, name=name, email=email, website=website
        )
    else:
        _note_use_daily(session, shown, author, at)
        describe_guest(session, author, name=name, email=email, website=website)


def refuse_unknown(shown: Credentials, found: KnownAuthor | None, *, is_known: bool) -> None:
    """Raise TokenUnknown for a token that leads to nobody, unless it is to be given just now."""
    is_unused = not is_known and shown.new_token_hash in shown.token_hashes
    if shown.token_hashes and found is None and not is_unused:
        raise TokenUnknown("This token is not known here, or has ended. Go on without it, and get a new one.")


def _is_unused(session: Session, shown: Credentials) -> bool:
    if shown.new_token_hash not in shown.token_hashes:
        return False
    # One that has ended, or is another site's, cannot be given again.
    known = select(GuestToken.token_hash).where(GuestToken.token_hash.in_(shown.token_hashes))
    return session.execute(known).first() is None


def _moderator(session: Session, site_id: UUID, shown: Credentials) -> Moderator:
    moderator = shown.moderator or moderator_by_token(session, site_id, shown.token_hashes)
    if moderator is None:
        raise TokenUnknown("This token is not good here. Make a new one, or ask the site's owner.")
    return moderator


def _team_author(session: Session, moderator: Moderator) -> KnownAuthor | None:
    row = session.execute(
        select(Author.id).where(
            Author.site_id == moderator.site_id, Author.account_id == moderator.account_id
        )
    ).one_or_none()
    return _as_author(row.id, moderator) if row else None


def _store_team_author(session: Session, site_id: UUID, author: KnownAuthor, at: datetime) -> None:
    session.execute(
        insert(Author).values(
            id=author.id,
            site_id=site_id,
            kind="moderator",
            account_id=author.account_id,
            name=author.name,
            approved_count=0,
            trusted=True,
            created_at=at,
        )
    )


def _as_author(author_id: UUID, moderator: Moderator) -> KnownAuthor:
    return KnownAuthor(
        author_id,
        "moderator",
        moderator.name,
        None,
        None,
        moderator.name,
        0,
        True,
        moderator.account_id,
        badge=moderator.badge,
        sections=moderator.sections,
    )


def _note_use_daily(session: Session, shown: Credentials, author: KnownAuthor, at: datetime) -> None:
    # Once a day, so that most requests write nothing for it; after a change of the key, with the new one.
    if author.token_used_at is not None and author.token_used_at < at - _USE_NOTED_EVERY:
        mine = GuestToken.token_hash.in_(shown.token_hashes)
        noted = {"used_at": at, "token_hash": shown.token_hashes[0]}
        session.execute(update(GuestToken).where(mine).values(noted), execution_options=WITHOUT_SYNC)


def _make_guest(session: Session, site_id: UUID, token_hash: bytes, at: datetime) -> KnownAuthor:
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
    said = {"name": name, "email": email, "website": website}
    author = {"id": guest.id, "site_id": site_id, "kind": "guest", "created_at": at, **said}
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
