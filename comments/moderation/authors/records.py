"""What moderators have to know of an author at a glance: how their comments fared, and their bans."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.policy.models import Ban
from comments.threads.models import Comment

STATES = ("approved", "pending", "removed", "spam")
MOST_COUNTED = 1_000
"""An author's comments are counted exactly up to here; one more stands for "or more"."""


@dataclass(frozen=True, slots=True)
class AuthorStanding:
    """`counts` by state, and until when each ban of them as an author lasts; None is for good."""

    counts: dict[str, int] = field(default_factory=dict)
    bans: tuple[datetime | None, ...] = ()

    def is_banned(self, at: datetime) -> bool:
        return any(until is None or until > at for until in self.bans)


def author_standings(session: Session, author_ids: Collection[UUID]) -> dict[UUID, AuthorStanding]:
    """Return how these authors stand, each of them."""
    if not author_ids:
        return {}
    found: dict[UUID, AuthorStanding] = {}
    for author_id, *numbers, ban_id, until in session.execute(_STANDINGS, {"author_ids": list(author_ids)}):
        known = found.get(author_id) or AuthorStanding(dict(zip(STATES, numbers, strict=True)))
        found[author_id] = replace(known, bans=(*known.bans, until)) if ban_id else known
    return found


def _count(state: str) -> ScalarSelect[Any]:
    some = (
        select(literal_column("1").label("one"))
        .where(Comment.author_id == Author.id, Comment.state == state)
        .limit(MOST_COUNTED + 1)
        .correlate(Author)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


# Made once: to put it together takes longer than to answer it.
_STANDINGS: Select[*tuple[Any, ...]] = (
    select(Author.id, *(_count(state).label(state) for state in STATES), Ban.id, Ban.until)
    .outerjoin(Ban, (Ban.author_id == Author.id) & (Ban.kind == "author"))
    .where(Author.id.in_(bindparam("author_ids", expanding=True)))
)
