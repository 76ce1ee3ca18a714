"""Writing to an author who gave an address: noted as a decision, and mailed after its commit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.events import enqueue
from comments.identity.models import Author
from comments.moderation.errors import AuthorUnreachable

MESSAGE_MAIL = "message"
"""The kind of task that mails an author what a moderator wrote. Its payload: the `decision` that says it."""


def write_to_author(
    session: Session, site_id: UUID, author_id: UUID, decision_id: UUID, at: datetime
) -> None:
    """Have a decision's words mailed to the author. Raises AuthorUnreachable without an address."""
    if not session.scalar(select(Author.email).where(Author.id == author_id, Author.site_id == site_id)):
        raise AuthorUnreachable("This author gave no e-mail address.")
    enqueue(session, MESSAGE_MAIL, site_id, {"decision": decision_id}, due=at)
