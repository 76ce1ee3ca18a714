"""The shapes of threads and comments on the wire: an allow-list, and the only way out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Row

from comments.keys import Keyring
from comments.rules import decoded, told_to_author
from comments.sites.settings import SiteSettings
from comments.text import OLDEST_SAFE_RENDERER, render
from comments.threads.order.cursors import write_cursor
from comments.threads.order.tree import path_above
from comments.threads.queries.comment_page import CommentPage, CommentRow, PlacedRow, Position
from comments.threads.queries.find_threads import ThreadRow
from comments.threads.site_card import SiteCard


class AuthorShown(msgspec.Struct, gc=False):
    """Who wrote it. `id` is opaque and of this site only; `kind` is guest, moderator or imported."""

    id: UUID
    name: str
    kind: str
    badge: str | None
    website: str | None


class ReplyTo(msgspec.Struct, gc=False):
    """Whom it answers."""

    id: UUID
    name: str


class Replies(msgspec.Struct, gc=False):
    """`total` public comments below; `next` continues after those given, in reading order."""

    comments: list["CommentShown"]
    total: int
    next: str | None


class WaitsFor(msgspec.Struct):
    """Which rule a comment waits for, by its lasting code, and how many of it there are, if that is counted.

    Codes are `first-comment`, `new-name`, `links` (`n` of them), `hold-all` (all are read first) and `flood`
    (many come in at the moment); more may be added.
    """

    rule: str
    n: int | None


class CommentShown(msgspec.Struct, omit_defaults=True, gc=False):
    """A comment as readers see it. In an empty place `author` and `html` are null.

    `parent_id` is whom it answers; it stands at `depth` (0 to 12). One's own also carry `body` (the source),
    `editable_until`, `reasons` and `waits_for` (why it waits, for people and for programs), `waiting_body`
    (an edit that waits). `featured` is there, and true, on what moderators picked out,
    `edited_by_moderator` where a moderator, and not its author, edited it last.
    """

    id: UUID
    parent_id: UUID | None
    depth: int
    reply_to: ReplyTo | None
    state: str
    author: AuthorShown | None
    html: str | None
    created_at: datetime
    edited_at: datetime | None
    score: int
    upvotes: int
    downvotes: int
    permalink: str
    replies: Replies
    body: str | UnsetType = UNSET
    editable_until: datetime | UnsetType = UNSET
    reasons: list[str] | UnsetType = UNSET
    waits_for: list[WaitsFor] | UnsetType = UNSET
    waiting_body: str | UnsetType = UNSET
    featured: bool = False
    edited_by_moderator: bool = False


class TermsShown(msgspec.Struct):
    """A line to show beside what readers write in, leading to `url`; with `consent` they must agree to it."""

    text: str
    url: str | None
    consent: bool


class ThreadShown(msgspec.Struct):
    """A page's discussion; `id` is null as long as nobody has written there.

    `closes_at` is there on an open one that the site closes by its age, and says when; `terms` where the site
    has some; `mails` where a comment can ask for mail about replies, and is true.
    """

    id: UUID | None
    url: str | None
    title: str | None
    state: str
    comment_count: int
    version: int
    closes_at: datetime | UnsetType = UNSET
    terms: TermsShown | UnsetType = UNSET
    mails: bool | UnsetType = UNSET


class ThreadAnswer(msgspec.Struct, omit_defaults=True):
    """One page of a discussion, in the order `sort`; `next` and `previous` are cursors."""

    thread: ThreadShown
    sort: str
    comments: list[CommentShown]
    next: str | None
    previous: str | UnsetType | None = UNSET


class RepliesAnswer(msgspec.Struct):
    """Replies in reading order, depth first, oldest first; flat."""

    comments: list[CommentShown]
    total: int
    next: str | None


class CommentAnswer(msgspec.Struct):
    """A comment, its thread, and the comments it stands under, the outermost first."""

    thread: ThreadShown
    ancestors: list[CommentShown]
    comment: CommentShown


@dataclass(slots=True)
class Wording:
    """Turns rows into what is shown: with one thread's address, and the names of those who are answered."""

    keys: Keyring
    site_id: UUID
    thread_id: UUID
    thread_url: str
    names: dict[UUID, str] = field(default_factory=dict)
    _links: str = field(init=False)

    def __post_init__(self) -> None:
        self._links = f"{self.thread_url.partition('#')[0]}#comment-"

    def comment(self, row: CommentRow | Row[Any]) -> CommentShown:
        """Return `row` without replies; what is not public is an empty place."""
        parent_id, reply_to = row.parent_id, None
        if parent_id is not None and (answered := self.names.get(parent_id)) is not None:
            reply_to = ReplyTo(parent_id, answered)
        # Not by `str`: that is written in Python, and takes as long as half of all else here.
        link = f"{self._links}{msgspec.to_builtins(row.id)}"
        replies = Replies([], row.reply_total, None)
        if row.state != "approved":
            return CommentShown(
                row.id,
                parent_id,
                row.depth,
                reply_to,
                public_state(row.state),
                None,
                None,
                row.created_at,
                None,
                0,
                0,
                0,
                link,
                replies,
            )
        return CommentShown(
            row.id,
            parent_id,
            row.depth,
            reply_to,
            "approved",
            _author(row),
            safe_html(row),
            row.created_at,
            row.edited_at,
            row.upvotes - row.downvotes,
            row.upvotes,
            row.downvotes,
            link,
            replies,
            featured=row.featured,
            edited_by_moderator=row.edited_by_moderator,
        )

    def own(
        self, row: PlacedRow | Row[Any], *, editable_until: datetime | None, revision: Row[Any] | None = None
    ) -> CommentShown:
        """Return `row` as its author sees it: spam reads as pending."""
        shown = self.comment(row)
        shown.state = "pending" if row.state == "spam" else row.state
        shown.author, shown.html = _author(row), safe_html(row)
        shown.edited_at, shown.edited_by_moderator = row.edited_at, row.edited_by_moderator
        shown.body = row.source
        if row.state in {"pending", "spam"}:
            _say_why(shown, "[]" if row.state == "spam" else row.reasons)
        if revision is not None:
            shown.waiting_body = revision.source
            _say_why(shown, revision.reasons)
        if editable_until is not None:
            shown.editable_until = editable_until
        return shown

    def learn_names(
        self, rows: Iterable[CommentRow | Row[Any]], among: Sequence[CommentRow | Row[Any]]
    ) -> list[UUID]:
        """Learn from `among` the names of those whom `rows` answer; return the ids of who is not there."""
        answered = {row.parent_id for row in rows if row.parent_id is not None}
        if not answered:
            return []
        for row in among:
            if row.id in answered:
                answered.discard(row.id)
                if row.state == "approved":
                    self.names[row.id] = row.author_name
        return [*answered]

    def cursor(self, place: str, position: Position | None) -> str | None:
        if position is None:
            return None
        return write_cursor(self.keys, f"{self.site_id}/{self.thread_id}/{place}", position)

    def nested(self, page: CommentPage) -> list[CommentShown]:
        """Return the page's top-level comments with their replies below them."""
        tops: dict[UUID | None, CommentShown] = {row.id: self.comment(row) for row in page.tops}
        by_path: dict[bytes, CommentShown] = {}
        # Whoever stands above a reply comes before it: that is reading order.
        for row in page.replies:
            by_path[row.path] = shown = self.comment(row)
            path = path_above(row.path)
            above = by_path.get(path) if path else tops.get(row.root_id)
            if above is not None:
                above.replies.comments.append(shown)
        for root_id, path in page.replies_end.items():
            tops[root_id].replies.next = self.cursor(f"below/{root_id}", (path,))
        return [*tops.values()]


