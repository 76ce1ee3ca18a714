"""Posting a comment: one write from the facts to the row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, and_, bindparam, exists, insert, or_, select
from sqlalchemy.orm import Session

from comments.identity.authors import (
    Actor,
    Credentials,
    KnownAuthor,
    acting_author,
    describe_guest,
    give_token,
    known_author,
)
from comments.identity.sections import in_sections
from comments.ids import new_id
from comments.learning.model import Look
from comments.policy.actions import remember_text
from comments.policy.prints import Print
from comments.policy.proofs import Brought
from comments.rules import encoded, encoded_facts
from comments.sites.webhooks import CREATED
from comments.text import Rendered
from comments.threads.actions import judging, watching
from comments.threads.actions.opening import Opened, locked_thread
from comments.threads.actions.watching import KeyOfAddress
from comments.threads.counters import NEVER_PUBLIC, count_reply, raise_version
from comments.threads.errors import (
    ConsentMissing,
    KeyReused,
    OutsideSection,
    ParentElsewhere,
    ParentNotPublic,
    TooManyPosts,
)
from comments.threads.models import Comment, Watch
from comments.threads.page_keys import PageKeys
from comments.threads.queries.finding import thread_by_id
from comments.threads.queries.paging import WITH_REASONS
from comments.threads.site_card import SiteCard
from comments.threads.standing import queue_of
from comments.threads.telling import (
    ask_for_mail,
    ask_outside,
    tell_moderators,
    tell_of_reply,
    tell_webhooks,
)
from comments.threads.tree import TOP, Place, place_below
from comments.threads.urls import page_path

REPEAT_WITHIN = timedelta(minutes=1)
FIRST_VERSION = 1
KEY_GOOD_FOR = timedelta(hours=24)

_REPEATED: tuple[Any, ...] = (
    *WITH_REASONS,
    Comment.thread_id,
    Comment.post_key,
    Comment.digest,
    Comment.address_key,
)

# Statements are made once: putting them together takes longer than running them. The insert is the table's,
# for the ORM's own runs more code than all else in a post.
_INSERT = insert(cast(Table, Comment.__table__)).returning(*WITH_REASONS)
_HERE = Comment.site_id == bindparam("site_id")
_SAME_TEXT = and_(_HERE, Comment.digest == bindparam("digest"), Comment.created_at > bindparam("text_since"))
_SAME_KEY = and_(
    _HERE, Comment.post_key == bindparam("post_key"), Comment.created_at > bindparam("key_since")
)
_OF_SAME_TEXT = select(*_REPEATED).where(_SAME_TEXT).order_by(Comment.created_at)
# The site stands in both: taken out of them, SQLite walks the whole site for each post.
_OF_SAME_ORDER = select(*_REPEATED).where(or_(_SAME_KEY, _SAME_TEXT)).order_by(Comment.created_at)
# Asked along with the rest: a reply that appears at once needs no further statement to tell of it.
_WATCHED = exists().where(Watch.comment_id == Comment.id, Watch.state == "confirmed").label("is_watched")
_OF_PARENT: tuple[Any, ...] = (
    *(Comment.state, Comment.thread_id, Comment.root_id, Comment.depth, Comment.path, Comment.author_id),
    _WATCHED,
)
_PARENT = select(*_OF_PARENT).where(Comment.id == bindparam("parent_id"), _HERE)


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
    """The stored comment. `gave_token` says that the new token of the order is its author's now."""

    comment: Row[Any]
    thread_url: str
    thread_id: UUID
    gave_token: bool
    opened: bool = False


def post_comment(session: Session, order: PostOrder, *, at: datetime) -> Posted:
    """Store a comment, or return the one that the same order has stored before.

    The thread's row is held first, so that everything about it is decided one after another.
    """
    repeated = _repeated(session, order, at)
    if repeated is not None:
        return repeated
    actor = acting_author(session, order.site.id, order.shown, at)
    is_team = actor.author.account_id is not None
    if not is_team:
        _refuse_guest(order)
    name = judging.allowed_name(order, actor.author)
    opened = locked_thread(session, order, is_team, at)
    _refuse_outside(actor.author, opened)
    comment_id = new_id(at)
    judged = judging.judge_post(session, order, actor.author, name, opened, at)
    parent = _parent(session, order, opened)
    place = _place(parent, order, comment_id, at)
    if not is_team:
        describe_guest(session, actor.author, name=name, email=order.email, website=order.website)
    state = judged.state
    # Before the row, so that it is born with the version.
    version = raise_version(session, opened.id, at, added=1) if state == "approved" else NEVER_PUBLIC
    row = session.execute(
        _INSERT,
        {
            **_columns(order, actor, name, place, judged),
            "id": comment_id,
            "thread_id": opened.id,
            "reasons": encoded(judged.reasons),
            "facts": encoded_facts(judged.facts),
            "created_at": at,
            "consented_at": at if order.consents and order.site.settings.asks_consent else None,
            "changed_version": version,
            "content_version": version,
        },
    ).one()
    asks = watching.wanted(session, order, actor.author, comment_id, at) == "asked"
    if state == "approved":
        count_reply(session, place)
        if parent is not None and parent.is_watched and parent.author_id != actor.author.id:
            tell_of_reply(session, order.site.id, comment_id, at)
        if asks:
            ask_for_mail(session, order.site.id, comment_id, at)
    elif state == "pending":
        tell_moderators(session, order.site.id, at)
    _tell_outside(session, order, judged, comment_id, at)
    if judged.seen is not None and judged.similar_group is not None:
        remember_text(session, order.site.id, comment_id, judged.seen, judged.similar_group, at)
    return Posted(row, opened.url, opened.id, gave_token=actor.is_new, opened=opened.is_new)


