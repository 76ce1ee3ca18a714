"""What our own pages of a discussion are made of: what everybody sees, and what one visitor sees besides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials, KnownAuthor
from comments.identity.authors import known_author
from comments.keys import Keyring
from comments.threads.actions.own_comments import check_window
from comments.threads.addresses.page_keys import PageKeys, check_page_origin
from comments.threads.errors import CommentUnknown, NotYours
from comments.threads.queries import comment_page, find_threads, own_comments
from comments.threads.requests import RepliesQuery, ThreadQuery
from comments.threads.site_card import SiteCard
from comments.threads.views import schemas
from comments.threads.views.schemas import CommentShown, thread_shown
from comments.threads.views.thread import comment_answer, replies_answer, thread_answer, waiting_shown


@dataclass(frozen=True, slots=True)
class Discussion:
    """A page of a discussion. `thread` is None if nobody has written there.

    `linked_is_gone` says that the comment it was to begin with is not shown here.
    """

    answer: schemas.ThreadAnswer
    thread: find_threads.ThreadRow | None
    linked_is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A comment with a part of what stands below it; `next` continues in reading order."""

    thread: schemas.ThreadShown
    comment: CommentShown
    replies: list[CommentShown]
    next: str | None


@dataclass(slots=True)
class Notice:
    """What was done just now (`done`) with the comment `about`, and how that stands."""

    done: str
    about: UUID
    comment: CommentShown | None = None
    in_place: bool = False


@dataclass(slots=True)
class OwnView:
    """What one visitor alone sees.

    `editable` until when, `revised` whose new text waits, `waiting` under what they answer (None: on top).
    """

    author: KnownAuthor | None = None
    votes: Mapping[UUID, int] = field(default_factory=dict)
    editable: Mapping[UUID, datetime] = field(default_factory=dict)
    revised: frozenset[UUID] = frozenset()
    waiting: dict[UUID | None, list[CommentShown]] = field(default_factory=dict)
    notice: Notice | None = None

    def wrote(self, comment: CommentShown) -> bool:
        return bool(self.author and comment.author and comment.author.id == self.author.id)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks for a page, when, and what they have just done with which comment."""

    shown: Credentials
    at: datetime
    done: str = ""
    about: UUID | None = None


@dataclass(frozen=True, slots=True)
class ComposerView:
    """What stands around the form to write with: `answered` is the comment that is replied to."""

    thread: schemas.ThreadShown
    author: KnownAuthor | None
    answered: CommentShown | None
    answered_is_gone: bool


def discussion(
    session: Session, keys: Keyring, site: SiteCard, page: PageKeys, query: ThreadQuery
) -> Discussion:
    """Return a page of a discussion. Raises CursorRefused, PageRefused for another site's page."""
    linked_is_gone = False
    try:
        answer, thread = thread_answer(session, keys, site, page, query)
    except CommentUnknown:
        linked_is_gone = True
        query = msgspec.structs.replace(query, around=None)
        answer, thread = thread_answer(session, keys, site, page, query)
    _check_origin(site, page, thread)
    return Discussion(answer, thread, linked_is_gone)


def discussion_for(
    session: Session, keys: Keyring, site: SiteCard, page: PageKeys, query: ThreadQuery, asker: Viewer
) -> tuple[Discussion, OwnView]:
    """Return a page of a discussion as one visitor sees it, with their own comments that wait in place."""
    author = known(session, site, asker)
    found = discussion(session, keys, site, page, _around_public(session, site, author, query))
    shown = {comment.id: comment for comment in every(found.answer.comments)}
    mine = _mine(session, site, author, shown, asker)
    if author is not None and found.thread is not None and query.cursor is None:
        _place_waiting(mine, shown, waiting_shown(session, keys, site, author, found.thread))
    _tell(session, keys, site, mine, shown, asker)
    return found, mine


def branch(session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, query: RepliesQuery) -> Branch:
    """Return a comment and the replies below it. Raises CommentUnknown unless it is shown, CursorRefused."""
    answer, thread = replies_answer(session, keys, site, comment_id, query)
    row = comment_page.shown_comment(session, site.id, comment_id)
    if row is None:
        raise CommentUnknown("There is no such comment.")
    wording = schemas.Wording(keys, site.id, thread.id, thread.url)
    if row.parent_id:
        wording.names = comment_page.names_of(session, [row.parent_id])
    shown = thread_shown(thread, site)
    return Branch(shown, wording.comment(row), nested(answer.comments), answer.next)


def branch_for(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, query: RepliesQuery, asker: Viewer
) -> tuple[Branch, OwnView]:
    """Return a branch as one visitor sees it."""
    found = branch(session, keys, site, comment_id, query)
    shown = {comment.id: comment for comment in every([found.comment, *found.replies])}
    author = known(session, site, asker)
    mine = _mine(session, site, author, shown, asker)
    if author is not None:
        thread = find_threads.thread_by_id(session, cast(UUID, found.thread.id))
        here = [one for one in waiting_shown(session, keys, site, author, thread) if one.parent_id in shown]
        _place_waiting(mine, shown, here)
    _tell(session, keys, site, mine, shown, asker)
    return found, mine


def desk(
    session: Session, keys: Keyring, site: SiteCard, page: PageKeys, reply_to: UUID | None, asker: Viewer
) -> ComposerView:
    """Return what stands around the form to write with. Raises PageRefused for another site's page."""
    thread = find_threads.thread_by_keys(session, site.id, page)
    _check_origin(site, page, thread)
    if thread is None:
        shown = schemas.unopened_thread(page.url, site)
    else:
        shown = thread_shown(thread, site)
    answered = _public(session, keys, site, reply_to) if reply_to and thread is not None else None
    if answered is not None and answered[1].id != shown.id:
        answered = None
    return ComposerView(
        shown,
        known(session, site, asker),
        answered[0] if answered else None,
        answered_is_gone=reply_to is not None and answered is None,
    )


