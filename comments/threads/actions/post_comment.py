"""Posting a comment: one write from the facts to the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from comments.classifier.score import Look
from comments.errors import CommentsError
from comments.identity.accounts.sections import in_sections
from comments.identity.authors import (
    Actor,
    Credentials,
    KnownAuthor,
    author_of_post,
    describe_guest,
    give_token,
    guest_rows,
    known_author,
    refuse_unknown,
)
from comments.ids import new_id
from comments.policy.actions import print_rows
from comments.policy.fingerprints import Print
from comments.policy.submission_proofs import Brought
from comments.rules import encoded, encoded_facts
from comments.sites.webhooks import CREATED
from comments.storage import Apart, Shared, insert_together, writes_alone
from comments.text import Rendered
from comments.threads.actions import judge, reply_mail
from comments.threads.actions.open_thread import Opened, all_held_and_found, held_and_found, thread_for
from comments.threads.actions.reply_mail import KeyOfAddress
from comments.threads.actions.side_effects import Around
from comments.threads.addresses.page_keys import PageKeys
from comments.threads.addresses.urls import page_path
from comments.threads.counters import NEVER_PUBLIC
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
from comments.threads.order.tree import TOP, Place, place_below
from comments.threads.outbox_jobs import ask_for_mail, ask_outside, tell_of_reply, tell_webhooks
from comments.threads.queries.comment_page import WITH_REASONS, names_of
from comments.threads.queries.find_threads import thread_by_id
from comments.threads.queries.post_context import Earlier, Found, ParentFound
from comments.threads.queues import queue_of
from comments.threads.site_card import SiteCard

FIRST_VERSION = 1

_COMMENTS = cast(Table, Comment.__table__)
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

    The page is held first, so that everything about it is decided one after another. All that must be known
    is asked at once, and what can be written together is: a post has no statement to spare.
    """
    around = Around()
    posted = _posted(session, order, held_and_found(session, order, at), around, at)
    around.store(session)
    return posted


def post_comments(session: Session, sent: Sequence[tuple[PostOrder, datetime]]) -> list[Posted]:
    """Do so for posts that `share` a transaction: their page is held, and counted, once for all of them.

    Raises Apart with those that have to be by themselves: what they have begun to write is not for others.
    """
    if len(sent) == 1:
        order, at = sent[0]
        return [post_comment(session, order, at=at)]
    around, posted, apart = Around(), [], []
    for number, ((order, at), found) in enumerate(zip(sent, all_held_and_found(session, sent), strict=True)):
        try:
            if found.thread is None:
                # Whoever opens it, the others are to find it.
                raise Apart(range(len(sent)))
            posted.append(_posted(session, order, around.counted(found), around, at))
        except CommentsError:
            apart.append(number)
    if apart:
        raise Apart(apart)
    around.store(session)
    return posted


def shared(order: PostOrder) -> Shared:
    """Return with which other posts this one may share a transaction.

    What is to be known before they are written is asked about all at once. What one of them writes would be
    in the answers about another that has the same sender, the same key or nearly the same text.
    """
    shown, seen = order.shown, order.seen
    marks = {*shown.token_hashes, shown.new_token_hash, order.digest, order.post_key}
    # What somebody does not have they have in common with nobody.
    given = [mark for mark in marks if mark]
    return Shared((order.site.id, *order.page.hashes), [*given, *(seen.marks if seen is not None else ())])


def _posted(session: Session, order: PostOrder, found: Found, around: Around, at: datetime) -> Posted:
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
        around.count(ThreadChanged(order.site.id, opened.id, version), place, at)
        if parent is not None and parent.is_watched and parent.author_id != author.id:
            tell_of_reply(session, order.site.id, comment_id, at)
        if watch is not None and watch["state"] == "asked":
            ask_for_mail(session, order.site.id, comment_id, at)
    elif state == "pending" and not (found.moderators_will_be_told and writes_alone(session)):
        # Where others write, the task that was seen may be taken up before this is committed.
        around.waiting = (order.site.id, at)
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
    rows: list[tuple[Table, Sequence[Mapping[str, Any]]]] = []
    if actor.is_new:
        rows += guest_rows(
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
    rows.append((_COMMENTS, [row]))
    if watch is not None:
        rows.append((reply_mail.WATCHES, [watch]))
    if judged.seen is not None and judged.similar_group is not None:
        rows.append(print_rows(site_id, row["id"], judged.seen, judged.similar_group, at))
    insert_together(session, rows)


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
