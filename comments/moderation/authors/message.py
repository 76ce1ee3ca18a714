"""Writing to an author who gave an address: noted as a decision, and mailed a while after its commit."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.moderation.errors import AuthorUnreachable, MessageSent
from comments.outbox import enqueue, take_out

MESSAGE_MAIL = "message"
"""The kind of task that mails an author what a moderator wrote. Its payload: the `decision` that says it."""

LIES_FOR = timedelta(minutes=1)
"""How long a message lies in the outbox before it is sent, so that who wrote it can take it back."""


def write_to_author(
    session: Session, site_id: UUID, author_id: UUID, decision_id: UUID, at: datetime
) -> None:
    """Have a decision's words mailed to the author. Raises AuthorUnreachable without an address."""
    if not session.scalar(select(Author.email).where(Author.id == author_id, Author.site_id == site_id)):
        raise AuthorUnreachable("This author gave no e-mail address.")
    payload = {"decision": decision_id}
    enqueue(session, MESSAGE_MAIL, site_id, payload, due=at + LIES_FOR, key=str(decision_id))


def keep_from_author(session: Session, site_id: UUID, decision_id: UUID) -> None:
    """Take a message out of the outbox. Raises MessageSent if somebody sends it, or it lies there no more."""
    if not take_out(session, MESSAGE_MAIL, site_id, str(decision_id)):
        raise MessageSent(MessageSent.DETAIL)
