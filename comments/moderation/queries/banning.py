"""Questions about whom a ban would meet: the author of a comment, and what they wrote."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from comments.identity.models import Author
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


def some_written_by(session: Session, site_id: UUID, kind: str, subject: str, limit: int) -> Sequence[UUID]:
    """Return some comments, public or waiting, of whom a ban of this kind on this subject would meet."""
    query = select(Comment.id).where(
        Comment.site_id == site_id, Comment.state.in_(("approved", "pending")), _WRITTEN_BY[kind](subject)
    )
    return session.scalars(query.order_by(Comment.id).limit(limit)).all()


def _by_domain(domain: str) -> ColumnElement[bool]:
    of_domain = or_(
        Author.email.endswith(f"@{domain}", autoescape=True),
        Author.email.endswith(f".{domain}", autoescape=True),
    )
    return Comment.author_id.in_(select(Author.id).where(of_domain))


_WRITTEN_BY: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "author": lambda subject: Comment.author_id == UUID(subject),
    "address": lambda subject: Comment.address_key == bytes.fromhex(subject),
    "network": lambda subject: Comment.network_key == bytes.fromhex(subject),
    "domain": _by_domain,
}
