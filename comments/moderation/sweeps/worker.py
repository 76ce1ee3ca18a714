"""Carrying out, in the background, what is decided about all that a search finds."""

import time
from datetime import timedelta
from typing import cast
from uuid import UUID

import msgspec

from comments.errors import Invalid
from comments.identity.accounts.queries import Moderator, moderator_of
from comments.moderation import schemas
from comments.moderation.decisions.requests import MOST_AT_ONCE, CommentChoice
from comments.moderation.queue.comments import held_comments
from comments.moderation.queue.index_ranges import Position
from comments.moderation.queue.requests import wish_of
from comments.moderation.sweeps.actions import SweepPart, carry_out_part, end_run, take_back_part
from comments.moderation.sweeps.queries import SweepState, run_now
from comments.outbox import Handler, Later, Task
from comments.web.service import Service

LIMIT = timedelta(minutes=5)
TURN_SECONDS = 60.0
"""After so long others have a turn."""


def run_handler(svc: Service, *, at_once: int = MOST_AT_ONCE) -> Handler:
    """Return who carries runs out, so many comments a part, until each is through, stopped or taken back."""

    async def do(task: Task) -> None:
        run_id, begun = UUID(task.payload["run"]), time.monotonic()
        while await _step(svc, run_id, at_once):
            if time.monotonic() - begun > TURN_SECONDS:
                raise Later(svc.clock.now())

    return Handler(do, "runs", LIMIT)


async def _step(svc: Service, run_id: UUID, at_once: int) -> bool:
    """Do the next part of a run; return whether there may be more."""
    run = await svc.db.read(run_now, run_id)
    if run is None or not run.goes_on:
        return False
    moderator = await svc.db.read(moderator_of, run.site_id, run.account_id)
    if moderator is None:
        await svc.db.write(end_run, run.id)
        return False
    if run.state == "undoing":
        return await svc.db.write(take_back_part, moderator, run.id, svc.keys, at=svc.clock.now())
    part = await _part(svc, run, moderator, at_once)
    await svc.db.write(carry_out_part, moderator, part, svc.keys, at=svc.clock.now())
    return True


async def _part(svc: Service, run: SweepState, moderator: Moderator, at_once: int) -> SweepPart:
    begin = (run.reached_at, run.reached_id)
    query = msgspec.json.decode(run.asked, type=schemas.QueueQuery)
    try:
        wish = await svc.db.read(wish_of, moderator, query)
    except Invalid:
        # The page that was searched for cannot be one any more.
        return SweepPart(run.id, begin, [], None)
    page = await svc.db.scan(held_comments, run.site_id, wish, after=begin, limit=at_once)
    wanted = [CommentChoice(held.row.id, expected_version=held.row.version) for held in page.comments]
    return SweepPart(run.id, begin, wanted, cast(Position | None, page.next))