def _tell_outside(
    session: Session, order: PostOrder, judged: judging.Judged, comment_id: UUID, at: datetime
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
    if not in_sections(author.sections, page_path(opened.url)):
        raise OutsideSection("This page is outside your sections. Write here without your token.")


def _columns(
    order: PostOrder, actor: Actor, name: str, place: Place, judged: judging.Judged
) -> dict[str, Any]:
    author, state = actor.author, judged.state
    return {
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
        "source_format": "markdown",
        "html": order.rendered.html,
        "renderer": order.rendered.renderer,
        "state": state,
        "queue": queue_of(state, silent=judged.is_silent),
        "silent": judged.is_silent,
        "similar_group": judged.similar_group,
        "listed": state == "approved",
        "reply_total": 0,
        "version": FIRST_VERSION,
        "rank": judging.UNVOTED_RANK,
        "upvotes": 0,
        "downvotes": 0,
        "report_count": 0,
        "address_key": order.shown.address_key,
        "network_key": order.shown.network_key,
        "post_key": order.post_key,
        "digest": order.digest,
    }


def _parent(session: Session, order: PostOrder, opened: Opened) -> Row[Any] | None:
    if order.parent_id is None:
        return None
    asked = {"parent_id": order.parent_id, "site_id": order.site.id}
    parent = session.execute(_PARENT, asked).one_or_none()
    if parent is None or parent.state != "approved":
        raise ParentNotPublic("The comment you answer is not here any more.", parent_id=str(order.parent_id))
    if parent.thread_id != opened.id:
        raise ParentElsewhere("The comment you answer is on another page.", parent_id=str(order.parent_id))
    return parent


def _place(parent: Row[Any] | None, order: PostOrder, comment_id: UUID, at: datetime) -> Place:
    if parent is None or order.parent_id is None:
        return TOP
    return place_below(order.parent_id, Place(parent.root_id, parent.depth, parent.path), comment_id, at)


def _repeated(session: Session, order: PostOrder, at: datetime) -> Posted | None:
    """Return what an earlier request made with the same key, or the same person with the same text."""
    rows = same_order(session, order.site.id, order.post_key, order.digest, at)
    for row in rows:
        if order.post_key is not None and row.post_key == order.post_key:
            return _same_key(session, order, row, at)
    if not rows:
        return None
    author = known_author(session, order.site.id, order.shown, at)
    for row in rows:
        is_same_author = author is not None and row.author_id == author.id
        is_same_guest = row.address_key == order.shown.address_key and row.author_name == order.name
        if is_same_author or (author is None and is_same_guest):
            return _as_posted(session, row, gave_token=False)
    return None


def same_order(
    session: Session, site_id: UUID, post_key: bytes | None, digest: bytes, at: datetime
) -> Sequence[Row[Any]]:
    """Return what may come from the same order: by its key, or by its text and place."""
    asked = {"site_id": site_id, "digest": digest, "text_since": at - REPEAT_WITHIN}
    if post_key is None:
        return session.execute(_OF_SAME_TEXT, asked).all()
    return session.execute(
        _OF_SAME_ORDER, {**asked, "post_key": post_key, "key_since": at - KEY_GOOD_FOR}
    ).all()


def _same_key(session: Session, order: PostOrder, row: Row[Any], at: datetime) -> Posted:
    if row.digest != order.digest:
        raise KeyReused(
            "This Idempotency-Key was used for another comment.",
            errors={"Idempotency-Key": "was used before"},
        )
    is_new_guest = not order.shown.token_hashes and row.author_kind == "guest"
    if is_new_guest:
        give_token(session, order.site.id, row.author_id, order.shown.new_token_hash, at)
    return _as_posted(session, row, gave_token=is_new_guest)


def _as_posted(session: Session, row: Row[Any], *, gave_token: bool) -> Posted:
    thread = thread_by_id(session, row.thread_id)
    return Posted(row, thread.url, thread.id, gave_token=gave_token)
