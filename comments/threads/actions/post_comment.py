"""Posting a comment: one write from the facts to the row."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from comments.classifier.score import Look
from comments.identity.accounts.sections import in_sections
from comments.identity.authors import (
    Actor,
    Credentials,
    KnownAuthor,
    author_of_post,
    describe_guest,
    give_token,
    known_author,
    refuse_unknown,
    store_guest,
)
from comments.ids import new_id
from comments.policy.actions import remember_text
from comments.policy.fingerprints import Print
from comments.policy.submission_proofs import Brought
from comments.rules import encoded, encoded_facts
from comments.sites.webhooks import CREATED
from comments.storage import writes_alone
from comments.text import Rendered
from comments.threads.actions import judge, reply_mail
from comments.threads.actions.open_thread import Opened, held_and_found, thread_for
from comments.threads.actions.reply_mail import KeyOfAddress
from comments.threads.addresses.page_keys import PageKeys
from comments.threads.addresses.urls import page_path
from comments.threads.counters import NEVER_PUBLIC, count_below, count_posts
from comments.threads.errors import (
    ConsentMissing,
    KeyReused,
    OutsideSection,
    ParentElsewhere,
    ParentNotPublic,
    TooManyPosts,
)
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment
from comments.threads.order.tree import TOP, Place, ancestors, place_below
from comments.threads.outbox_jobs import (
    ask_for_mail,
    ask_outside,
    tell_moderators,
    tell_of_reply,
    tell_webhooks,
)
from comments.threads.queries.comment_page import WITH_REASONS, names_of
from comments.threads.queries.find_threads import thread_by_id
from comments.threads.queries.post_context import Earlier, Found, ParentFound
from comments.threads.queues import queue_of
from comments.threads.site_card import SiteCard

FIRST_VERSION = 1

# On the tables: of rows that are never looked at again the session need not know.
_ADD_COMMENT, _ADD_WATCH = insert(cast(Table, Comment.__table__)), insert(reply_mail.WATCHES)
_STORED = select(*WITH_REASONS, Comment.thread_id).where(Comment.id == bindparam("comment_id"))
_AT_FIRST: dict[str, Any] = {
    "source_format": "markdown",
    "reply_total": 0,
    "version": FIRST_VERSION,
    "rank": judge.UNVOTED_RANK,
    "upvotes": 0,
    "downvotes": 0,
    "report_count": 0,
    "edited_at": None,
    "edited_by_moderator": False,
    "featured": False,
}


@dataclass(frozen=True, slots=True)
class PostOrder:
    """A comment that somebody wants to post, already rendered, on a page of the site's origins.

    `seen` is by what its text is known again, `post_key` the hash of the request's Idempotency-Key, `digest`
    of the text and its place. `*_wait` are the seconds until an address may post or open a thread again, 0 if
    it may now; `bursts` says what is over its rate: the `author`, the `thread`, the `site`. `brought` is what
    came of its form's token and its proof of work. `key_of_address` is set if its author wants mail about
    replies, `look` if the site has learned enough; `consents` says that its author agrees to the terms.
    """

    site: SiteCard
    page: PageKeys
    title: str | None
    parent_id: UUID | None
    source: str
    rendered: Rendered
    seen: Print | None
    name: str | None
    email: str | None
    website: str | None
    shown: Credentials
    post_key: bytes | None
    digest: bytes
    post_wait: int = 0
    open_wait: int = 0
    bursts: tuple[str, ...] = ()
    brought: Brought = field(default_factory=Brought)
    key_of_address: KeyOfAddress | None = None
    look: Look | None = None
    consents: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """The stored comment, with its columns as attributes.

    `gave_token` says that the new token of the order is its author's now; `answers` has the name of whom it
    answers, by the id of that comment, if that is public.
    """

    comment: Any
    thread_url: str
    thread_id: UUID
    gave_token: bool
    opened: bool = False
    answers: dict[UUID, str] = field(default_factory=dict)


def post_comment(session: Session, order: PostOrder, *, at: datetime) -> Posted:
    """Store a comment, or return the one that the same order has stored before.

    The page is held first, so that everything about it is decided one after another, and counted last.
    """
    found = held_and_found(session, order, at)
    repeated = _repeated(session, order, found, at)
    if repeated is not None:
        return repeated
    actor = author_of_post(
        session, order.site.id, order.shown, found.author, is_known=found.token_is_known, at=at
    )
    author, is_team = actor.author, actor.author.account_id is not None
    if not is_team:
        _refuse_guest(order)
    name = judge.allowed_name(order, author)
    opened = thread_for(session, order, found, is_team, at)
    _refuse_outside(author, opened)
    judged = judge.judge_post(session, order, actor, name, opened, found.heard, at)
    parent = _parent(order, found, opened)
    comment_id = new_id(at)
    place = _place(parent, order, comment_id, at)
    state = judged.state
    # Before the row, so that it is born with the version.
    version = opened.version + 1 if state == "approved" else NEVER_PUBLIC
    row = {
        **_columns(order, author, name, place, judged),
        "id": comment_id,
        "thread_id": opened.id,
        "created_at": at,
        "consented_at": at if order.consents and order.site.settings.asks_consent else None,
        "changed_version": version,
        "content_version": version,
    }
    watch = reply_mail.wanted(session, order, author, comment_id, at)
    _store(session, order, actor, name, row, watch, judged, at)
    if state == "approved":
        count_posts(session, ThreadChanged(order.site.id, opened.id, version), 1, at)
        count_below(session, Counter(ancestors(place)))
        if parent is not None and parent.is_watched and parent.author_id != author.id:
            tell_of_reply(session, order.site.id, comment_id, at)
        if watch is not None and watch["state"] == "asked":
            ask_for_mail(session, order.site.id, comment_id, at)
    elif state == "pending" and not (found.moderators_will_be_told and writes_alone(session)):
        # Where others write, the task that was seen may be taken up before this is committed.
        tell_moderators(session, order.site.id, at)
    _tell_outside(session, order, judged, comment_id, at)
    answers = {parent.id: parent.author_name} if parent is not None else {}
    return Posted(
        SimpleNamespace(**row), opened.url, opened.id, actor.is_new, opened=opened.is_new, answers=answers
    )


def _store(
    session: Session,
    order: PostOrder,
    actor: Actor,
    name: str,
    row: Mapping[str, Any],
    watch: Mapping[str, Any] | None,
    judged: judge.Judged,
    at: datetime,
) -> None:
    """Store a comment and what belongs to it: a newcomer, what is known again of its text."""
    author, site_id = actor.author, order.site.id
    if actor.is_new:
        store_guest(
            session,
            site_id,
            author,
            order.shown.new_token_hash,
            at,
            name=name,
            email=order.email,
            website=order.website,
        )
    elif author.account_id is None:
        describe_guest(session, author, name=name, email=order.email, website=order.website)
    session.execute(_ADD_COMMENT, row)
    if watch is not None:
        session.execute(_ADD_WATCH, watch)
    if judged.seen is not None and judged.similar_group is not None:
        remember_text(session, site_id, row["id"], judged.seen, judged.similar_group, at)


def _tell_outside(
    session: Session, order: PostOrder, judged: judge.Judged, comment_id: UUID, at: datetime
) -> None:
    if order.site.has_webhooks:
        tell_webhooks(session, order.site.id, CREATED, [comment_id], at)
    if judged.is_asked_outside:
        ask_outside(session, order.site.id, comment_id, FIRST_VERSION, at)


def _refuse_guest(order: PostOrder) -> None:
    """Refuse what only the team may. Raises TooManyPosts, ConsentMissing."""
    if order.post_wait:
        detail = f"A moment, please. You can post again in {order.post_wait} seconds."
        raise TooManyPosts(detail, retry_after=order.post_wait)
    if order.site.settings.asks_consent and not order.consents:
        detail = "Please agree to the terms of this site."
        raise ConsentMissing(detail, errors={"consent": detail})


def _refuse_outside(author: KnownAuthor, opened: Opened) -> None:
    """Let somebody who moderates a section speak for the team there alone."""
    # Asked first, for almost nobody has sections, and to read the address takes longer.
    if author.sections is not None and not in_sections(author.sections, page_path(opened.url)):
        raise OutsideSection("This page is outside your sections. Write here without your token.")


def _columns(
    order: PostOrder, author: KnownAuthor, name: str, place: Place, judged: judge.Judged
) -> dict[str, Any]:
    state = judged.state
    return {
        **_AT_FIRST,
        "site_id": order.site.id,
        "parent_id": order.parent_id,
        "root_id": place.root_id,
        "depth": place.depth,
        "path": place.path,
        "author_id": author.id,
        "author_name": name,
        "author_kind": author.kind,
        "author_badge": author.badge,
        "author_website": order.website,
        "source": order.source,
        "html": order.rendered.html,
        "renderer": order.rendered.renderer,
        "state": state,
        "queue": queue_of(state, silent=judged.is_silent),
        "silent": judged.is_silent,
        "similar_group": judged.similar_group,
        "listed": state == "approved",
        "reasons": encoded(judged.reasons),
        "facts": encoded_facts(judged.facts),
        "address_key": order.shown.address_key,
        "network_key": order.shown.network_key,
        "post_key": order.post_key,
        "digest": order.digest,
    }


def _parent(order: PostOrder, found: Found, opened: Opened) -> ParentFound | None:
    if order.parent_id is None:
        return None
    parent = found.parent
    if parent is None or parent.state != "approved":
        raise ParentNotPublic("The comment you answer is not here any more.", parent_id=str(order.parent_id))
    if parent.thread_id != opened.id:
        raise ParentElsewhere("The comment you answer is on another page.", parent_id=str(order.parent_id))
    return parent


def _place(parent: ParentFound | None, order: PostOrder, comment_id: UUID, at: datetime) -> Place:
    if parent is None or order.parent_id is None:
        return TOP
    return place_below(order.parent_id, Place(parent.root_id, parent.depth, parent.path), comment_id, at)


def _repeated(session: Session, order: PostOrder, found: Found, at: datetime) -> Posted | None:
    """Return what an earlier request made with the same key, or the same person with the same text."""
    for earlier in found.earlier:
        if order.post_key is not None and earlier.post_key == order.post_key:
            return _same_key(session, order, earlier, at)
    if not found.earlier:
        return None
    author = found.author
    if order.shown.is_team:
        author = known_author(session, order.site.id, order.shown, at)
    else:
        refuse_unknown(order.shown, author, is_known=found.token_is_known)
    for earlier in found.earlier:
        is_same_author = author is not None and earlier.author_id == author.id
        is_same_guest = earlier.address_key == order.shown.address_key and earlier.author_name == order.name
        if is_same_author or (author is None and is_same_guest):
            return _as_posted(session, earlier.id, gave_token=False)
    return None


def _same_key(session: Session, order: PostOrder, earlier: Earlier, at: datetime) -> Posted:
    if earlier.digest != order.digest:
        raise KeyReused(
            "This Idempotency-Key was used for another comment.",
            errors={"Idempotency-Key": "was used before"},
        )
    is_new_guest = not order.shown.token_hashes and earlier.author_kind == "guest"
    if is_new_guest:
        give_token(session, order.site.id, earlier.author_id, order.shown.new_token_hash, at)
    return _as_posted(session, earlier.id, gave_token=is_new_guest)


def _as_posted(session: Session, comment_id: UUID, *, gave_token: bool) -> Posted:
    row = session.execute(_STORED, {"comment_id": comment_id}).one()
    thread = thread_by_id(session, row.thread_id)
    answers = names_of(session, [row.parent_id]) if row.parent_id else {}
    return Posted(row, thread.url, thread.id, gave_token=gave_token, answers=answers)
