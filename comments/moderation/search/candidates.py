"""What of the comments that an index of terms names is in a queue and a stretch of time, on each database."""

from typing import Any

from sqlalchemy import CTE, FromClause, Select, and_, false, func, select, true

from comments.moderation.queue.index_ranges import IndexRange
from comments.moderation.search.effort import SearchRequest
from comments.moderation.search.models import CommentTerms
from comments.threads.models import Comment


def fitting_on_sqlite(request: SearchRequest, stretch: IndexRange, asked: CTE) -> Select[*tuple[Any, ...]]:
    """Return what fits of the comments that have been asked for, of which there are few.

    SQLite would rather walk along all comments of the site, in order, and look for each among them. It
    keeps to the order of outer joins, unless it can tell that no row is missing: of a function it cannot.
    """
    comments: FromClause = asked
    comment_id: Any = asked.c.get("comment_id")
    if comment_id is None:
        comments = asked.join(CommentTerms, CommentTerms.number == asked.c.number, isouter=True)
        comment_id = CommentTerms.comment_id
    return (
        select(Comment.id, Comment.created_at)
        .select_from(comments.join(Comment, Comment.id == comment_id, isouter=True))
        .where(func.coalesce(and_(*request.conditions(), *stretch.holds()), false()))
        .order_by(*stretch.order())
    )


def fitting_on_postgresql(
    request: SearchRequest, stretch: IndexRange, asked: CTE
) -> Select[*tuple[Any, ...]]:
    """Return what fits of the comments that have been asked for, of which there are few.

    PostgreSQL takes words for more frequent than they are, and would read all of the time looked at, or
    of the site. A limit keeps it to one look for each.
    """
    one = (
        select(Comment.id, Comment.created_at)
        .where(Comment.id == asked.c.comment_id, *request.conditions(), *stretch.holds())
        .limit(1)
        .lateral()
    )
    found = select(one.c.id, one.c.created_at).select_from(asked.join(one, true()))
    return found.order_by(*stretch.order(one.c))
