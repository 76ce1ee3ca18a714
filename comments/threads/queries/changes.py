"""What readers of a thread have missed since they last looked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from comments.threads.models import Comment
from comments.threads.queries.comment_page import SHOWN

_CHANGED: tuple[Any, ...] = (*SHOWN, Comment.listed, Comment.content_version)
_SINCE = (
    select(*_CHANGED)
    .where(
        Comment.thread_id == bindparam("thread_id"),
        Comment.changed_version > bindparam("version"),
    )
    .order_by(Comment.changed_version)
    .limit(bindparam("most"))
)


def changes_since(session: Session, thread_id: UUID, version: int, limit: int) -> Sequence[Row[Any]]:
    """Return the comments whose public view changed after `version`, each once, as they are now.

    What is not `listed` any more was public and has no place left. If `content_version` is not newer, only
    numbers have changed: votes, or the replies below.
    """
    return session.execute(_SINCE, {"thread_id": thread_id, "version": version, "most": limit}).all()
