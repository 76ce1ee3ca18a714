"""Questions about whom a ban would meet: the author of a comment, and what they wrote."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select, tuple_
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.moderation.queue.index_ranges import Position
from comments.threads.models import Comment


def author_of_comment(session: Session, site_id: UUID, comment_id: UUID) -> Row[Any] | None:
    """Return author_id, author_name, address_key, network_key, email, account_id; None if it is not here."""
    columns: tuple[Any, ...] = (
        Comment.author_id,
        Comment.author_name,
        Comment.address_key,
        Comment.network_key,
        Author.email,
        Author.account_id,
    )
    query = select(*columns).join(Author, Author.id == Comment.author_id)
    return session.execute(query.where(Comment.id == comment_id, Comment.site_id == site_id)).one_or_none()


def some_written_by(
    session: Session, site_id: UUID, kind: str, subject: str, limit: int, after: Position | None = None
) -> Sequence[Row[Any]]:
    """Return ids and times of some comments, public or waiting, of whom a ban on this subject would meet.

    They come in the order of time, from a position on.
    """
    columns: tuple[Any, ...] = (Comment.id, Comment.created_at)
    theirs = [
        Comment.site_id == site_id,
        Comment.state.in_(("approved", "pending")),
        _WRITTEN_BY[kind](site_id, subject),
    ]
    if kind in {"address", "network"}:
        # In the words of the index of what still has an address, which is of some weeks only.
        theirs.append(Comment.address_key.is_not(None))
    if after is not None:
        theirs.append(tuple_(Comment.created_at, Comment.id) > after)
    query = select(*columns).where(*theirs).order_by(Comment.created_at, Comment.id)
    return session.execute(query.limit(limit)).all()


def a_comment_of(session: Session, site_id: UUID, author_id: UUID) -> UUID | None:
    """Return some comment of an author, None if there is none any more."""
    theirs = (Comment.author_id == author_id, Comment.site_id == site_id)
    return session.scalar(select(Comment.id).where(*theirs).limit(1))


def _by_domain(site_id: UUID, domain: str) -> ColumnElement[bool]:
    of_domain = or_(
        Author.email.endswith(f"@{domain}", autoescape=True),
        Author.email.endswith(f".{domain}", autoescape=True),
    )
    return Comment.author_id.in_(select(Author.id).where(Author.site_id == site_id, of_domain))


_WRITTEN_BY: Mapping[str, Callable[[UUID, str], ColumnElement[bool]]] = {
    "author": lambda _, subject: Comment.author_id == UUID(subject),
    "address": lambda _, subject: Comment.address_key == bytes.fromhex(subject),
    "network": lambda _, subject: Comment.network_key == bytes.fromhex(subject),
    "domain": _by_domain,
}
