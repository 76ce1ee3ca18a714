"""How far decisions about all of a search have come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, select
from sqlalchemy.orm import Session

from comments.identity.queries import Moderator
from comments.moderation.sweeps.models import Run

_GOING_ON = ("running", "undoing")


@dataclass(frozen=True, slots=True)
class RunNow:
    """A run as it stands. `reached` is up to where the list is done, newest first."""

    id: UUID
    site_id: UUID
    account_id: UUID
    choice: str
    asked: str
    state: str
    reached_at: datetime
    reached_id: UUID
    decided: int
    left: int

    @property
    def goes_on(self) -> bool:
        return self.state in _GOING_ON


_COLUMNS: tuple[Any, ...] = (
    Run.id,
    Run.site_id,
    Run.account_id,
    Run.choice,
    Run.asked,
    Run.state,
    Run.reached_at,
    Run.reached_id,
    Run.decided,
    Run.left,
)


def run_now(session: Session, run_id: UUID) -> RunNow | None:
    """Return how far a run is, None if it is forgotten."""
    row = session.execute(select(*_COLUMNS).where(Run.id == run_id)).one_or_none()
    return RunNow(*row) if row else None


def own_run(session: Session, moderator: Moderator, run_id: UUID) -> RunNow | None:
    """Return a run of this moderator on this site."""
    found = run_now(session, run_id)
    if found is None or (found.site_id, found.account_id) != (moderator.site_id, moderator.account_id):
        return None
    return found


def going_on(site_id: BindParameter[UUID], account_id: BindParameter[UUID]) -> Select[tuple[UUID]]:
    """Return the query for a moderator's last run if it is still going on."""
    last = (
        select(Run.id, Run.state)
        .where(Run.site_id == site_id, Run.account_id == account_id)
        .order_by(Run.made_at.desc())
        .limit(1)
        .subquery()
    )
    return select(last.c.id).where(last.c.state.in_(_GOING_ON))
