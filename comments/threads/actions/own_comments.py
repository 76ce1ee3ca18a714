"""What authors' actions on their own comments have in common."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials, KnownAuthor
from comments.identity.authors import known_author
from comments.identity.errors import TokenMissing
from comments.storage import WITHOUT_SYNC
from comments.threads.counters import PublicChange, publish_changed
from comments.threads.errors import CommentUnknown, EditWindowOver, NotYours
from comments.threads.models import Comment, Revision, Thread
from comments.threads.order.tree import TreePosition
from comments.threads.outbox_jobs import tell_webhooks
from comments.threads.queries.comment_page import SHOWN, CommentRow
from comments.threads.site_card import SiteCard

_OWN: tuple[Any, ...] = (
    *SHOWN,
    Comment.reasons,
    Comment.silent,
    Comment.version,
    Comment.thread_id,
    Comment.listed,
    Comment.deleted_at,
    Comment.deleted_from,
)


@dataclass(frozen=True, slots=True)
class OwnComment:
    """One's own comment after a change; `revision` is the edit of it that waits, if one does."""

    comment: Row[Any]
    revision: Row[Any] | None
    thread_id: UUID
    thread_url: str


def own_comment(session: Session, comment_id: UUID) -> OwnComment:
    columns: tuple[Any, ...] = (*_OWN, Thread.url.label("thread_url"))
    row = session.execute(
        select(*columns).join(Thread, Thread.id == Comment.thread_id).where(Comment.id == comment_id)
    ).one()
    waiting: tuple[Any, ...] = (Revision.source, Revision.reasons)
    revision = session.execute(select(*waiting).where(Revision.comment_id == comment_id)).one_or_none()
    return OwnComment(row, revision, row.thread_id, row.thread_url)


def editable_until(site_window: timedelta, row: CommentRow | Row[Any]) -> datetime | None:
    """Return until when a public comment's author may edit it; None for one that is not public."""
    return row.created_at + site_window if row.state == "approved" else None


def check_window(site: SiteCard, created_at: datetime, at: datetime, done: str) -> None:
    """Raise EditWindowOver if a public comment of this age cannot be `done` (such as "edited") any more."""
    closes = created_at + site.settings.edit_window
    if at > closes:
        minutes = site.settings.edit_window_seconds // 60
        raise EditWindowOver(
            f"Comments can be {done} for {minutes} minutes. You can reply to it instead.",
            closed_at=closes.isoformat(),
        )


def own_row(
    session: Session, site_id: UUID, comment_id: UUID, shown: Credentials, at: datetime
) -> tuple[KnownAuthor, Row[Any]]:
    """Return the asker and their comment, its thread's row held before its own as every writer does."""
    if not shown.token_hashes:
        raise TokenMissing("Only its author may do this. Send the token you were given when you posted.")
    author = known_author(session, site_id, shown, at)
    mine = (Comment.id == comment_id, Comment.site_id == site_id)
    session.execute(
        select(Thread.id).where(Thread.id.in_(select(Comment.thread_id).where(*mine))).with_for_update()
    ).all()
    row = session.execute(select(*_OWN).where(*mine).with_for_update()).one_or_none()
    if row is None or ((author is None or row.author_id != author.id) and row.state != "approved"):
        raise CommentUnknown("There is no such comment.")
    if author is None or row.author_id != author.id:
        raise NotYours("Only its author may do this.")
    return author, row


def set_state(session: Session, row: Row[Any], state: str, **columns: Any) -> None:
    session.execute(
        update(Comment)
        .where(Comment.id == row.id)
        .values(state=state, version=Comment.version + 1, **columns),
        execution_options=WITHOUT_SYNC,
    )


def publish(session: Session, row: Row[Any], delta: int, at: datetime) -> None:
    # `listed` without being public: an empty place, which says who emptied it.
    if row.listed or delta:
        place = TreePosition(row.root_id, row.depth, row.path)
        publish_changed(session, [PublicChange(row.id, row.thread_id, place, delta)], at)


def tell_hooks(session: Session, site: SiteCard, event: str, comment_id: UUID, at: datetime) -> None:
    if site.has_webhooks:
        tell_webhooks(session, site.id, event, [comment_id], at)
