"""The shapes of whole discussions on the wire, as moderators see and change them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import Row
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.moderation.queue.comments import thread_wanted
from comments.threads.actions.settings import LONGEST_PAUSE_SECONDS, ThreadWish
from comments.threads.errors import ThreadUnknown
from comments.threads.queries.moderated_threads import keys_to, moderated_comment, moderated_threads
from comments.threads.site_card import SiteCard

Page = Annotated[str, Meta(min_length=1, max_length=2_000)]


class PageAsked(msgspec.Struct):
    """Which page: its URL, its path on the site, its identifier, or its thread's id."""

    page: Page


class ThreadBody(msgspec.Struct, forbid_unknown_fields=True):
    """What to set; what is left out stays.

    What is `kept_open` takes comments whatever its age, where a site closes discussions by that; `open` lets
    its age close it again. With `url` the page is at another address from now on; the old one leads to its
    discussion still. `hold_all` has every guest's comment on the page wait; so many `slow_seconds` after a
    comment its author cannot write the next one there, and 0 ends that.
    """

    state: Literal["open", "closed", "kept_open"] | None = None
    hold_all: bool | None = None
    slow_seconds: Annotated[int, Meta(ge=0, le=LONGEST_PAUSE_SECONDS)] | None = None
    url: Page | None = None

    def wish(self) -> ThreadWish:
        return ThreadWish(self.state, self.hold_all, self.slow_seconds, self.url)


class MergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """The page whose discussion all comments go to: its URL, path, identifier, or its thread's id."""

    into: Page


class MoveBody(msgspec.Struct, forbid_unknown_fields=True):
    """Where a comment is to go: under the comment `parent_id`, else to the top of the discussion of `page`.

    Without `page` it stays in its own one.
    """

    page: Page | None = None
    parent_id: UUID | None = None


class KeyShown(msgspec.Struct):
    """What leads to a discussion: a normalised `url`, or an `identifier`."""

    kind: str
    key: str


class ThreadModerated(msgspec.Struct):
    """A discussion with all that is set for it.

    `state` is what a moderator has set, `shown_state` what readers see: a site can be closed as a whole, and
    close its discussions by their age, this one at `closes_at` unless it is `kept_open`.
    """

    id: UUID
    url: str
    identifier: str | None
    title: str | None
    state: str
    shown_state: str
    closes_at: datetime | None
    hold_all: bool
    slow_seconds: int
    comment_count: int
    version: int
    keys: list[KeyShown]


class MovedAnswer(msgspec.Struct):
    """How many comments were `moved`, and the discussion they are in now."""

    moved: int
    thread: ThreadModerated


class UndoThreadBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which decision about a discussion, by the `undo` of its entry in `moderation/log`."""

    number: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class ThreadUndone(msgspec.Struct):
    """The log's entry that says so: its `number`, and in `facts` what is so `after` that."""

    number: int
    decision: str
    thread_id: UUID
    facts: dict[str, Any]


def thread_moderated(
    session: Session, site: SiteCard, thread_id: UUID, sections: Sections
) -> ThreadModerated:
    """Return a discussion. Raises ThreadUnknown."""
    (row,) = moderated_threads(session, site.id, [thread_id], sections)
    return _shown(site, row, [KeyShown(one.kind, one.key) for one in keys_to(session, row.id)])


def page_moderated(session: Session, site: SiteCard, page: str, sections: Sections) -> ThreadModerated:
    """Return the discussion of a page. Raises ThreadUnknown, Invalid for a URL that no page can have."""
    return thread_moderated(session, site, thread_of_page(session, site.id, page), sections)


def thread_of_comment(
    session: Session, site: SiteCard, comment_id: UUID, sections: Sections
) -> ThreadModerated:
    """Return the discussion that a comment is in. Raises CommentUnknown."""
    comment = moderated_comment(session, site.id, comment_id, sections)
    return thread_moderated(session, site, comment.thread_id, sections)


def thread_of_page(session: Session, site_id: UUID, page: str) -> UUID:
    """Return the id of a page's thread. Raises ThreadUnknown, Invalid for a URL that no page can have."""
    thread_id = thread_wanted(session, site_id, page)
    if thread_id is None:
        raise ThreadUnknown("Nobody has written on this page.")
    return thread_id


def _shown(site: SiteCard, row: Row[Any], keys: list[KeyShown]) -> ThreadModerated:
    return ThreadModerated(
        id=row.id,
        url=row.url,
        identifier=row.identifier,
        title=row.title,
        state=row.state,
        shown_state=site.state_of(row),
        closes_at=site.closes_at(row),
        hold_all=row.hold_all,
        slow_seconds=row.slow_seconds,
        comment_count=row.comment_count,
        version=row.version,
        keys=keys,
    )
