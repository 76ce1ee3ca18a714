"""How many comments are in each queue, counted as far as anybody wants to know."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Row, Select, Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.moderation.queue.index_ranges import LISTS, belongs
from comments.moderation.queue.sections import MOST_SORTED, ModeratedPart, part_of
from comments.threads.models import Comment

MOST_COUNTED = 1_000
"""Queues are counted exactly up to here."""

SITE = bindparam("site_id", type_=Uuid())
"""Which site is asked about, in statements that are made once."""


def queue_sizes(session: Session, site_id: UUID, sections: Sections = None) -> dict[str, int]:
    """Return how many comments are in each queue; one more than MOST_COUNTED stands for "or more"."""
    part = part_of(session, site_id, sections)
    asked = _sizes(part.if_a_part, not part.many_comments)
    return sizes_in(session, part, session.execute(asked, {"site_id": site_id}).one())


def size_columns(part: ModeratedPart | None, public_too: bool) -> list[Label[Any]]:
    """Return a column for each queue: how many of the part's comments are in it, None being all of `SITE`.

    `public_too` is false for a part with many comments: those are public, apart from what waits or was taken
    out, and need not be counted.
    """
    return [
        _counted(part.counted(queue), part.is_by_page(queue)).label(queue)
        if part
        else _counted(belongs(SITE, queue)).label(queue)
        for queue in LISTS
        if public_too or queue != "approved"
    ]


def sizes_in(session: Session, part: ModeratedPart, row: Row[Any]) -> dict[str, int]:
    """Return the sizes that stand in the `size_columns` of a row, as `queue_sizes` does."""
    sizes: dict[str, int] = {queue: row._mapping[queue] for queue in LISTS if queue in row._fields}
    if "approved" not in sizes and sizes["pending"] > MOST_SORTED - MOST_COUNTED:
        # Of what is public only that is in another queue whose edit waits.
        return sizes_in(session, part, session.execute(_sizes(part, True)).one())
    return {"approved": MOST_COUNTED + 1, **sizes}


# Made once: to put it together takes longer than to answer it.
@lru_cache(maxsize=64)
def _sizes(part: ModeratedPart | None, public_too: bool) -> Select[*tuple[Any, ...]]:
    return select(*size_columns(part, public_too))


def _counted(conditions: Sequence[ColumnElement[bool]], by_page: bool = False) -> Any:
    some = select(Comment.id).where(*conditions)
    if not by_page:
        # In the index's order: else PostgreSQL may look for so many rows all through the table.
        some = some.order_by(Comment.created_at)
    return select(func.count()).select_from(some.limit(MOST_COUNTED + 1).subquery()).scalar_subquery()
