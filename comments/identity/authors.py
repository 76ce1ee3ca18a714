"""Who acts on a site: a guest by their token, or somebody of the team by their account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.token_queries import moderator_by_token
from comments.identity.actors import Actor, Credentials, KnownAuthor
from comments.identity.errors import TokenUnknown
from comments.identity.guests.actions import describe_guest, make_guest, note_use_daily, store_guest
from comments.identity.guests.queries import author_by_token, is_unused, refuse_unknown
from comments.identity.models import Author
from comments.ids import new_id


def known_author(
    session: Session, site_id: UUID, credentials: Credentials, at: datetime
) -> KnownAuthor | None:
    """Return who asks, without writing: None is a stranger, or a moderator who has never written here.

    A token that is shown as the new one too belongs to nobody until the first action with it: a browser on
    our own pages has its cookie before it is anyone. Raises TokenUnknown for a token that is not, or no
    longer, good on this site.
    """
    if credentials.is_team:
        return _team_author(session, _moderator(session, site_id, credentials))
    if not credentials.token_hashes:
        return None
    # Asked first: of two presses at once the other's token may be stored between the two questions, and
    # whoever finds it unused then is either its author already, or meets them at the unique key.
    unused = is_unused(session, credentials)
    author = author_by_token(session, site_id, credentials.token_hashes, at)
    refuse_unknown(credentials, author, is_known=not unused)
    return author


def acting_author(session: Session, site_id: UUID, credentials: Credentials, at: datetime) -> Actor:
    """Return who acts, and make them an author if they are none yet. Raises TokenUnknown."""
    if credentials.is_team:
        moderator = _moderator(session, site_id, credentials)
        author = _team_author(session, moderator)
        if author is None:
            author = _as_author(new_id(at), moderator)
            _store_team_author(session, site_id, author, at)
        return Actor(author, is_new=False)
    author = known_author(session, site_id, credentials, at)
    if author is not None:
        note_use_daily(session, credentials, author, at)
        return Actor(author, is_new=False)
    return Actor(make_guest(session, site_id, credentials.new_token_hash, at), is_new=True)


def poster(
    session: Session,
    site_id: UUID,
    credentials: Credentials,
    found: KnownAuthor | None,
    *,
    is_known: bool,
    at: datetime,
) -> Actor:
    """Return who posts, given whom `BY_TOKEN` found, and whether their token `is_known` anywhere.

    Nothing is written: who is new is stored by `store_poster`. Raises TokenUnknown.
    """
    if credentials.is_team:
        moderator = _moderator(session, site_id, credentials)
        known = _team_author(session, moderator)
        return Actor(known or _as_author(new_id(at), moderator), is_new=known is None)
    refuse_unknown(credentials, found, is_known=is_known)
    if found is None:
        return Actor(KnownAuthor(new_id(at), "guest", None, None, None, None, 0, False, None), is_new=True)
    return Actor(found, is_new=False)


def store_poster(
    session: Session,
    site_id: UUID,
    credentials: Credentials,
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
            session, site_id, author, credentials.new_token_hash, at, name=name, email=email, website=website
        )
    else:
        note_use_daily(session, credentials, author, at)
        describe_guest(session, author, name=name, email=email, website=website)


def _moderator(session: Session, site_id: UUID, credentials: Credentials) -> Moderator:
    moderator = credentials.moderator or moderator_by_token(session, site_id, credentials.token_hashes)
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
