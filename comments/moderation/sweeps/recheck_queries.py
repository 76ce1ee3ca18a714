"""Comments of a queue, the oldest first, with what the rules need to judge them anew."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.moderation.queue.index_ranges import Position
from comments.threads.models import Comment, Thread


def comments_of_queue(
    session: Session, site_id: UUID, queue: str, after: Position | None, *, limit: int
) -> Sequence[Row[Any]]:
    """Return comments of a queue of which no edit waits, from after a place on; the team's are left out."""
    some = _TO_JUDGE.where(Comment.site_id == site_id, Comment.queue == queue, Comment.state == queue)
    if after is not None:
        some = some.where(tuple_(Comment.created_at, Comment.id) > after)
    return session.execute(some.order_by(Comment.created_at, Comment.id).limit(limit)).all()


_TO_JUDGE: Select[*tuple[Any, ...]] = (
    select(
        Comment.id,
        Comment.state,
        Comment.version,
        Comment.source,
        Comment.source_format,
        Comment.author_id,
        Comment.author_name,
        Comment.author_kind,
        Comment.author_website,
        Comment.address_key,
        Comment.network_key,
        Comment.report_count,
        Comment.facts,
        Comment.reasons,
        Comment.created_at,
        Author.email,
        Author.approved_name,
        Author.approved_count,
        Author.trusted,
        Thread.created_at.label("thread_since"),
        Thread.hold_all,
    )
    .join(Author, Author.id == Comment.author_id)
    .join(Thread, Thread.id == Comment.thread_id)
    .where(Comment.author_kind.in_(("guest", "imported")), Comment.source != "")
)
