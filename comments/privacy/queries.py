"""Questions about readers and their erasures: who is meant, who is still here, what was erased."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from comments.identity.models import Author, Membership
from comments.privacy.errors import ErasureUnknown, ReaderUnknown
from comments.privacy.models import Erasure
from comments.privacy.texts_actions import SOURCE
from comments.storage import Unindexed
from comments.threads.models import Comment, Report, Vote, Watch

MOST_FOUND = 100
READERS_AT_ONCE = 2_000
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody on one site, with what tells them from others of the same address."""

    id: UUID
    name: str
    email: str
    kind: str
    comments: int
    votes: int
    reports: int
    first_at: datetime
    last_at: datetime | None
    in_team: bool


def find_readers(session: Session, site_id: UUID, who: str) -> Sequence[Reader]:
    """Return whom an e-mail address, an author's or comment's id, or a link to a comment may mean.

    The same address may have been given by several: nobody proves one to comment. The newest come first.
    """
    who = who.strip()
    ids = _ID.findall(who)
    mine = Author.site_id == site_id
    if "@" in who and "/" not in who:
        addressed = select(Watch.author_id).where(
            Watch.site_id == site_id, func.lower(Watch.email) == who.lower()
        )
        meant: ColumnElement[bool] = or_(func.lower(Author.email) == who.lower(), Author.id.in_(addressed))
    elif ids:
        # The last id of an address: the others are of what is on the way there.
        given = UUID(ids[-1])
        of_comment = select(Comment.author_id).where(Comment.id == given, Comment.site_id == site_id)
        meant = or_(Author.id == given, Author.id.in_(of_comment))
    else:
        return []
    nobody = Author.source_system == SOURCE
    authors = (
        select(Author)
        .where(mine, meant, nobody.is_not(True))
        .order_by(Author.created_at.desc(), Author.id)
        .limit(MOST_FOUND)
    )
    return [_reader(session, author) for author in session.scalars(authors)]


def reader_by_id(session: Session, site_id: UUID, author_id: UUID) -> Reader:
    """Return one reader. Raises ReaderUnknown, for those of other sites and those who are erased too."""
    found = [one for one in find_readers(session, site_id, str(author_id)) if one.id == author_id]
    if not found:
        raise ReaderUnknown("Nobody like this is known on the site; perhaps they are erased already.")
    return found[0]


def erasures(session: Session, site_id: UUID, *, limit: int = 100) -> Sequence[Erasure]:
    """Return a site's last erasures, the newest first."""
    newest = (Erasure.asked_at.desc(), Erasure.id.desc())
    return session.scalars(
        select(Erasure).where(Erasure.site_id == site_id).order_by(*newest).limit(limit)
    ).all()


def erasure_by_id(session: Session, site_id: UUID, erasure_id: UUID) -> Erasure:
    """Return one of a site's erasures. Raises ErasureUnknown."""
    found = session.scalar(select(Erasure).where(Erasure.id == erasure_id, Erasure.site_id == site_id))
    if found is None:
        raise ErasureUnknown("There is no such erasure here.")
    return found


def ended_marks(session: Session, site_id: UUID) -> Mapping[bytes, str]:
    """Return by what those are known whom a site has erased, and how."""
    columns: tuple[Any, ...] = (Erasure.reader, Erasure.scope)
    rows = session.execute(select(*columns).where(Erasure.site_id == site_id).order_by(Erasure.asked_at))
    return {bytes(row.reader): row.scope for row in rows}


def some_readers(session: Session, site_id: UUID, after: UUID | None) -> Sequence[UUID]:
    """Return the ids of some of a site's authors, in order."""
    of_site: ColumnElement[UUID] = Unindexed(Author.site_id)
    query = select(Author.id).where(of_site == site_id)
    if after is not None:
        query = query.where(Author.id > after)
    return session.scalars(query.order_by(Author.id).limit(READERS_AT_ONCE)).all()


def _reader(session: Session, author: Author) -> Reader:
    written = select(func.count(), func.max(Comment.created_at)).where(Comment.author_id == author.id)
    comments, last_at = session.execute(written).one()
    votes, reports = (
        session.execute(select(func.count()).where(rows.author_id == author.id)).scalar_one()
        for rows in (Vote, Report)
    )
    in_team = select(Membership.account_id).where(
        Membership.account_id == author.account_id, Membership.site_id == author.site_id
    )
    return Reader(
        author.id,
        author.name or "",
        author.email or "",
        author.kind,
        comments,
        votes,
        reports,
        author.created_at,
        last_at,
        session.execute(in_team).first() is not None,
    )
