"""From a question about a discussion to the answer that is sent, on one snapshot."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.authors import KnownAuthor
from comments.keys import Keyring
from comments.threads import wire
from comments.threads.actions.own_comments import editable_until
from comments.threads.cursors import read_cursor
from comments.threads.errors import CommentUnknown, CursorRefused
from comments.threads.page_keys import PageKeys
from comments.threads.queries import finding, own, paging
from comments.threads.queries.paging import Sort, Window
from comments.threads.requests import RepliesQuery, ThreadQuery
from comments.threads.site_card import SiteCard

FORWARD, BACKWARD = 0, 1


def thread_answer(
    session: Session, keys: Keyring, site: SiteCard, page: PageKeys, query: ThreadQuery
) -> tuple[wire.ThreadAnswer, finding.ThreadRow | None]:
    """Return a page of a discussion and its thread's row; None if nobody has written there.

    Raises CursorRefused, and CommentUnknown for `around` a comment that is not shown here.
    """
    sort = query.sort or cast(Sort, site.settings.sort)
    thread = finding.thread_by_keys(session, site.id, page)
    if thread is None:
        if query.around is not None:
            raise CommentUnknown("There is no discussion on this page yet.")
        if query.cursor is not None:
            raise CursorRefused("This cursor was made for another place, or not here at all.")
        return wire.ThreadAnswer(wire.unopened_thread(page.url, site), sort, [], None), None
    wording = wire.Wording(keys, site.id, thread.id, thread.url)
    window = Window(sort, query.limit)
    if query.around is not None:
        target = paging.shown_comment(session, site.id, query.around)
        if target is None or target.thread_id != thread.id or not target.listed:
            raise CommentUnknown("This comment is not here any more.")
        part = paging.page_around(session, thread.id, target, window)
    else:
        if query.cursor is not None:
            window = _at_cursor(window, wording, query.cursor)
        part = paging.comment_page(session, thread.id, window)
    _learn(session, wording, [*part.tops, *part.replies])
    answer = wire.ThreadAnswer(wire.thread_shown(thread, site), sort, wording.nested(part), None)
    answer.next = _cursor(wording, sort, FORWARD, part.next)
    if query.around is not None or query.cursor is not None:
        answer.previous = _cursor(wording, sort, BACKWARD, part.previous)
    return answer, thread


def replies_answer(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, query: RepliesQuery
) -> tuple[wire.RepliesAnswer, finding.ThreadRow]:
    """Return replies below a comment, flat and in reading order, and their thread's row.

    Raises CommentUnknown unless the comment is shown, CursorRefused.
    """
    comment = paging.shown_comment(session, site.id, comment_id)
    if comment is None or not comment.listed:
        raise CommentUnknown("There is no such comment.")
    thread = finding.thread_by_id(session, comment.thread_id)
    wording = wire.Wording(keys, site.id, thread.id, thread.url)
    place = f"below/{comment.id}"
    after = None
    if query.cursor is not None:
        (after,) = read_cursor(keys, f"{site.id}/{thread.id}/{place}", query.cursor)
    rows, end = paging.replies_page(session, comment, after=after, limit=query.limit)
    _learn(session, wording, [*rows, comment])
    shown = [wording.comment(row) for row in rows]
    end_cursor = wording.cursor(place, None if end is None else (end,))
    return wire.RepliesAnswer(shown, comment.reply_total, end_cursor), thread


def comment_answer(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, author: KnownAuthor | None
) -> tuple[wire.CommentAnswer, finding.ThreadRow]:
    """Return one comment with what it stands under. Raises CommentUnknown unless public or one's own."""
    row = paging.shown_comment(session, site.id, comment_id)
    is_own = row is not None and author is not None and row.author_id == author.id
    if row is None or (row.state != "approved" and not (is_own and row.state in {"pending", "spam"})):
        raise CommentUnknown("There is no such comment.")
    thread = finding.thread_by_id(session, row.thread_id)
    wording = wire.Wording(keys, site.id, thread.id, thread.url)
    above = paging.rows_above(session, row)
    _learn(session, wording, [*above, row])
    if is_own:
        until = editable_until(site.settings.edit_window, row)
        shown = wording.own(
            row, editable_until=until, revision=own.revisions_of(session, [row.id]).get(row.id)
        )
    else:
        shown = wording.comment(row)
    ancestors = [wording.comment(one) for one in above]
    return wire.CommentAnswer(wire.thread_shown(thread, site), ancestors, shown), thread


def waiting_shown(
    session: Session, keys: Keyring, site: SiteCard, author: KnownAuthor, thread: finding.ThreadRow
) -> list[wire.CommentShown]:
    """Return what the author alone sees in a thread, the oldest first."""
    rows = own.waiting_comments(session, author.id, thread.id)
    wording = wire.Wording(keys, site.id, thread.id, thread.url)
    wording.names.update(paging.names_of(session, [row.parent_id for row in rows if row.parent_id]))
    return [wording.own(row, editable_until=None) for row in rows]


def _learn(session: Session, wording: wire.Wording, rows: Sequence[paging.CommentRow]) -> None:
    if missing := wording.learn_names(rows, rows):
        wording.names.update(paging.names_of(session, missing))


def _cursor(wording: wire.Wording, sort: Sort, way: int, position: paging.Position | None) -> str | None:
    return None if position is None else wording.cursor(sort, (way, *position))


def _at_cursor(window: Window, wording: wire.Wording, cursor: str) -> Window:
    place = f"{wording.site_id}/{wording.thread_id}/{window.sort}"
    way, *packed = read_cursor(wording.keys, place, cursor)
    position = tuple(packed)
    return replace(window, after=position) if way == FORWARD else replace(window, before=position)
