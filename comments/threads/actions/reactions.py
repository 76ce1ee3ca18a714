"""Whose reaction it is, and on what."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials
from comments.threads.errors import CommentUnknown
from comments.threads.models import Comment


@dataclass(frozen=True, slots=True)
class Reaction:
    """Whose it is and on which comment."""

    site_id: UUID
    comment_id: UUID
    shown: Credentials


def public_thread(session: Session, reaction: Reaction) -> UUID:
    thread_id = session.execute(
        select(Comment.thread_id).where(
            Comment.id == reaction.comment_id,
            Comment.site_id == reaction.site_id,
            Comment.state == "approved",
        )
    ).scalar_one_or_none()
    if thread_id is None:
        raise CommentUnknown("There is no such comment.")
    return thread_id
