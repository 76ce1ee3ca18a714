"""What stands around a list of the desk, asked at once: each statement costs more than its answer."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, literal, select, true
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.moderation.models import LogHead
from comments.moderation.queue.index_ranges import IndexRange, Position, along, segments
from comments.moderation.queue.sections import ModeratedPart, part_of
from comments.moderation.queue.sizes import SITE, size_columns, sizes_in
from comments.moderation.sweeps.queries import going_on

_ACCOUNT = bindparam("account_id", type_=Uuid())


@dataclass(frozen=True, slots=True)
class QueueContext:
    """`sizes` as `queue_sizes` has them; the `number` of the log's last entry, 0 for a log that has none.

    `newest` is the place of the newest comment of the queue, `run` what of this moderator's still goes on.
    """

    sizes: dict[str, int]
    number: int
    newest: Position | None
    run: UUID | None


def queue_context(
    session: Session, moderator: Moderator, queue: str | None, *, newest: Position | None = None
) -> QueueContext:
    """Return what stands around a queue, None being all; its `newest` is looked for unless it is known."""
    part = part_of(session, moderator.site_id, moderator.sections)
    asked = _context_select(part.if_a_part, queue, not part.many_comments, newest is None)
    values = {"site_id": moderator.site_id, "account_id": moderator.account_id}
    row = session.execute(asked, values).one()
    if newest is None and row.newest_id is not None:
        newest = row.newest_at, row.newest_id
    return QueueContext(sizes_in(session, part, row), row.number or 0, newest, row.run)


# Made once: to put it together takes longer than to answer it.
@lru_cache(maxsize=64)
def _context_select(
    part: ModeratedPart | None, queue: str | None, public_too: bool, newest_too: bool
) -> Select[*tuple[Any, ...]]:
    number = select(LogHead.number).where(LogHead.site_id == SITE).scalar_subquery()
    run = going_on(SITE, _ACCOUNT).scalar_subquery()
    asked = select(*size_columns(part, public_too), number.label("number"), run.label("run"))
    if not newest_too:
        return asked
    walk = along(part.segments(queue) if part else segments(SITE, queue), IndexRange(), 1).subquery()
    # An empty queue has no newest comment, and is told of all the same.
    always = select(literal(1)).subquery()
    return asked.add_columns(walk.c.created_at.label("newest_at"), walk.c.id.label("newest_id")).select_from(
        always.outerjoin(walk, true())
    )
