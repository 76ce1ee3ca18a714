"""From a question about a discussion to the answer that is sent, on one snapshot."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.actors import KnownAuthor
from comments.keys import Keyring
from comments.threads.actions.own_comments import editable_until
from comments.threads.addresses.page_keys import PageKeys
from comments.threads.errors import CommentUnknown, CursorRefused
from comments.threads.order.cursors import read_cursor
from comments.threads.queries import comment_page, find_threads, own_comments
from comments.threads.queries.comment_page import Sort, Window
from comments.threads.requests import RepliesQuery, ThreadQuery
from comments.threads.site_card import SiteCard
from comments.threads.views import schemas

FORWARD, BACKWARD = 0, 1


def thread_answer(
    session: Session, keys: Keyring, site: SiteCard, page: PageKeys, query: ThreadQuery
) -> tuple[schemas.ThreadAnswer, find_threads.ThreadRow | None]:
    """Return a page of a discussion and its thread's row; None if nobody has written there.

    Raises CursorRefused, and CommentUnknown for `around` a comment that is not shown here.
    """
    sort = query.sort or cast(Sort, site.settings.sort)
    thread = find_threads.thread_by_keys(session, site.id, page)
    if thread is None:
        if query.around is not None:
            raise CommentUnknown("There is no discussion on this page yet.")
        if query.cursor is not None:
            raise CursorRefused("This cursor was made for another place, or not here at all.")
        return schemas.ThreadAnswer(schemas.unopened_thread(page.url, site), sort, [], None), None
    wording = schemas.Wording(keys, site.id, thread.id, thread.url)
    window = Window(sort, query.limit)
    if query.around is not None:
        target = comment_page.shown_comment(session, site.id, query.around)
        if target is None or target.thread_id != thread.id or not target.listed:
            raise CommentUnknown("This comment is not here any more.")
        part = comment_page.page_around(session, thread.id, target, window)
    else:
        if query.cursor is not None:
            window = _at_cursor(window, wording, query.cursor)
        part = comment_page.comment_page(session, thread.id, window)
    _learn(session, wording, [*part.tops, *part.replies])
    answer = schemas.ThreadAnswer(schemas.thread_shown(thread, site), sort, wording.nested(part), None)
    answer.next = _cursor(wording, sort, FORWARD, part.next)
    if query.around is not None or query.cursor is not None:
        answer.previous = _cursor(wording, sort, BACKWARD, part.previous)
    return answer, thread


def replies_answer(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, query: RepliesQuery
) -> tuple[schemas.RepliesAnswer, find_threads.ThreadRow]:
    """Return replies below a comment, flat and in reading order, and their thread's row.

    Raises CommentUnknown unless the comment is shown, CursorRefused.
    """
    comment = comment_page.shown_comment(session, site.id, comment_id)
    if comment is None or not comment.listed:
        raise CommentUnknown("There is no such comment.")
    thread = find_threads.thread_by_id(session, comment.thread_id)
    wording = schemas.Wording(keys, site.id, thread.id, thread.url)
    place = f"below/{comment.id}"
    after = None
    if query.cursor is not None:
        (after,) = read_cursor(keys, f"{site.id}/{thread.id}/{place}", query.cursor)
    rows, end = comment_page.replies_page(session, comment, after=after, limit=query.limit)
    _learn(session, wording, [*rows, comment])
    shown = [wording.comment(row) for row in rows]
    end_cursor = wording.cursor(place, None if end is None else (end,))
    return schemas.RepliesAnswer(shown, comment.reply_total, end_cursor), thread


def comment_answer(
    session: Session, keys: Keyring, site: SiteCard, comment_id: UUID, author: KnownAuthor | None
) -> tuple[schemas.CommentAnswer, find_threads.ThreadRow]:
    """Return one comment with what it stands under. Raises CommentUnknown unless public or one's own."""
    row = comment_page.shown_comment(session, site.id, comment_id)
    is_own = row is not None and author is not None and row.author_id == author.id
    if row is None or (row.state != "approved" and not (is_own and row.state in {"pending", "spam"})):
        raise CommentUnknown("There is no such comment.")
    thread = find_threads.thread_by_id(session, row.thread_id)
    wording = schemas.Wording(keys, site.id, thread.id, thread.url)
    above = comment_page.rows_above(session, row)
    _learn(session, wording, [*above, row])
    if is_own:
        until = editable_until(site.settings.edit_window, row)
        shown = wording.own(
            row, editable_until=until, revision=own_comments.revisions_of(session, [row.id]).get(row.id)
        )
    else:
        shown = wording.comment(row)
    ancestors = [wording.comment(one) for one in above]
    return schemas.CommentAnswer(schemas.thread_shown(thread, site), ancestors, shown), thread


def waiting_shown(
    session: Session, keys: Keyring, site: SiteCard, author: KnownAuthor, thread: find_threads.ThreadRow
) -> list[schemas.CommentShown]:
    """Return what the author alone sees in a thread, the oldest first."""
    rows = own_comments.waiting_comments(session, author.id, thread.id)
    wording = schemas.Wording(keys, site.id, thread.id, thread.url)
    wording.names.update(comment_page.names_of(session, [row.parent_id for row in rows if row.parent_id]))
    return [wording.own(row, editable_until=None) for row in rows]


def _learn(session: Session, wording: schemas.Wording, rows: Sequence[comment_page.CommentRow]) -> None:
    if missing := wording.learn_names(rows, rows):
        wording.names.update(comment_page.names_of(session, missing))


def _cursor(
    wording: schemas.Wording, sort: Sort, way: int, position: comment_page.Position | None
) -> str | None:
    return None if position is None else wording.cursor(sort, (way, *position))


def _at_cursor(window: Window, wording: schemas.Wording, cursor: str) -> Window:
    place = f"{wording.site_id}/{wording.thread_id}/{window.sort}"
    way, *packed = read_cursor(wording.keys, place, cursor)
    position = tuple(packed)
    return replace(window, after=position) if way == FORWARD else replace(window, before=position)
