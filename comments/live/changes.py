"""From a version that a reader has seen to the news since, on one snapshot, encoded once for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row
from sqlalchemy.orm import Session

from comments.keys import Keyring
from comments.live.schemas import GoneShown, NumbersShown, PageChanged, Reset
from comments.threads.addresses.page_keys import PageKeys, check_page_origin
from comments.threads.queries import comment_page, find_threads
from comments.threads.queries.changes import changes_since
from comments.threads.site_card import SiteCard
from comments.threads.views import schemas

MOST_CHANGES = 200
MOST_BYTES = 256 * 1024
"""Of news told together; what is more is better asked for page by page."""

_PAGE = b'{"page":0,'


@dataclass(frozen=True, slots=True)
class ChangesQuestion:
    """What one stream listens to: pages of a site, and the versions seen of them (None: as they are now)."""

    site: SiteCard
    pages: Sequence[PageKeys]
    seen: Sequence[int] | None


@dataclass(frozen=True, slots=True)
class PageChanges:
    """What is new on a page at `version`: nothing without `kind`, and nobody has written without `thread_id`.

    `rest` is the event's JSON after the page's number, which is each stream's own.
    """

    thread_id: UUID | None
    version: int
    kind: str = ""
    rest: bytes = b""

    def event(self, page: int, stream_id: str) -> bytes:
        """Return the event as it is sent to a stream that knows this page by that number."""
        head = f'id: {stream_id}\nevent: {self.kind}\ndata: {{"page":{page},'
        return head.encode() + self.rest


def news_of_pages(session: Session, keys: Keyring, asked: ChangesQuestion) -> list[PageChanges]:
    """Return the news of each page. Raises PageRefused for one that can never have comments here."""
    found: list[PageChanges] = []
    for number, page in enumerate(asked.pages):
        since = asked.seen[number] if asked.seen else None
        room = MOST_BYTES - sum(len(one.rest) for one in found)
        found.append(_news_of_page(session, keys, asked.site, page, since, room))
    return found


def news_of_thread(
    session: Session, keys: Keyring, site: SiteCard, thread_id: UUID, since: int, room: int
) -> PageChanges | None:
    """Return the news of a thread after the version `since`; None if it is not there any more.

    What is more than `room`, in bytes, is better asked for page by page.
    """
    thread = find_threads.thread_if_any(session, thread_id)
    if thread is None:
        return None
    return _news(session, keys, site, thread, since, min(room, MOST_BYTES))


def _news_of_page(
    session: Session, keys: Keyring, site: SiteCard, page: PageKeys, since: int | None, room: int
) -> PageChanges:
    thread = find_threads.thread_by_keys(session, site.id, page)
    if thread is None:
        check_page_origin(page, site.origins)
        if since:
            shown = schemas.unopened_thread(page.url, site)
            return PageChanges(None, 0, "reset", _rest(Reset(0, shown)))
        return PageChanges(None, 0)
    if since is None:
        return PageChanges(thread.id, thread.version)
    return _news(session, keys, site, thread, since, room)


def _news(
    session: Session, keys: Keyring, site: SiteCard, thread: find_threads.ThreadRow, since: int, room: int
) -> PageChanges:
    if since == thread.version:
        return PageChanges(thread.id, thread.version)
    shown = schemas.thread_shown(thread, site)
    if thread.recorded_from <= since < thread.version:
        rows = changes_since(session, thread.id, since, MOST_CHANGES + 1)
        if not rows:
            return PageChanges(thread.id, thread.version)
        if len(rows) <= MOST_CHANGES:
            wording = schemas.Wording(keys, site.id, thread.id, thread.url)
            rest = _rest(_changed(session, wording, shown, rows, since))
            if len(rest) <= room:
                return PageChanges(thread.id, thread.version, "change", rest)
    return PageChanges(thread.id, thread.version, "reset", _rest(Reset(0, shown)))


def _changed(
    session: Session,
    wording: schemas.Wording,
    shown: schemas.ThreadShown,
    rows: Sequence[Row[Any]],
    since: int,
) -> PageChanged:
    listed = [row for row in rows if row.listed]
    changed = [row for row in listed if row.content_version > since]
    if missing := wording.learn_names(changed, listed):
        wording.names.update(comment_page.names_of(session, missing))
    return PageChanged(
        0,
        shown,
        [wording.comment(row) for row in changed],
        [
            NumbersShown(one.id, one.score, one.upvotes, one.downvotes, one.replies.total)
            for one in (wording.comment(row) for row in listed if row.content_version <= since)
        ],
        [GoneShown(row.id, schemas.public_state(row.state)) for row in rows if not row.listed],
    )


def _rest(event: PageChanged | Reset) -> bytes:
    return msgspec.json.encode(event).removeprefix(_PAGE) + b"\n\n"
