"""Who does the tasks: takes up what is due, a few at once in each lane, and notes what came of it."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from comments.clock import Clock
from comments.errors import CommentsError
from comments.outbox import actions, queries
from comments.outbox.actions import Enqueued
from comments.outbox.jobs import Handler, Later, Task, Undeliverable
from comments.storage import Database

AT_ONCE = 4
"""How many tasks of a lane are done at the same time."""

POLL = timedelta(seconds=2)
"""How long a task that another process put in may lie before it is seen."""

CLAIM_MARGIN = timedelta(seconds=30)
"""How much longer than a task's limit nobody else may take it up."""

STOP_SECONDS = 5.0
NOTE_TRIES = 4

logger = logging.getLogger(__name__)

Observe = Callable[[str, str], None]
"""Called with a task's kind, and with what came of it: delivered, failed, dead or later."""


class Delivery:
    """Does tasks for as long as it runs; any number of processes may run one on the same database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        *,
        observe: Observe = lambda kind, outcome: None,
    ) -> None:
        lanes: dict[str, dict[str, Handler]] = defaultdict(dict)
        for kind, handler in handlers.items():
            lanes[handler.lane][kind] = handler
        self._lanes = [_Lane(db, clock, of_lane, observe) for of_lane in lanes.values()]
        db.subscribe(self._receive)

    async def run(self) -> None:
        """Do what is due, now and from now on, until `stop` is called."""
        await asyncio.gather(*(lane.run() for lane in self._lanes))

    async def stop(self) -> None:
        """Take nothing up any more, and let what is being done come to its end for a few seconds."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes))

    async def deliver_due(self) -> int:
        """Do all that is due now, and return how many tasks were taken up."""
        return sum(await asyncio.gather(*(lane.deliver_due() for lane in self._lanes)))

    def _receive(self, changes: Sequence[object]) -> None:
        for change in changes:
            if isinstance(change, Enqueued):
                for lane in self._lanes:
                    lane.wake(change)


class _Lane:
    def __init__(self, db: Database, clock: Clock, handlers: Mapping[str, Handler], observe: Observe) -> None:
        self._db = db
        self._clock = clock
        self._handlers = handlers
        self._observe = observe
        self._limits = {kind: handler.limit + CLAIM_MARGIN for kind, handler in handlers.items()}
        self._by: UUID = uuid4()
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self, change: Enqueued) -> None:
        if change.kind in self._handlers:
            self._woken.set()

    async def run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            pause = await self._turn()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause.total_seconds())

    async def stop(self) -> None:
        self._stopping = True
        self._woken.set()
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_SECONDS)
        for running in self._running:
            running.cancel()

    async def deliver_due(self) -> int:
        done = 0
        while taken := await self._take_up():
            done += len(taken)
            await asyncio.gather(*(self._do(task) for task in taken))
        return done

    async def _turn(self) -> timedelta:
        """Begin what is due as far as there is room; return how long to wait, unless woken."""
        try:
            room = AT_ONCE - len(self._running)
            if room <= 0:
                # The first that ends wakes us.
                return POLL
            for task in await self._take_up(room):
                running = asyncio.create_task(self._do(task))
                self._running.add(running)
                running.add_done_callback(self._ended)
            if len(self._running) >= AT_ONCE:
                return POLL
            due = await self._db.read(queries.next_due, list(self._handlers))
        except CommentsError as error:
            logger.warning("what is due is not known yet: %s", error)
            return POLL
        except Exception:
            logger.exception("what is due is not known yet")
            return POLL
        return POLL if due is None else min(POLL, max(due - self._clock.now(), timedelta()))

    async def _take_up(self, most: int = AT_ONCE) -> Sequence[Task]:
        now = self._clock.now()
        # Asked without the writer's turn first: most often nothing is due.
        due = await self._db.read(queries.next_due, list(self._handlers))
        if due is None or due > now:
            return []
        return await self._db.write(actions.take_up, self._limits, most, by=self._by, at=now)

    async def _do(self, task: Task) -> None:
        handler = self._handlers[task.kind]
        try:
            async with asyncio.timeout(handler.limit.total_seconds()):
                await handler.do(task)
        except Later as later:
            await self._note("later", actions.note_later, task, later.until)
        except Undeliverable as never:
            logger.warning("%s %s is given up: %s", task.kind, task.id, never)
            await self._note("dead", actions.note_dead, task, str(never), at=self._clock.now())
        except Exception as error:
            await self._failed(task, handler, error)
        else:
            await self._note("delivered", actions.note_delivered, task, at=self._clock.now())

    async def _failed(self, task: Task, handler: Handler, error: Exception) -> None:
        words = in_words(error, handler.limit)
        outcome = "dead" if task.attempts >= actions.MOST_ATTEMPTS else "failed"
        logger.warning("%s %s failed (attempt %d): %s", task.kind, task.id, task.attempts, words)
        await self._note(outcome, actions.note_failed, task, words, at=self._clock.now())

    async def _note(
        self, outcome: str, action: Callable[..., object], task: Task, *words: object, **when: datetime
    ) -> None:
        """Store what came of a task, with some patience: what is not noted is done once more."""
        for pause in range(NOTE_TRIES):
            try:
                await self._db.write(action, task, *words, **when)
            except CommentsError as error:
                logger.warning("what came of %s %s is not stored yet: %s", task.kind, task.id, error)
                await asyncio.sleep(pause)
            else:
                self._observe(task.kind, outcome)
                return

    def _ended(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        self._woken.set()
        if not running.cancelled() and (fault := running.exception()) is not None:
            logger.error("a task's end could not be noted", exc_info=fault)


def in_words(error: Exception, limit: timedelta) -> str:
    """Return what happened, in one line, for who looks after the service."""
    if isinstance(error, TimeoutError) and not str(error):
        return f"No answer within {limit.total_seconds():.0f} seconds."
    words = " ".join(str(error).split())
    if isinstance(error, CommentsError):
        return words
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