def thread_shown(row: ThreadRow, site: SiteCard) -> ThreadShown:
    title = row.title if row.title_confirmed else None
    state, closes_at = site.state_of(row), site.closes_at(row) or UNSET
    terms, mails = terms_shown(site.settings), site.sends_mail or UNSET
    return ThreadShown(row.id, row.url, title, state, row.comment_count, row.version, closes_at, terms, mails)


def shown_until(thread: ThreadShown) -> datetime | None:
    """Return until when this is what readers are shown, unless something changes it; None for ever."""
    return None if thread.closes_at is UNSET else thread.closes_at


def unopened_thread(url: str | None, site: SiteCard) -> ThreadShown:
    state = "closed" if site.settings.closed else "open"
    terms, mails = terms_shown(site.settings), site.sends_mail or UNSET
    return ThreadShown(None, url, None, state, 0, 0, terms=terms, mails=mails)


def terms_shown(settings: SiteSettings) -> TermsShown | UnsetType:
    if not settings.terms:
        return UNSET
    return TermsShown(settings.terms, settings.terms_url or None, settings.asks_consent)


def safe_html(text: Any) -> str:
    """Return the HTML of a stored text; what an unsafe old renderer made is made again, in memory."""
    if text.renderer >= OLDEST_SAFE_RENDERER:
        return str(text.html)
    return render(text.source, format=text.source_format).html


def public_state(state: str) -> str:
    """Return what readers may know of a comment's state: what waits and what is spam reads as removed."""
    return state if state in {"approved", "deleted"} else "removed"


def _author(row: CommentRow | Row[Any]) -> AuthorShown:
    return AuthorShown(row.author_id, row.author_name, row.author_kind, row.author_badge, row.author_website)


def _say_why(shown: CommentShown, stored: str) -> None:
    told = told_to_author(decoded(stored))
    shown.reasons = [reason.words for reason in told]
    shown.waits_for = [WaitsFor(reason.rule, reason.n) for reason in told]
