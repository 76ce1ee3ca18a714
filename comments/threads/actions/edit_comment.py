"""Giving one's own comment a new text."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from comments.identity.actors import KnownAuthor
from comments.policy.actions import forget_texts, remember_text
from comments.policy.check_effects import is_all_that_holds
from comments.policy.facts import KnownFacts, gather
from comments.rules import Draft, Outcome, ThreadFacts, decoded, encoded, encoded_facts
from comments.sites.webhooks import EDITED
from comments.storage import WITHOUT_SYNC
from comments.threads.actions.own_comments import (
    OwnComment,
    check_window,
    own_comment,
    own_row,
    publish,
    set_state,
    tell_hooks,
)
from comments.threads.errors import AlreadyDecided
from comments.threads.models import Revision, Thread
from comments.threads.outbox_jobs import ask_outside, tell_moderators
from comments.threads.posting.prepare import PreparedEdit
from comments.threads.posting.verdict import TextVerdict, verdict_on
from comments.threads.queues import queue_of


def edit_comment(session: Session, edit: PreparedEdit, *, at: datetime) -> OwnComment:
    """Give one's own comment a new text, verdict as a post is.

    An edit never publishes what waits. An edit of a public comment that is held waits as a revision, and the
    approved text stays. Raises CommentUnknown, NotYours, AlreadyDecided, EditWindowOver, PostRefused.
    """
    author, row = own_row(session, edit.site.id, edit.comment_id, edit.shown, at)
    if row.state not in {"approved", "pending", "spam"}:
        raise AlreadyDecided("This comment is not here any more, so it cannot be edited.")
    if row.state == "approved" and author.account_id is None:
        check_window(edit.site, row.created_at, at, "edited")
    verdict = _evaluate(session, edit, author, row, at)
    if row.state != "approved":
        _replace_waiting(session, edit, row, verdict, at)
    elif verdict.outcome is Outcome.APPROVE:
        _replace_public(session, edit, row, verdict, at)
    else:
        _hold_revision(session, edit, row, verdict, at)
    _know_again(session, edit, row, verdict, at)
    if verdict.is_asked_outside and row.state != "spam":
        ask_outside(session, edit.site.id, row.id, row.version + 1, at)
    tell_hooks(session, edit.site, EDITED, row.id, at)
    return own_comment(session, row.id)


def _evaluate(
    session: Session, edit: PreparedEdit, author: KnownAuthor, row: Row[Any], at: datetime
) -> TextVerdict:
    """Judge a new text of a comment, which keeps its name. Raises PostRefused."""
    holds_all = session.scalar(select(Thread.hold_all).where(Thread.id == row.thread_id))
    # What a site's own people write is not compared.
    is_compared = edit.fingerprint is not None and author.account_id is None
    fingerprint = (
        edit.fingerprint.said_by(author.id) if edit.fingerprint is not None and is_compared else None
    )
    known = KnownFacts(
        site_id=edit.site.id,
        author=author,
        name=row.author_name,
        address_keys=edit.shown.address_keys,
        fingerprint=fingerprint,
        score=edit.score,
        comment_id=row.id,
        thread=ThreadFacts(holds_all=bool(holds_all)),
    )
    facts = gather(session, known, edit.site.settings, at)
    draft = Draft(edit.rendered.text, edit.rendered.links, row.author_name, row.author_website)
    return verdict_on(edit.site, draft, facts, fingerprint)


def _text_of(edit: PreparedEdit) -> dict[str, Any]:
    return {
        "source": edit.source,
        "source_format": "markdown",
        "html": edit.rendered.html,
        "renderer": edit.rendered.renderer,
    }


def _replace_waiting(
    session: Session, edit: PreparedEdit, row: Row[Any], verdict: TextVerdict, at: datetime
) -> None:
    state = "spam" if "spam" in {row.state, verdict.state} else "pending"
    silent = row.silent or verdict.is_silent
    reasons = row.reasons
    if state == "pending" and verdict.reasons and _may_replace(row.reasons, verdict):
        reasons = encoded(verdict.reasons)
    set_state(
        session,
        row,
        state,
        queue=queue_of(state, silent=silent),
        silent=silent,
        similar_group=verdict.similar_group,
        reasons=reasons,
        facts=encoded_facts(verdict.facts),
        edited_at=at,
        edited_by_moderator=False,
        **_text_of(edit),
    )


def _may_replace(stored: str, verdict: TextVerdict) -> bool:
    """Say whether a new text's reasons take the place of those that a comment waits for.

    Where they say no more than that the answer of an outside check is awaited, the old ones stay: else an
    edit could publish, by that answer, what waits for a moderator.
    """
    return not is_all_that_holds(verdict.reasons) or is_all_that_holds(decoded(stored))


def _replace_public(
    session: Session, edit: PreparedEdit, row: Row[Any], verdict: TextVerdict, at: datetime
) -> None:
    session.execute(delete(Revision).where(Revision.comment_id == row.id), execution_options=WITHOUT_SYNC)
    set_state(
        session,
        row,
        "approved",
        queue="approved",
        similar_group=verdict.similar_group,
        facts=encoded_facts(verdict.facts),
        edited_at=at,
        edited_by_moderator=False,
        **_text_of(edit),
    )
    publish(session, row, 0, at)


def _hold_revision(
    session: Session, edit: PreparedEdit, row: Row[Any], verdict: TextVerdict, at: datetime
) -> None:
    session.execute(delete(Revision).where(Revision.comment_id == row.id), execution_options=WITHOUT_SYNC)
    session.execute(
        insert(Revision).values(
            comment_id=row.id,
            site_id=edit.site.id,
            reasons=encoded(verdict.reasons),
            created_at=at,
            **_text_of(edit),
        )
    )
    set_state(session, row, "approved", queue="pending")
    if verdict.outcome is Outcome.HOLD:
        tell_moderators(session, edit.site.id, at)


def _know_again(
    session: Session, edit: PreparedEdit, row: Row[Any], verdict: TextVerdict, at: datetime
) -> None:
    forget_texts(session, [row.id])
    if verdict.fingerprint is not None and verdict.similar_group is not None:
        remember_text(session, edit.site.id, row.id, verdict.fingerprint, verdict.similar_group, at)
