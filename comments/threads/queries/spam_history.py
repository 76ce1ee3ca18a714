"""How much spam came from somewhere."""

from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from comments.threads.models import Comment

ENOUGH = 8
"""More make nothing worse."""

# The state stands in it as it does in the index, which SQLite would not find otherwise.
_SPAM_FROM = (
    select(Comment.id)
    .where(
        Comment.site_id == bindparam("site_id"),
        Comment.network_key == bindparam("network_key"),
        Comment.state == literal_column("'spam'"),
    )
    .limit(ENOUGH)
)
_COUNTED = select(func.count()).select_from(_SPAM_FROM.subquery())


def spam_from(session: Session, site_id: UUID, network_key: bytes) -> int:
    """Return how many comments of a network lie in Spam, counted up to ENOUGH, as long as it is known."""
    return session.scalar(_COUNTED, {"site_id": site_id, "network_key": network_key}) or 0
