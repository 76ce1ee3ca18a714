"""The texts of comments as searches read them: their own and those of edits that wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from comments.moderation.search.models import TermsDue
from comments.moderation.search.terms import SearchableComment, findable
from comments.threads.models import Comment, Revision


@dataclass(frozen=True, slots=True)
class DueTexts:
    """Some comments whose terms are due, and the notes that say so; `rows` has those that still exist."""

    notes: Sequence[int]
    rows: Mapping[UUID, Row[Any]]


_DUE = "comments.moderation.due"


def newest_due(session: Session, site_id: UUID, limit: int) -> Sequence[UUID]:
    """Return a site's comments whose terms are due, the last noted first; once in a session."""
    known: dict[tuple[UUID, int], Sequence[UUID]] = session.info.setdefault(_DUE, {})
    if (site_id, limit) not in known:
        noted = select(TermsDue.comment_id).where(TermsDue.site_id == site_id)
        known[site_id, limit] = session.scalars(noted.order_by(TermsDue.id.desc()).limit(limit)).all()
    return known[site_id, limit]


def due_texts(session: Session, limit: int) -> DueTexts:
    """Return what has been due the longest."""
    noted = select(TermsDue.id, TermsDue.comment_id).order_by(TermsDue.id).limit(limit)
    notes = session.execute(noted).all()
    rows = session.execute(_TEXTS.where(Comment.id.in_([note.comment_id for note in notes])))
    return DueTexts([note.id for note in notes], {row.id: row for row in rows})


def terms_of_due(due: DueTexts) -> dict[UUID, set[str]]:
    """Return the terms of each, which takes long: best in a thread."""
    return {comment_id: findable(row).terms for comment_id, row in due.rows.items()}


def still_the_same(session: Session, due: DueTexts) -> Sequence[Row[Any]]:
    """Return those of the rows that nobody has changed or deleted since, held until this write ends."""
    held = _TEXTS.where(Comment.id.in_(due.rows)).with_for_update(read=True, of=Comment)
    return [row for row in session.execute(held) if row == due.rows[row.id]]


def findables(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, SearchableComment]:
    """Return all that can be searched of these comments."""
    rows = session.execute(_TEXTS.where(Comment.id.in_(comment_ids)))
    return {row.id: findable(row) for row in rows}


_TEXTS: Select[*tuple[Any, ...]] = select(
    Comment.id,
    Comment.created_at,
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
    Comment.featured,
    Revision.source.label("edit_source"),
    Revision.source_format.label("edit_format"),
    Revision.reasons.label("edit_reasons"),
).outerjoin(Revision, Revision.comment_id == Comment.id)
