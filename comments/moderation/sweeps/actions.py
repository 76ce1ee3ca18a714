"""Deciding about all that a search finds: begun, carried out part by part, stopped, taken back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation import schemas
from comments.moderation.audit.log import in_words
from comments.moderation.decisions.decide import decide, undo
from comments.moderation.decisions.requests import Choice, CommentChoice, DecisionOrder
from comments.moderation.errors import AllHandled, DecisionsMissing, SweepUnknown
from comments.moderation.queue.index_ranges import Position
from comments.moderation.sweeps.models import Sweep
from comments.outbox import enqueue

RUN_GOES_ON = "run"
"""The kind of task that carries one out."""

LEAST_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SweepPart:
    """What was found of a run: some comments behind `begin`, and where the next part begins."""

    run_id: UUID
    begin: Position
    wanted: Sequence[CommentChoice]
    next: Position | None


def begin_run(
    session: Session,
    moderator: Moderator,
    choice: Choice,
    query: schemas.QueueQuery,
    until: datetime,
    *,
    at: datetime,
) -> UUID:
    """Begin to decide about all that a list finds and that was written before `until`; return its id."""
    run_id = new_id(at)
    asked = msgspec.structs.replace(query, cursor=None, sort="newest", grouped=False)
    session.add(
        Sweep(
            id=run_id,
            site_id=moderator.site_id,
            account_id=moderator.account_id,
            choice=choice,
            asked=msgspec.json.encode(asked).decode(),
            reached_at=until,
            reached_id=LEAST_ID,
            made_at=at,
        )
    )
    _go_on(session, moderator.site_id, run_id, at)
    return run_id


def carry_out_part(
    session: Session, moderator: Moderator, part: SweepPart, keys: Keyring, *, at: datetime
) -> None:
    """Decide about a part, unless the run was stopped or went on elsewhere meanwhile.

    What is decided and how far that is are stored with one commit: it is never half known.
    """
    run = session.scalars(select(Sweep).where(Sweep.id == part.run_id).with_for_update()).one()
    if run.state != "running" or (run.reached_at, run.reached_id) != part.begin:
        return
    if part.wanted:
        order = DecisionOrder(moderator, cast(Choice, run.choice), part.wanted)
        try:
            outcome = decide(session, order, keys, at=at)
        except AllHandled as handled:
            run.left += len(handled.conflicts)
        else:
            run.decided += len(outcome.decided)
            run.left += len(outcome.conflicts)
            if outcome.decided:
                # Each part is an order of its own, which its time names.
                run.parts = json.dumps([*json.loads(run.parts), in_words(outcome.at)])
    if part.next is None:
        _look_no_more(run, "done")
    else:
        run.reached_at, run.reached_id = part.next


def take_back_part(
    session: Session, moderator: Moderator, run_id: UUID, keys: Keyring, *, at: datetime
) -> bool:
    """Take the last part back that stands; return whether there may be more."""
    run = session.scalars(select(Sweep).where(Sweep.id == run_id).with_for_update()).one()
    parts = json.loads(run.parts)
    if run.state != "undoing":
        return False
    if not parts:
        _look_no_more(run, "undone")
        return False
    made_at = datetime.fromisoformat(parts.pop())
    try:
        outcome = undo(session, moderator, keys, made_by=run.account_id, made_at=made_at, at=at)
    except (AllHandled, DecisionsMissing):
        # All of it was decided by somebody since, and stays as it is.
        pass
    else:
        run.decided -= len(outcome.decided)
    run.parts = json.dumps(parts)
    return True


def stop_run(session: Session, moderator: Moderator, run_id: UUID) -> None:
    """Stop one's own run: what is decided stays. Raises RunUnknown."""
    run = _own(session, moderator, run_id)
    if run.state in {"running", "undoing"}:
        _look_no_more(run, "stopped")


def take_back_run(session: Session, moderator: Moderator, run_id: UUID, *, at: datetime) -> None:
    """Take back all parts of one's own run, stopping it first. Raises RunUnknown."""
    run = _own(session, moderator, run_id)
    if run.state not in {"undoing", "undone"}:
        _look_no_more(run, "undoing")
        _go_on(session, run.site_id, run.id, at)


def end_run(session: Session, run_id: UUID) -> None:
    """End a run of somebody who does not moderate here any more."""
    _look_no_more(session.get_one(Sweep, run_id), "stopped")


def _look_no_more(run: Sweep, state: str) -> None:
    """Look for nothing more, and so forget what was looked for: it can be somebody's name."""
    run.state = state
    asked = msgspec.json.decode(run.asked, type=schemas.QueueQuery)
    run.asked = msgspec.json.encode(schemas.QueueQuery(state=asked.state)).decode()


def _own(session: Session, moderator: Moderator, run_id: UUID) -> Sweep:
    mine = (Sweep.site_id == moderator.site_id) & (Sweep.account_id == moderator.account_id)
    run = session.scalars(select(Sweep).where(Sweep.id == run_id, mine).with_for_update()).one_or_none()
    if run is None:
        raise SweepUnknown(SweepUnknown.DETAIL)
    return run


def _go_on(session: Session, site_id: UUID, run_id: UUID, at: datetime) -> None:
    enqueue(session, RUN_GOES_ON, site_id, {"run": run_id}, due=at, key=str(run_id))
