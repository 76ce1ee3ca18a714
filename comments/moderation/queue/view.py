"""A list of the desk as it is opened: all that stands on the page, read on one snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from msgspec import structs
from sqlalchemy.orm import Session

from comments.errors import Invalid
from comments.identity.accounts.queries import Moderator
from comments.moderation import schemas
from comments.moderation.audit.history import LogEntry, log
from comments.moderation.authors.profile import Profile, profile
from comments.moderation.queue.changes import View
from comments.moderation.queue.comments import JudgedPage, held_comments
from comments.moderation.queue.desk import Order, QueueSummary, desk
from comments.moderation.queue.index_ranges import Position
from comments.moderation.queue.page_context import QueueContext, queue_context
from comments.moderation.queue.requests import wish_of
from comments.moderation.search.terms import read_id


@dataclass(frozen=True, slots=True)
class OpenedQueue:
    """`queue_context` says from where on something is new; `refused` why there is no list."""

    queue_context: QueueContext
    page: JudgedPage
    desk: QueueSummary
    person: Profile | None
    last: LogEntry | None
    """The newest decision, where the list is empty."""
    refused: Invalid | None = None


@dataclass(frozen=True, slots=True)
class OpeningRequest:
    """What is opened: a list from a position on. `done` names the order that the page tells of."""

    moderator: Moderator
    query: schemas.QueueQuery
    after: tuple[Any, ...] | None
    done: Order | None
    at: datetime


def view_of(moderator: Moderator, state: str) -> View:
    """Return what somebody's desk shows of a queue."""
    return View(moderator.site_id, None if state == "all" else state, moderator.sections)


def may_take_long(moderator: Moderator, query: schemas.QueueQuery) -> bool:
    """Whether a list may be a search, which is not for the event loop."""
    return not query.alike and bool(query.q or query.author or query.page or moderator.sections is not None)


def listed(
    session: Session, moderator: Moderator, query: schemas.QueueQuery, after: tuple[Any, ...] | None
) -> JudgedPage:
    """Return a page of the list that is asked for. Raises SearchUnclear, Invalid for an impossible URL."""
    wish = wish_of(session, moderator, query)
    return held_comments(session, moderator.site_id, wish, after=cast(Any, after), limit=query.limit)


def opened(session: Session, opening: OpeningRequest) -> OpenedQueue:
    """Return a list of the desk with what stands around it."""
    moderator, query = opening.moderator, opening.query
    page, refused = JudgedPage([], None), None
    try:
        page = listed(session, moderator, structs.replace(query, grouped=True), opening.after)
    except Invalid as unclear:
        refused = unclear
    author_id = read_id(query.author)
    person = profile(session, moderator, author_id, at=opening.at) if author_id else None
    last: Sequence[LogEntry] = ()
    if not page.comments:
        last, _ = log(session, moderator.site_id, limit=1, sections=moderator.sections)
    view = view_of(moderator, query.state)
    beside = queue_context(session, moderator, view.queue, newest=_newest_shown(opening, page))
    return OpenedQueue(
        beside,
        page,
        desk(session, moderator, opening.done, beside.sizes),
        person,
        last[0] if last else None,
        refused,
    )


def _newest_shown(opening: OpeningRequest, page: JudgedPage) -> Position | None:
    """Return the place of the newest comment of a queue where it is on the page."""
    query = opening.query
    is_narrowed = query.q or query.author or query.page or query.alike
    if not page.comments or opening.after is not None or is_narrowed or query.sort != "newest":
        return None
    row = page.comments[0].row
    return row.created_at, row.id
