"""How far decisions about all of a search have come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.moderation.sweeps.models import Sweep

_GOING_ON = ("running", "undoing")


@dataclass(frozen=True, slots=True)
class SweepState:
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
    Sweep.id,
    Sweep.site_id,
    Sweep.account_id,
    Sweep.choice,
    Sweep.asked,
    Sweep.state,
    Sweep.reached_at,
    Sweep.reached_id,
    Sweep.decided,
    Sweep.left,
)


def run_now(session: Session, run_id: UUID) -> SweepState | None:
    """Return how far a run is, None if it is forgotten."""
    row = session.execute(select(*_COLUMNS).where(Sweep.id == run_id)).one_or_none()
    return SweepState(*row) if row else None


def own_run(session: Session, moderator: Moderator, run_id: UUID) -> SweepState | None:
    """Return a run of this moderator on this site."""
    found = run_now(session, run_id)
    if found is None or (found.site_id, found.account_id) != (moderator.site_id, moderator.account_id):
        return None
    return found


def going_on(site_id: BindParameter[UUID], account_id: BindParameter[UUID]) -> Select[tuple[UUID]]:
    """Return the query for a moderator's last run if it is still going on."""
    last = (
        select(Sweep.id, Sweep.state)
        .where(Sweep.site_id == site_id, Sweep.account_id == account_id)
        .order_by(Sweep.made_at.desc())
        .limit(1)
        .subquery()
    )
    return select(last.c.id).where(last.c.state.in_(_GOING_ON))
