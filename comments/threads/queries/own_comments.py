"""What depends on who asks: one's votes, one's waiting comments, what one may still edit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from comments.identity.actors import KnownAuthor
from comments.threads.models import Comment, Revision, Vote
from comments.threads.queries.comment_page import WITH_REASONS

MOST_WAITING = 50


@dataclass(frozen=True, slots=True)
class OwnComments:
    """`votes` by comment; `editable` are rows of public comments inside the edit window; `revisions` are the
    edits of them that wait."""

    votes: dict[UUID, int]
    editable: Sequence[Row[Any]]
    revisions: dict[UUID, Row[Any]]


def own_among(
    session: Session, author: KnownAuthor, ids: Sequence[UUID], *, editable_since: datetime
) -> OwnComments:
    """Return what `author` has on these comments, and which of them are theirs to edit."""
    if not ids:
        return OwnComments({}, [], {})
    votes = select(Vote.comment_id, Vote.value).where(Vote.author_id == author.id, Vote.comment_id.in_(ids))
    editable = select(*WITH_REASONS).where(
        Comment.id.in_(ids),
        Comment.author_id == author.id,
        Comment.state == "approved",
        Comment.created_at > editable_since,
    )
    rows = session.execute(editable).all()
    return OwnComments(
        {row.comment_id: row.value for row in session.execute(votes)},
        rows,
        revisions_of(session, [row.id for row in rows]),
    )


def waiting_comments(session: Session, author_id: UUID, thread_id: UUID) -> Sequence[Row[Any]]:
    """Return an author's comments in a thread that no one else sees yet, the newest 50, oldest first."""
    statement = (
        select(*WITH_REASONS)
        .where(
            Comment.author_id == author_id,
            Comment.thread_id == thread_id,
            # Spelled out: with bound values SQLite cannot know that the partial index covers it.
            text("comments.state IN ('pending', 'spam')"),
        )
        # By time SQLite, which has no statistics, walked along all of an author's; ids begin with it.
        .order_by(Comment.id.desc())
        .limit(MOST_WAITING)
    )
    return session.execute(statement).all()[::-1]


def revisions_of(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """Return the waiting edits of these comments."""
    if not comment_ids:
        return {}
    columns: tuple[Any, ...] = (Revision.comment_id, Revision.source, Revision.html, Revision.reasons)
    statement = select(*columns).where(Revision.comment_id.in_(comment_ids))
    return {row.comment_id: row for row in session.execute(statement)}
