"""The newest public comments of a discussion or a site, each with its page."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from comments.threads.models import Comment, Thread
from comments.threads.queries.comment_page import SHOWN

MOST_ENTRIES = 50

_WITH_PAGE: tuple[Any, ...] = (
    *SHOWN,
    Comment.thread_id,
    Thread.url.label("thread_url"),
    Thread.title.label("thread_title"),
    Thread.title_confirmed,
)


def newest_of_thread(session: Session, thread_id: UUID) -> Sequence[Row[Any]]:
    """Return the newest public comments of a discussion at any depth, the newest first."""
    return _newest(session, _comments().where(Comment.thread_id == thread_id, Comment.state == "approved"))


def newest_of_site(session: Session, site_id: UUID) -> Sequence[Row[Any]]:
    """Return a site's newest public comments, the newest first.

    One whose edit waits for a moderator is left out until that is decided: it stands in another range of the
    index, among all that waits.
    """
    return _newest(session, _comments().where(Comment.site_id == site_id, Comment.queue == "approved"))


def _comments() -> Select[*tuple[Any, ...]]:
    # Every comment has a page. An outer join keeps SQLite to the order of the index: else it may take all
    # comments of each page of the site, and sort them.
    return select(*_WITH_PAGE).outerjoin(Thread, Thread.id == Comment.thread_id)


def _newest(session: Session, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[Any]]:
    in_order = statement.order_by(Comment.created_at.desc(), Comment.id.desc())
    return session.execute(in_order.limit(MOST_ENTRIES)).all()
