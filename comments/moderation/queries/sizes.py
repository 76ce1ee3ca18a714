"""How many comments are in each queue, counted as far as anybody wants to know."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Uuid,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from comments.identity.sections import Sections
from comments.moderation.queries.lanes import LISTS, belongs
from comments.moderation.queries.parts import MOST_SORTED, Part, part_of
from comments.threads.models import Comment

MOST_COUNTED = 1_000
"""Queues are counted exactly up to here."""


def queue_sizes(session: Session, site_id: UUID, sections: Sections = None) -> dict[str, int]:
    """Return how many comments are in each queue; one more than MOST_COUNTED stands for "or more"."""
    if sections is None:
        return dict(session.execute(_SIZES, {"site_id": site_id}).all())
    part = part_of(session, site_id, sections)
    sizes: dict[str, int] = dict(session.execute(_sizes_of(part, not part.many_comments)).all())
    if part.many_comments and sizes["pending"] > MOST_SORTED - MOST_COUNTED:
        return dict(session.execute(_sizes_of(part, True)).all())
    # Of what is public only that is in another queue whose edit waits.
    return {"approved": MOST_COUNTED + 1, **sizes}


@lru_cache(maxsize=64)
def _sizes_of(part: Part, public_too: bool) -> CompoundSelect[*tuple[Any, ...]]:
    counted = [queue for queue in LISTS if public_too or queue != "approved"]
    return union_all(*(_counted(queue, part.counted(queue), part.is_by_page(queue)) for queue in counted))


def _counted(
    queue: str, conditions: Sequence[ColumnElement[bool]], by_page: bool = False
) -> Select[*tuple[Any, ...]]:
    some = select(Comment.id).where(*conditions)
    if not by_page:
        # In the index's order: else PostgreSQL may look for so many rows all through the table.
        some = some.order_by(Comment.created_at)
    counted = some.limit(MOST_COUNTED + 1).subquery()
    return select(literal(queue), func.count()).select_from(counted)


# Made once: to put it together takes longer than to answer it.
_SIZES = union_all(*(_counted(queue, belongs(bindparam("site_id", type_=Uuid()), queue)) for queue in LISTS))
