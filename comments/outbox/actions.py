"""What changes the outbox: tasks are put in by who writes, taken up, and ended."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Table, delete, exists, insert, select, text, update
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.outbox.jobs import Task
from comments.outbox.models import DEAD, WAITING, Outbox
from comments.storage import WITHOUT_SYNC, announce, broadcast, changed_rows, insert_ignoring

MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_ERROR = 500

_INSERT = insert(cast(Table, Outbox.__table__))


@broadcast
@dataclass(frozen=True, slots=True)
class Enqueued:
    """Announced after the commit: a task of this kind waits, and is due then."""

    kind: str
    due: datetime


def enqueue(
    session: Session,
    kind: str,
    site_id: UUID | None,
    payload: Mapping[str, Any],
    *,
    due: datetime,
    key: str | None = None,
) -> None:
    """Put a task into the outbox; it is done after the commit, at `due`, by the handler of its kind.

    Of tasks with the same kind and `key` only one waits: if one does, it stays as it is, and this one is not
    stored. One that is being done at that moment does not count, for it may have looked already.
    The payload is ids: what it is about is read when the task is done.
    """
    row = {
        "id": new_id(due),
        "kind": kind,
        "site_id": site_id,
        "key": key,
        "payload": json.dumps(dict(payload), separators=(",", ":"), default=str),
        "state": "waiting",
        "due_at": due,
        "attempts": 0,
        "last_error": "",
        "first_due_at": due,
    }
    if key is None:
        session.execute(_INSERT, row)
    elif not insert_ignoring(session, Outbox, [row]):
        return
    announce(session, Enqueued(kind, due))


def take_out(session: Session, kind: str, site_id: UUID, key: str) -> bool:
    """Remove a task that waits, or was given up, and return whether there was one.

    One that somebody does at that moment is left to them: it may be done already.
    """
    named = (Outbox.kind == kind) & (Outbox.key == key) & (Outbox.site_id == site_id)
    # To the letter, and one after the other: each state has its own index.
    return any(
        changed_rows(session, delete(Outbox).where(named, Outbox.claimed_by.is_(None), text(state)))
        for state in (WAITING, DEAD)
    )


def take_up(
    session: Session, limits: Mapping[str, timedelta], most: int, *, by: UUID, at: datetime
) -> Sequence[Task]:
    """Claim what is due of these kinds, the oldest first, each until its limit has passed.

    Nobody waits for another's claim: rows that somebody holds are passed over.
    """
    waiting = (Outbox.state == "waiting") & (Outbox.due_at <= at) & Outbox.kind.in_(list(limits))
    due = select(Outbox).where(waiting).order_by(Outbox.due_at, Outbox.id).limit(most)
    taken = []
    for row in session.scalars(due.with_for_update(skip_locked=True)):
        if row.attempts >= MOST_ATTEMPTS:
            # Each attempt ended with the process that made it: perhaps it was the task that ended it.
            row.state, row.claimed_by, row.ended_at = "dead", None, at
            row.last_error = row.last_error or "No attempt came to an end."
            continue
        row.claimed_by, row.due_at, row.attempts = by, at + limits[row.kind], row.attempts + 1
        taken.append(Task(row.id, row.kind, row.site_id, row.key, json.loads(row.payload), row.attempts, by))
    return taken


def note_delivered(session: Session, task: Task, *, at: datetime) -> bool:
    """Note that a task is done; return False if the claim had ended and another has taken it up."""
    return _end(session, task, state="delivered", ended_at=at, last_error="")


def note_dead(session: Session, task: Task, error: str, *, at: datetime) -> bool:
    """Give a task up; it stays, with the reason, until it is revived or forgotten."""
    return _end(session, task, state="dead", ended_at=at, last_error=error[:LONGEST_ERROR])


def note_failed(session: Session, task: Task, error: str, *, at: datetime) -> None:
    """Let a task wait for its next attempt, or give it up after the last one."""
    if task.attempts >= MOST_ATTEMPTS:
        note_dead(session, task, error, at=at)
        return
    _wait_again(session, task, at + pause_after(task), error[:LONGEST_ERROR], task.attempts)


def note_later(session: Session, task: Task, until: datetime) -> None:
    """Let a task wait until then, as if it had not been taken up."""
    _wait_again(session, task, until, "", task.attempts - 1)


def pause_after(task: Task) -> timedelta:
    """Return the time until the next attempt: four times as long each time, and not the same for all tasks.

    The part that differs is taken from the id, so that tasks that failed together do not come back together.
    """
    pause: timedelta = min(FIRST_PAUSE * 4 ** (task.attempts - 1), LONGEST_PAUSE)
    spread = 0.8 + 0.4 * (task.id.int % 1000) / 1000
    return timedelta(seconds=pause.total_seconds() * spread)


def revive(
    session: Session,
    ids: Collection[UUID],
    site_id: UUID | None,
    *,
    at: datetime,
    kinds: Collection[str] = (),
) -> int:
    """Let dead tasks of a site (None: of all) wait again, as if they were new; return how many.

    One with a key that waits already stays dead. With `kinds`, all others stay dead, too.
    """
    other = Outbox.__table__.alias()
    waits_already = exists().where(
        other.c.kind == Outbox.kind,
        other.c.key == Outbox.key,
        other.c.state == "waiting",
        other.c.claimed_by.is_(None),
    )
    these = Outbox.id.in_(ids) & (Outbox.state == "dead") & ~waits_already
    if site_id is not None:
        these &= Outbox.site_id == site_id
    if kinds:
        these &= Outbox.kind.in_(kinds)
    revived = {"state": "waiting", "ended_at": None, "claimed_by": None, "attempts": 0, "due_at": at}
    found = session.scalars(
        update(Outbox).where(these).values(revived).returning(Outbox.kind), execution_options=WITHOUT_SYNC
    ).all()
    for kind in found:
        announce(session, Enqueued(kind, at))
    return len(found)


def forget_ended(session: Session, state: str, before: datetime, most: int) -> int:
    """Remove some tasks that are `delivered`, or `dead`, since before then; return how many."""
    some = select(Outbox.id).where(Outbox.state == state, Outbox.ended_at < before).limit(most)
    result = cast(
        CursorResult[Any],
        session.execute(delete(Outbox).where(Outbox.id.in_(some)), execution_options=WITHOUT_SYNC),
    )
    return result.rowcount


def _wait_again(session: Session, task: Task, due: datetime, error: str, attempts: int) -> None:
    """Give a claim up. Where a task with the same key waits meanwhile, that one carries on for both."""
    if task.key is not None and _merge(session, task, due, error, attempts):
        session.execute(delete(Outbox).where(_held(task)), execution_options=WITHOUT_SYNC)
        return
    waits = {"claimed_by": None, "due_at": due, "attempts": attempts, "last_error": error}
    session.execute(update(Outbox).where(_held(task)).values(waits), execution_options=WITHOUT_SYNC)


def _merge(session: Session, task: Task, due: datetime, error: str, attempts: int) -> bool:
    same = (Outbox.kind == task.kind) & (Outbox.key == task.key) & Outbox.claimed_by.is_(None)
    row = session.execute(
        select(Outbox.id, Outbox.due_at).where(same, Outbox.state == "waiting").with_for_update()
    ).one_or_none()
    if row is None:
        return False
    merged = {"due_at": max(row.due_at, due), "attempts": attempts, "last_error": error}
    session.execute(update(Outbox).where(Outbox.id == row.id).values(merged), execution_options=WITHOUT_SYNC)
    return True


def _end(session: Session, task: Task, **values: Any) -> bool:
    ended = update(Outbox).where(_held(task)).values(claimed_by=None, **values)
    result = cast(CursorResult[Any], session.execute(ended, execution_options=WITHOUT_SYNC))
    return result.rowcount == 1


def _held(task: Task) -> Any:
    return (Outbox.id == task.id) & (Outbox.state == "waiting") & (Outbox.claimed_by == task.claimed_by)
