"""What authors do with their own comments: edit, delete, bring back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from comments.classifier.score import Look
from comments.identity.authors import Credentials, KnownAuthor, known_author
from comments.identity.errors import TokenMissing
from comments.policy.actions import forget_texts, remember_text
from comments.policy.check_effects import is_all_that_holds
from comments.policy.fingerprints import Print
from comments.rules import Outcome, decoded, encoded, encoded_facts
from comments.sites.webhooks import DELETED, EDITED, RESTORED
from comments.storage import WITHOUT_SYNC
from comments.text import Rendered
from comments.threads.actions import judge
from comments.threads.counters import PublicChange, publish_changed
from comments.threads.errors import (
    AlreadyDecided,
    CommentUnknown,
    EditWindowOver,
    NotYours,
)
from comments.threads.models import Comment, Revision, Thread
from comments.threads.order.tree import Place
from comments.threads.outbox_jobs import ask_outside, tell_moderators, tell_webhooks
from comments.threads.queries.comment_page import SHOWN, CommentRow
from comments.threads.queues import queue_of
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
class EditOrder:
    """A new text for one's own comment, already rendered; `seen` is by what it is known again."""

    site: SiteCard
    comment_id: UUID
    source: str
    rendered: Rendered
    seen: Print | None
    shown: Credentials
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class OwnComment:
    """One's own comment after a change; `revision` is the edit of it that waits, if one does."""

    comment: Row[Any]
    revision: Row[Any] | None
    thread_id: UUID
    thread_url: str


def edit_comment(session: Session, order: EditOrder, *, at: datetime) -> OwnComment:
    """Give one's own comment a new text, judged as a post is.

    An edit never publishes what waits. An edit of a public comment that is held waits as a revision, and the
    approved text stays. Raises CommentUnknown, NotYours, AlreadyDecided, EditWindowOver, PostRefused.
    """
    author, row = _own_row(session, order.site.id, order.comment_id, order.shown, at)
    if row.state not in {"approved", "pending", "spam"}:
        raise AlreadyDecided("This comment is not here any more, so it cannot be edited.")
    if row.state == "approved" and author.account_id is None:
        check_window(order.site, row.created_at, at, "edited")
    judged = judge.judge_edit(session, order, author, row, at)
    if row.state != "approved":
        _replace_waiting(session, order, row, judged, at)
    elif judged.outcome is Outcome.APPROVE:
        _replace_public(session, order, row, judged, at)
    else:
        _hold_revision(session, order, row, judged, at)
    _know_again(session, order, row, judged, at)
    if judged.is_asked_outside and row.state != "spam":
        ask_outside(session, order.site.id, row.id, row.version + 1, at)
    _tell_webhooks(session, order.site, EDITED, row.id, at)
    return own_comment(session, row.id)


def delete_comment(
    session: Session, site: SiteCard, comment_id: UUID, shown: Credentials, *, at: datetime
) -> OwnComment:
    """Delete one's own comment; a parent of public replies becomes an empty place. Twice is once."""
    author, row = _own_row(session, site.id, comment_id, shown, at)
    if row.state == "deleted":
        return own_comment(session, row.id)
    if row.state == "removed":
        raise AlreadyDecided("A moderator has removed this comment.")
    if row.state == "approved" and author.account_id is None:
        check_window(site, row.created_at, at, "deleted")
    _set_state(session, row, "deleted", queue="deleted", deleted_at=at, deleted_from=row.state)
    session.execute(delete(Revision).where(Revision.comment_id == row.id), execution_options=WITHOUT_SYNC)
    _published(session, row, -1 if row.state == "approved" else 0, at)
    _tell_webhooks(session, site, DELETED, row.id, at)
    return own_comment(session, row.id)


def restore_comment(
    session: Session, site: SiteCard, comment_id: UUID, shown: Credentials, *, at: datetime
) -> OwnComment:
    """Bring one's own deleted comment back to the state it had, within the edit window. Twice is once."""
    _, row = _own_row(session, site.id, comment_id, shown, at)
    if row.state in {"approved", "pending", "spam"}:
        return own_comment(session, row.id)
    if row.state != "deleted" or row.deleted_from is None:
        raise AlreadyDecided("A moderator has removed this comment.")
    if row.deleted_at + site.settings.edit_window < at:
        raise EditWindowOver("This comment was deleted too long ago to bring it back.")
    state = row.deleted_from
    queue = queue_of(state, silent=row.silent)
    _set_state(session, row, state, queue=queue, deleted_at=None, deleted_from=None)
    _published(session, row, 1 if state == "approved" else 0, at)
    _tell_webhooks(session, site, RESTORED, row.id, at)
    return own_comment(session, row.id)


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


