"""Merging discussions of any size, in short writes."""

from datetime import timedelta
from uuid import UUID

from comments.clock import Clock
from comments.outbox import Handler, Task
from comments.storage import Database
from comments.threads.actions.merge import merge_further

LANE = "merges"
LIMIT = timedelta(minutes=10)


async def finish_merge(db: Database, clock: Clock, source_id: UUID, target_id: UUID) -> None:
    """Bring the rest of a discussion into the one that `merge` has begun to bring it into.

    Others write in between. Whoever is interrupted leaves the rest to the outbox.
    """
    while await db.write(merge_further, source_id, target_id, at=clock.now()):
        pass


def merge_handler(db: Database, clock: Clock) -> Handler:
    """Return who goes on with a merge that was interrupted."""

    async def go_on(task: Task) -> None:
        await finish_merge(db, clock, UUID(task.payload["source"]), UUID(task.payload["target"]))

    return Handler(go_on, LANE, LIMIT)
