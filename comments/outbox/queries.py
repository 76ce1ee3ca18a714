"""Questions about the outbox: when something is due, and what went wrong."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, exists, func, literal_column, select
from sqlalchemy.orm import Session

from comments.outbox.models import Outbox


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that failed: it waits for its next attempt, or is `dead`."""

    id: UUID
    kind: str
    state: str
    attempts: int
    last_error: str
    first_due_at: datetime
    due_at: datetime


def next_due(session: Session, kinds: Collection[str]) -> datetime | None:
    """Return when the first waiting task of these kinds is due, None if none waits."""
    first = select(Outbox.due_at).where(Outbox.state == "waiting", Outbox.kind.in_(kinds))
    return session.scalar(first.order_by(Outbox.due_at, Outbox.id).limit(1))


def payloads_waiting(session: Session, kind: str, site_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Return what a site's tasks of this kind are about that wait, or are being done."""
    waiting = select(Outbox.payload).where(Outbox.state == "waiting", Outbox.kind == kind)
    return [json.loads(payload) for payload in session.scalars(waiting.where(Outbox.site_id == site_id))]


def something_waits(session: Session) -> bool:
    """Say whether any task waits."""
    return bool(session.scalar(select(exists().where(Outbox.state == "waiting"))))


def counts(session: Session) -> Mapping[tuple[str, str], int]:
    """Return how many tasks wait and how many are dead, by state and kind."""
    numbers: dict[tuple[str, str], int] = {}
    # One question each: every state has its own index.
    for state in ("waiting", "dead"):
        of_state = select(Outbox.kind, func.count()).where(Outbox.state == state).group_by(Outbox.kind)
        numbers |= {(state, kind): number for kind, number in session.execute(of_state)}
    return numbers


def is_waiting(kind: str, key: ColumnElement[str]) -> Exists:
    """Return the question whether a task with this key waits, which nobody does at the moment."""
    return exists().where(
        Outbox.kind == kind,
        Outbox.key == key,
        # To the letter as the index has it: for a value that is bound SQLite plans the whole statement anew
        # each time, which takes five times as long as running it.
        Outbox.state == literal_column("'waiting'"),
        Outbox.claimed_by.is_(None),
    )


def keys_waiting(session: Session, kind: str, keys: Collection[str]) -> Sequence[str]:
    """Return those of the keys whose tasks wait, and which nobody does at the moment."""
    waiting = (Outbox.state == literal_column("'waiting'")) & Outbox.claimed_by.is_(None)
    named = (Outbox.kind == kind) & Outbox.key.in_(keys)
    return [key for key in session.scalars(select(Outbox.key).where(named, waiting)) if key is not None]


def number_waiting(session: Session, site_id: UUID, kinds: Collection[str]) -> int:
    """Return how many tasks of these kinds wait for a site."""
    waiting = (Outbox.state == "waiting") & (Outbox.site_id == site_id) & Outbox.kind.in_(kinds)
    return session.scalar(select(func.count()).where(waiting)) or 0


def failures(
    session: Session, site_id: UUID | None = None, *, limit: int = 20, kinds: Collection[str] = ()
) -> Sequence[Failure]:
    """Return what failed, dead or waiting for another attempt, the newest first.

    It is of one site or of all, and of these kinds, or of every one without any.
    """
    failed = (Outbox.state != "delivered") & (Outbox.last_error != "")
    if kinds:
        failed &= Outbox.kind.in_(kinds)
    if site_id is not None:
        failed &= Outbox.site_id == site_id
    rows = session.execute(
        select(
            Outbox.id,
            Outbox.kind,
            Outbox.state,
            Outbox.attempts,
            Outbox.last_error,
            Outbox.first_due_at,
            Outbox.due_at,
        )
        .where(failed)
        .order_by(Outbox.first_due_at.desc(), Outbox.id)
        .limit(limit)
    )
    return [Failure(*row) for row in rows]
