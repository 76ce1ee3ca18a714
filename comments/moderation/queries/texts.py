"""The texts of comments as searches read them: their own and those of edits that wait."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from comments.moderation.finding import Findable, findable
from comments.threads.models import Comment, Revision


def findables(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, Findable]:
    """Return all that can be searched of these comments."""
    rows = session.execute(_TEXTS.where(Comment.id.in_(comment_ids)))
    return {row.id: findable(row) for row in rows}


_TEXTS: Select[*tuple[Any, ...]] = select(
    Comment.id,
    Comment.site_id,
    Comment.thread_id,
    Comment.parent_id,
    Comment.author_id,
    Comment.author_name,
    Comment.author_kind,
    Comment.source,
    Comment.source_format,
    Comment.reasons,
    Comment.edited_at,
    Revision.source.label("edit_source"),
    Revision.source_format.label("edit_format"),
    Revision.reasons.label("edit_reasons"),
).outerjoin(Revision, Revision.comment_id == Comment.id)
