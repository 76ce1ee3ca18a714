"""What moderators have to know of an author at a glance: how their comments fared, and their bans."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ScalarSelect, func, literal_column, select
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.policy.models import Ban
from comments.threads.models import Comment

STATES = ("approved", "pending", "removed", "spam")
MOST_COUNTED = 1_000
"""An author's comments are counted exactly up to here; one more stands for "or more"."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`counts` by state, and until when each ban of them as an author lasts; None is for good."""

    counts: dict[str, int] = field(default_factory=dict)
    bans: tuple[datetime | None, ...] = ()

    def is_banned(self, at: datetime) -> bool:
        return any(until is None or until > at for until in self.bans)


def author_standings(session: Session, author_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Return how these authors stand, each of them."""
    if not author_ids:
        return {}
    counted = select(Author.id, *(_count(state).label(state) for state in STATES))
    counts = {
        row.id: {state: getattr(row, state) for state in STATES}
        for row in session.execute(counted.where(Author.id.in_(author_ids)))
    }
    bans: dict[UUID, list[datetime | None]] = {}
    for author_id, until in session.execute(
        select(Ban.author_id, Ban.until).where(Ban.author_id.in_(author_ids), Ban.kind == "author")
    ):
        bans.setdefault(cast(UUID, author_id), []).append(until)
    return {one: Standing(found, tuple(bans.get(one, ()))) for one, found in counts.items()}


def _count(state: str) -> ScalarSelect[Any]:
    some = (
        select(literal_column("1").label("one"))
        .where(Comment.author_id == Author.id, Comment.state == state)
        .limit(MOST_COUNTED + 1)
        .correlate(Author)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()