def public_comment(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID
) -> tuple[CommentShown, find_threads.ThreadRow]:
    """Return a public comment and its thread. Raises CommentUnknown."""
    answer, thread = comment_answer(session, keys, site, comment_id, None)
    return answer.comment, thread


def own_comment(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, asker: Viewer
) -> tuple[CommentShown, find_threads.ThreadRow]:
    """Return one's own comment to edit, and its thread.

    Raises CommentUnknown, NotYours, EditWindowOver.
    """
    author = known(session, site, asker)
    answer, thread = comment_answer(session, keys, site, comment_id, author)
    if answer.comment.body is msgspec.UNSET:
        raise NotYours("Only its author may do this, in the browser it was written with.")
    if answer.comment.state == "approved":
        check_window(site, answer.comment.created_at, asker.at, "edited")
    return answer.comment, thread


def newest_text(comment: CommentShown) -> str:
    """Return the source of one's own comment: of its edit that waits, if one does."""
    text = comment.body if comment.waiting_body is msgspec.UNSET else comment.waiting_body
    return "" if text is msgspec.UNSET else text


def known(session: Session, site: SiteCard, asker: Viewer) -> KnownAuthor | None:
    """Return who asks, None if they have done nothing here yet. Raises TokenUnknown."""
    return known_author(session, site.id, asker.shown, asker.at)


def thread_shown_to(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, asker: Viewer
) -> find_threads.ThreadRow:
    """Return the thread of a comment that is public or the asker's own. Raises CommentUnknown."""
    _, thread = comment_answer(session, keys, site, comment_id, known(session, site, asker))
    return thread


def thread_of(session: Session, site: SiteCard, comment_id: UUID) -> find_threads.ThreadRow:
    """Return the thread of a comment in any state. Raises CommentUnknown."""
    row = comment_page.shown_comment(session, site.id, comment_id)
    if row is None:
        raise CommentUnknown("There is no such comment.")
    return find_threads.thread_by_id(session, row.thread_id)


def every(comments: Sequence[CommentShown]) -> Iterator[CommentShown]:
    """Yield the comments and all that stand below them."""
    for comment in comments:
        yield comment
        yield from every(comment.replies.comments)


def nested(replies: Sequence[CommentShown]) -> list[CommentShown]:
    """Return replies in reading order as a tree; what began on an earlier page stands on top."""
    tops: list[CommentShown] = []
    above: list[CommentShown] = []
    for reply in replies:
        while above and above[-1].depth >= reply.depth:
            above.pop()
        (above[-1].replies.comments if above else tops).append(reply)
        above.append(reply)
    return tops


def _check_origin(site: SiteCard, page: PageKeys, thread: find_threads.ThreadRow | None) -> None:
    # A page that has a discussion may have come from an address that is not the site's any more.
    if thread is None:
        check_page_origin(page, site.origins)


def _public(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID
) -> tuple[CommentShown, find_threads.ThreadRow] | None:
    try:
        return public_comment(session, keys, site, comment_id)
    except CommentUnknown:
        return None


def _around_public(
    session: Session, site: SiteCard, author: KnownAuthor | None, query: ThreadQuery
) -> ThreadQuery:
    """Return the query for the page on which one's own waiting comment stands: around what it answers."""
    if query.around is None or author is None:
        return query
    row = comment_page.shown_comment(session, site.id, query.around)
    if row is None or row.author_id != author.id or row.listed or row.state not in {"pending", "spam"}:
        return query
    return msgspec.structs.replace(query, around=row.parent_id)


def _mine(
    session: Session,
    site: SiteCard,
    author: KnownAuthor | None,
    shown: Mapping[UUID, CommentShown],
    asker: Viewer,
) -> OwnView:
    if author is None:
        return OwnView()
    window = site.settings.edit_window
    found = own_comments.own_among(session, author, list(shown), editable_since=asker.at - window)
    return OwnView(
        author,
        found.votes,
        {row.id: row.created_at + window for row in found.editable},
        frozenset(found.revisions),
    )


def _place_waiting(mine: OwnView, shown: dict[UUID, CommentShown], waiting: Sequence[CommentShown]) -> None:
    for comment in waiting:
        place = shown.get(comment.id)
        if place is not None:
            # To others it is an empty place, for the sake of the replies below it.
            place.state, place.author, place.html = comment.state, comment.author, comment.html
            continue
        above = comment.parent_id if comment.parent_id in shown else None
        mine.waiting.setdefault(above, []).append(comment)
    for comment in waiting:
        shown.setdefault(comment.id, comment)


def _tell(
    session: Session,
    keys: Keyring,
    site: SiteCard,
    mine: OwnView,
    shown: Mapping[UUID, CommentShown],
    asker: Viewer,
) -> None:
    if not asker.done or asker.about is None:
        return
    mine.notice = notice = Notice(asker.done, asker.about, in_place=asker.about in shown)
    row = comment_page.shown_comment(session, site.id, asker.about)
    if row is None or mine.author is None or row.author_id != mine.author.id:
        return
    thread = find_threads.thread_by_id(session, row.thread_id)
    wording = schemas.Wording(keys, site.id, thread.id, thread.url)
    notice.comment = wording.own(row, editable_until=None)
