"""Tasks for tests, and handlers that do what they are told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.outbox import Delivery, Handler, Task, enqueue
from comments.outbox.models import Outbox
from comments.storage import Database

LIMIT = timedelta(seconds=20)


class Done:
    """A handler that notes what it was given, and does what it is told to."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.payloads: list[Any] = []
        self.outcomes = list(outcomes)

    async def do(self, task: Task) -> None:
        self.payloads.append(task.payload)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome

    def delivery(self, db: Database, clock: FixedClock, **more: Any) -> Delivery:
        return Delivery(db, clock, {"test": Handler(self.do, "tests", LIMIT)}, **more)


async def put(
    db: Database, clock: FixedClock, number: int = 1, *, key: str | None = None, kind: str = "test"
) -> None:
    await db.write(enqueue, kind, None, {"number": number}, due=clock.now(), key=key)


def rows(session: Session) -> Sequence[Outbox]:
    return session.scalars(select(Outbox).order_by(Outbox.id)).all()


async def the_row(db: Database) -> Outbox:
    (row,) = await db.read(rows)
    return row


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for knows nothing of events
            await asyncio.sleep(0.005)


async def running(delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
    run = asyncio.create_task(delivery.run())
    try:
        await work()
    finally:
        await delivery.stop()
        await run
