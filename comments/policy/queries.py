"""Questions about bans, about texts that are known already, and about where spam came from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session

from comments.policy.models import Ban, TextPrint
from comments.rules import Banned, Outcome

MOST_CANDIDATES = 200
"""Texts that share a mark are compared one by one; of a flood the newest are enough to know it."""

# Made once, and on the tables: both belong to every post, and putting them together takes longer than
# running them.
_BANS = cast(Table, Ban.__table__).c
_PRINTS = cast(Table, TextPrint.__table__).c
_STANDING = (
    select(_BANS.kind, _BANS.outcome)
    .where(
        _BANS.site_id == bindparam("site_id"),
        _BANS.subject.in_(bindparam("subjects", expanding=True)),
        or_(_BANS.until.is_(None), _BANS.until > bindparam("at")),
    )
    .order_by(_BANS.kind)
)
_PRINT: tuple[Any, ...] = (_PRINTS.comment_id, _PRINTS.sketch, _PRINTS.similar_group)
_SHARING_A_MARK = (
    select(*_PRINT)
    .where(
        _PRINTS.site_id == bindparam("site_id"),
        _PRINTS.mark.in_(bindparam("marks", expanding=True)),
        _PRINTS.created_at > bindparam("since"),
    )
    .order_by(_PRINTS.created_at.desc())
    .limit(MOST_CANDIDATES)
)


def standing_bans(
    session: Session, site_id: UUID, subjects: Sequence[str], at: datetime
) -> tuple[Banned, ...]:
    """Return the bans on these subjects that are not over."""
    rows = session.execute(_STANDING, {"site_id": site_id, "subjects": subjects, "at": at})
    return tuple(Banned(kind, Outcome(outcome)) for kind, outcome in rows)


def sharing_a_mark(
    session: Session, site_id: UUID, marks: Sequence[int], since: datetime
) -> Sequence[Row[Any]]:
    """Return comment_id, sketch and similar_group of texts that may be nearly the same, once a mark."""
    asked = {"site_id": site_id, "marks": marks, "since": since}
    return session.execute(_SHARING_A_MARK, asked).all()


def bans(
    session: Session, site_id: UUID, at: datetime, *, after: tuple[datetime, UUID] | None = None, limit: int
) -> Sequence[Ban]:
    """Return a site's bans that are not over, the newest first, from after the one with that time and id."""
    query = select(Ban).where(Ban.site_id == site_id, or_(Ban.until.is_(None), Ban.until > at))
    if after is not None:
        query = query.where(tuple_(Ban.created_at, Ban.id) < after)
    return session.scalars(query.order_by(Ban.created_at.desc(), Ban.id.desc()).limit(limit)).all()
