"""The last step of a post: the rows, the counters, and what is to be done after the commit."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from comments.identity.authors import store_poster
from comments.identity.guests.actions import give_token
from comments.ids import new_id
from comments.policy.actions import remember_text, spend
from comments.rules import encoded, encoded_facts
from comments.sites.webhooks import CREATED
from comments.storage import writes_alone
from comments.threads.actions.open_thread import open_thread
from comments.threads.actions.reply_mail import store_watch
from comments.threads.counters import NEVER_PUBLIC, count_below, count_posts
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment
from comments.threads.order.ranking import rank
from comments.threads.order.tree import TOP, TreePosition, ancestors, place_below
from comments.threads.outbox_jobs import (
    ask_for_mail,
    ask_outside,
    tell_moderators,
    tell_of_reply,
    tell_webhooks,
)
from comments.threads.posting.evaluate import PostVerdict
from comments.threads.posting.load_context import PostContext, Repeat
from comments.threads.posting.prepare import Prepared
from comments.threads.queries.comment_page import WITH_REASONS, names_of
from comments.threads.queries.find_threads import thread_by_id
from comments.threads.queues import queue_of

FIRST_VERSION = 1

# On the table: of a row that is never looked at again the session need not know.
_ADD_COMMENT = insert(cast(Table, Comment.__table__))
_STORED = select(*WITH_REASONS, Comment.thread_id).where(Comment.id == bindparam("comment_id"))
_AT_FIRST: dict[str, Any] = {
    "source_format": "markdown",
    "reply_total": 0,
    "version": FIRST_VERSION,
    "rank": rank(0, 0),
    "upvotes": 0,
    "downvotes": 0,
    "report_count": 0,
    "edited_at": None,
    "edited_by_moderator": False,
    "featured": False,
}


@dataclass(frozen=True, slots=True)
class Posted:
    """The stored comment, with its columns as attributes.

    `gave_token` says that the new token of the sender is its author's now; `answers` has the name of whom it
    answers, by the id of that comment, if that is public.
    """

    comment: Any
    thread_url: str
    thread_id: UUID
    gave_token: bool
    opened: bool = False
    answers: dict[UUID, str] = field(default_factory=dict)


def store(
    session: Session, prepared: Prepared, context: PostContext, verdict: PostVerdict, at: datetime
) -> Posted:
    """Store a comment with all that belongs to it. The page's row is held; its counters come last."""
    site, thread, parent = prepared.draft.site, context.thread, context.parent
    _store_sender(session, prepared, context, verdict, at)
    if thread.is_new:
        open_thread(
            session,
            site.id,
            prepared.draft.page,
            prepared.title,
            title_confirmed=context.is_team,
            at=at,
            thread_id=thread.id,
        )
    comment_id = new_id(at)
    place = _place(context, comment_id, at)
    row = _row(prepared, context, verdict, comment_id, place, at)
    session.execute(_ADD_COMMENT, row)
    if context.watch is not None:
        store_watch(session, site.id, comment_id, context.author, context.watch, at)
    if verdict.text.fingerprint is not None and verdict.text.similar_group is not None:
        remember_text(session, site.id, comment_id, verdict.text.fingerprint, verdict.text.similar_group, at)
    if verdict.text.state == "approved":
        count_posts(session, ThreadChanged(site.id, thread.id, row["changed_version"]), 1, at)
        count_below(session, Counter(ancestors(place)))
    _note_jobs(session, prepared, context, verdict, comment_id, at)
    return Posted(
        SimpleNamespace(**row),
        thread.url,
        thread.id,
        gave_token=context.actor.is_new and not context.is_team,
        opened=thread.is_new,
        answers={parent.id: parent.author_name} if parent is not None else {},
    )