def _own_row(
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


def check_window(site: SiteCard, created_at: datetime, at: datetime, done: str) -> None:
    """Raise EditWindowOver if a public comment of this age cannot be `done` (such as "edited") any more."""
    closes = created_at + site.settings.edit_window
    if at > closes:
        minutes = site.settings.edit_window_seconds // 60
        raise EditWindowOver(
            f"Comments can be {done} for {minutes} minutes. You can reply to it instead.",
            closed_at=closes.isoformat(),
        )


def _text_of(order: EditOrder) -> dict[str, Any]:
    return {
        "source": order.source,
        "source_format": "markdown",
        "html": order.rendered.html,
        "renderer": order.rendered.renderer,
    }


def _replace_waiting(
    session: Session, order: EditOrder, row: Row[Any], judged: judge.Judged, at: datetime
) -> None:
    state = "spam" if "spam" in {row.state, judged.state} else "pending"
    silent = row.silent or judged.is_silent
    reasons = row.reasons
    if state == "pending" and judged.reasons and _may_replace(row.reasons, judged):
        reasons = encoded(judged.reasons)
    _set_state(
        session,
        row,
        state,
        queue=queue_of(state, silent=silent),
        silent=silent,
        similar_group=judged.similar_group,
        reasons=reasons,
        facts=encoded_facts(judged.facts),
        edited_at=at,
        edited_by_moderator=False,
        **_text_of(order),
    )


def _may_replace(stored: str, judged: judge.Judged) -> bool:
    """Say whether a new text's reasons take the place of those that a comment waits for.

    Where they say no more than that the answer of an outside check is awaited, the old ones stay: else an
    edit could publish, by that answer, what waits for a moderator.
    """
    return not is_all_that_holds(judged.reasons) or is_all_that_holds(decoded(stored))


def _replace_public(
    session: Session, order: EditOrder, row: Row[Any], judged: judge.Judged, at: datetime
) -> None:
    session.execute(delete(Revision).where(Revision.comment_id == row.id), execution_options=WITHOUT_SYNC)
    _set_state(
        session,
        row,
        "approved",
        queue="approved",
        similar_group=judged.similar_group,
        facts=encoded_facts(judged.facts),
        edited_at=at,
        edited_by_moderator=False,
        **_text_of(order),
    )
    _published(session, row, 0, at)


def _hold_revision(
    session: Session, order: EditOrder, row: Row[Any], judged: judge.Judged, at: datetime
) -> None:
    session.execute(delete(Revision).where(Revision.comment_id == row.id), execution_options=WITHOUT_SYNC)
    session.execute(
        insert(Revision).values(
            comment_id=row.id,
            site_id=order.site.id,
            reasons=encoded(judged.reasons),
            created_at=at,
            **_text_of(order),
        )
    )
    _set_state(session, row, "approved", queue="pending")
    if judged.outcome is Outcome.HOLD:
        tell_moderators(session, order.site.id, at)


def _know_again(
    session: Session, order: EditOrder, row: Row[Any], judged: judge.Judged, at: datetime
) -> None:
    forget_texts(session, [row.id])
    if judged.seen is not None and judged.similar_group is not None:
        remember_text(session, order.site.id, row.id, judged.seen, judged.similar_group, at)


def _set_state(session: Session, row: Row[Any], state: str, **columns: Any) -> None:
    session.execute(
        update(Comment)
        .where(Comment.id == row.id)
        .values(state=state, version=Comment.version + 1, **columns),
        execution_options=WITHOUT_SYNC,
    )


def _published(session: Session, row: Row[Any], delta: int, at: datetime) -> None:
    # `listed` without being public: an empty place, which says who emptied it.
    if row.listed or delta:
        place = Place(row.root_id, row.depth, row.path)
        publish_changed(session, [PublicChange(row.id, row.thread_id, place, delta)], at)


def _tell_webhooks(session: Session, site: SiteCard, event: str, comment_id: UUID, at: datetime) -> None:
    if site.has_webhooks:
        tell_webhooks(session, site.id, event, [comment_id], at)
