"""What a decision replaces besides the state, kept in the log so that `restore` can bring it back."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from comments.storage import insert_ignoring
from comments.threads.models import Comment, Revision

_TEXT = ("source", "source_format", "html", "renderer", "reasons")


class CommentText(msgspec.Struct, frozen=True):
    """A comment's text in its three forms, with the reasons it waited for and when it was edited last.

    `edited_by_moderator` says that its author's words were changed then, by a moderator.
    """

    source: str
    source_format: str
    html: str
    renderer: int
    reasons: str
    edited_at: datetime | None
    edited_by_moderator: bool = False


class ReplacedText(msgspec.Struct, frozen=True, omit_defaults=True):
    """`text` is the comment's until an edit took its place: one that waited, or with `rewrote` a moderator's.
    `waiting` is an edit that waited and went away. `trusted_name` is the name its author was trusted under
    before, and `gave_trust` says that they were not trusted by name of a moderator until then;
    `settled_title` says that the thread's title was provisional, `featured` whether the comment was.
    `withdraws` is the decision whose note or message was taken back.
    """

    text: CommentText | None = None
    rewrote: bool = False
    waiting: CommentText | None = None
    trusted_name: str | None = None
    gave_trust: bool = False
    settled_title: bool = False
    featured: bool | None = None
    withdraws: str | None = None

    def encode(self) -> str | None:
        """Return JSON for the log, or None if there is nothing to bring back."""
        return None if self == NOTHING else msgspec.json.encode(self).decode()


NOTHING = ReplacedText()


def decode(stored: str | None) -> ReplacedText:
    return msgspec.json.decode(stored, type=ReplacedText) if stored else NOTHING


def texts_with_edits(
    session: Session, comment_ids: list[UUID]
) -> dict[UUID, tuple[CommentText, CommentText | None]]:
    """Return the comments' texts, each with the edit that waits, if one does."""
    current = [getattr(Comment, name) for name in _TEXT]
    waiting = [getattr(Revision, name) for name in _TEXT]
    edited = (Comment.edited_at, Comment.edited_by_moderator)
    rows = session.execute(
        select(Comment.id, *current, *edited, *waiting, Revision.created_at)
        .outerjoin(Revision, Revision.comment_id == Comment.id)
        .where(Comment.id.in_(comment_ids))
    )
    return {
        row[0]: (CommentText(*row[1:8]), CommentText(*row[8:]) if row[8] is not None else None)
        for row in rows
    }


def put_in_place(session: Session, texts: dict[UUID, CommentText]) -> None:
    """Make these the comments' own texts; no edit of them waits any more."""
    if texts:
        _write_texts(session, texts)
        drop_edits(session, list(texts))


def drop_edits(session: Session, comment_ids: list[UUID]) -> None:
    """Let no edit of these comments wait any more."""
    if comment_ids:
        session.execute(delete(Revision).where(Revision.comment_id.in_(comment_ids)))


def give_back(session: Session, site_id: UUID, replaced: dict[UUID, ReplacedText], at: datetime) -> None:
    """Bring back the texts that decisions replaced, and the edits that waited before them."""
    taken = {key: one.text for key, one in replaced.items() if one.text is not None and not one.rewrote}
    give_back_edits(session, site_id, taken, at)
    rewritten = {key: one.text for key, one in replaced.items() if one.text is not None and one.rewrote}
    if rewritten:
        _write_texts(session, rewritten)
    waited = {key: one.waiting for key, one in replaced.items() if one.waiting is not None}
    rows = [
        {name: getattr(text, name) for name in _TEXT}
        | {"comment_id": key, "site_id": site_id, "created_at": text.edited_at or at}
        for key, text in waited.items()
    ]
    # A newer edit that waits already stays.
    insert_ignoring(session, Revision, rows)


def give_back_edits(session: Session, site_id: UUID, texts: dict[UUID, CommentText], at: datetime) -> None:
    """Put replaced texts back; what took their place waits again, unless a newer edit waits already."""
    if not texts:
        return
    ids = list(texts)
    newer = set(session.scalars(select(Revision.comment_id).where(Revision.comment_id.in_(ids))))
    columns = [getattr(Comment, name) for name in _TEXT]
    rows = session.execute(select(Comment.id, *columns, Comment.edited_at).where(Comment.id.in_(ids)))
    waiting = [
        dict(zip(("comment_id", *_TEXT), row[:6], strict=True))
        | {"site_id": site_id, "created_at": row[6] or at}
        for row in rows
        if row[0] not in newer
    ]
    _write_texts(session, texts)
    if waiting:
        session.execute(insert(Revision), waiting)


def _write_texts(session: Session, texts: dict[UUID, CommentText]) -> None:
    table = Comment.__table__
    columns = (*_TEXT, "edited_at", "edited_by_moderator")
    session.connection().execute(
        update(Comment)
        .where(table.c.id == bindparam("changed_id"))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}),
        [
            {"changed_id": comment_id, **{f"new_{name}": getattr(text, name) for name in columns}}
            for comment_id, text in texts.items()
        ],
    )