def stored_before(session: Session, prepared: Prepared, repeat: Repeat, at: datetime) -> Posted:
    """Return what an earlier request has stored; its author gets a token if they never heard of theirs."""
    if repeat.gives_token:
        draft = prepared.draft
        give_token(session, draft.site.id, repeat.author_id, draft.sender.credentials.new_token_hash, at)
    row = session.execute(_STORED, {"comment_id": repeat.comment_id}).one()
    thread = thread_by_id(session, row.thread_id)
    answers = names_of(session, [row.parent_id]) if row.parent_id else {}
    return Posted(row, thread.url, thread.id, gave_token=repeat.gives_token, answers=answers)


def _store_sender(
    session: Session, prepared: Prepared, context: PostContext, verdict: PostVerdict, at: datetime
) -> None:
    site, proof = prepared.draft.site, prepared.proof_result
    store_poster(
        session,
        site.id,
        prepared.draft.sender.credentials,
        context.actor,
        at,
        name=verdict.name,
        email=prepared.email,
        website=prepared.website,
    )
    if context.uses_proof and not context.proof_is_spent and proof.spends and proof.good_until:
        spend(session, site.id, proof.spends, proof.good_until)


def _note_jobs(
    session: Session,
    prepared: Prepared,
    context: PostContext,
    verdict: PostVerdict,
    comment_id: UUID,
    at: datetime,
) -> None:
    """Note what is to be done after the commit: mail, webhooks, outside checks."""
    site, parent, state = prepared.draft.site, context.parent, verdict.text.state
    if state == "approved":
        if parent is not None and parent.is_watched and parent.author_id != context.author.id:
            tell_of_reply(session, site.id, comment_id, at)
        if context.watch is not None and context.watch.state == "asked":
            ask_for_mail(session, site.id, comment_id, at)
    elif state == "pending" and not (context.digest_is_due and writes_alone(session)):
        # Where others write, the task that was seen may be taken up before this is committed.
        tell_moderators(session, site.id, at)
    if site.has_webhooks:
        tell_webhooks(session, site.id, CREATED, [comment_id], at)
    if verdict.text.is_asked_outside:
        ask_outside(session, site.id, comment_id, FIRST_VERSION, at)


def _place(context: PostContext, comment_id: UUID, at: datetime) -> TreePosition:
    parent = context.parent
    if parent is None:
        return TOP
    return place_below(parent.id, TreePosition(parent.root_id, parent.depth, parent.path), comment_id, at)


def _row(
    prepared: Prepared,
    context: PostContext,
    verdict: PostVerdict,
    comment_id: UUID,
    place: TreePosition,
    at: datetime,
) -> dict[str, Any]:
    draft, author, text = prepared.draft, context.author, verdict.text
    state, site, credentials = text.state, draft.site, draft.sender.credentials
    # Before the thread's own is raised, so that the row is born with it.
    version = context.thread.version + 1 if state == "approved" else NEVER_PUBLIC
    return {
        **_AT_FIRST,
        "id": comment_id,
        "site_id": site.id,
        "thread_id": context.thread.id,
        "created_at": at,
        "parent_id": draft.parent_id,
        "root_id": place.root_id,
        "depth": place.depth,
        "path": place.path,
        "author_id": author.id,
        "author_name": verdict.name,
        "author_kind": author.kind,
        "author_badge": author.badge,
        "author_website": prepared.website,
        "source": draft.source,
        "html": prepared.rendered.html,
        "renderer": prepared.rendered.renderer,
        "state": state,
        "queue": queue_of(state, silent=text.is_silent),
        "silent": text.is_silent,
        "similar_group": text.similar_group,
        "listed": state == "approved",
        "changed_version": version,
        "content_version": version,
        "reasons": encoded(text.reasons),
        "facts": encoded_facts(text.facts),
        "consented_at": at if draft.consents and site.settings.asks_consent else None,
        "address_key": credentials.address_key,
        "network_key": credentials.network_key,
        "post_key": draft.post_key,
        "digest": prepared.digest,
    }
