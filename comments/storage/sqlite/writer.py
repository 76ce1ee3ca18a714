"""SQLite's one writer: a thread that gives each write a savepoint, and all that have queued up one commit."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, ExceptionContext, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from comments.errors import Unavailable
from comments.storage.changes import Subscribers, announced
from comments.storage.sqlite.connections import BUSY_SECONDS, begin_writing, driver_of
from comments.storage.sqlite.errors import in_our_words
from comments.storage.sqlite.turns import WriterLocks

T = TypeVar("T")

# The lock is held, and the first of the batch waits, while others join: keep it short.
BATCH_WRITES = 100
BATCH_SECONDS = 0.02

BATCH_SECONDS_IN_TURN = 0.06
"""For who has waited for others: each turn reads anew what they have changed, and waits for the disk."""

ANSWERED_AT_ONCE = 1
"""In each round of the event loop, as one is begun (`web.admission`): readers come in between."""


@dataclass(slots=True)
class QueuedWrite:
    """One write, from its place in the queue to its answer."""

    action: Callable[[Session], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    changes: list[object] = field(default_factory=list)


class SqliteWriter:
    """Takes orders on the event loop and answers them there, each after the commit it is part of."""

    def __init__(self, connection: Connection, turns: WriterLocks, subscribers: Subscribers) -> None:
        # Made once: making and closing one for each write takes longer than most of its statements.
        self._session = Session(connection, expire_on_commit=False)
        self._turns = turns
        self._driver = driver_of(connection)
        self._driver.execute("PRAGMA busy_timeout=0")
        self._subscribers = subscribers
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[QueuedWrite | None] = SimpleQueue()
        self._closing = False
        self._batch_seconds = BATCH_SECONDS
        self._ended_by: BaseException | None = None
        event.listen(connection.engine, "handle_error", self._note_end)
        # A daemon, so that a process that fails before it closes the database still ends.
        self._thread = Thread(target=self._run, name="comments-writer", daemon=True)
        self._thread.start()

    async def write(self, action: Callable[[Session], T]) -> T:
        """Run `action`, and return its result once it is committed."""
        if self._closing:
            raise Unavailable("The service is stopping")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(QueuedWrite(action, future))
        return await future

    async def close(self) -> None:
        """Do what is in the queue, then stop."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while (order := self._queue.get()) is not None:
            batch = self._commit_with_followers(order)
            try:
                self._loop.call_soon_threadsafe(self._answer, batch)
            except RuntimeError:
                # The loop is closed, and with it everyone gone who could wait for an answer.
                return

    def _commit_with_followers(self, first: QueuedWrite) -> list[QueuedWrite]:
        """Commit `first` and what has queued up behind it; each order then has its result or its error."""
        batch: list[QueuedWrite] = []
        try:
            self._transaction(self._queued(first, batch))
        except BaseException as error:
            if not batch:
                # The lock was not to be had: whoever waits behind would wait as long again.
                return [_refused(order, error) for order in (first, *self._waiting())]
            if len(batch) == 1:
                return [_refused(first, error)]
            # SQLite has ended the transaction of all because of one. Actions have no effect outside
            # their session, so each can run again, and only what fails by itself is refused.
            for order in batch:
                self._commit_alone(order)
        return batch

    def _queued(self, first: QueuedWrite, batch: list[QueuedWrite]) -> Iterator[QueuedWrite]:
        """Give `first` and those waiting, noting them in `batch`, until it is time to commit."""
        until = time.monotonic() + self._batch_seconds
        order: QueuedWrite | None = first
        while order is not None:
            batch.append(order)
            yield order
            if len(batch) >= BATCH_WRITES or time.monotonic() > until:
                return
            order = next(self._waiting(), None)

    def _waiting(self) -> Iterator[QueuedWrite]:
        """Take from the queue what is there now, without waiting for more."""
        while True:
            try:
                order = self._queue.get_nowait()
            except Empty:
                return
            if order is None:
                # The end of the queue: left for `_run` to find.
                self._queue.put(None)
                return
            yield order

    def _commit_alone(self, order: QueuedWrite) -> None:
        try:
            self._transaction(iter([order]))
        except BaseException as error:
            _refused(order, error)

    def _transaction(self, orders: Iterator[QueuedWrite]) -> None:
        """Run orders in one transaction; raises what ended or prevented the transaction as a whole."""
        with self._turns.taken() as has_waited:
            self._batch_seconds = BATCH_SECONDS_IN_TURN if has_waited else BATCH_SECONDS
            self._transaction_now(orders)

    def _transaction_now(self, orders: Iterator[QueuedWrite]) -> None:
        begin_writing(self._driver, wait_seconds=BUSY_SECONDS)
        try:
            for order in orders:
                order.result, order.error, order.changes = None, None, []
                if not order.future.cancelled():
                    self._run_in_savepoint(order)
            self._driver.execute("COMMIT")
        finally:
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK")
            if self._ended_by is not None:
                self._ended_by = None
                self._driver.execute("PRAGMA query_only=OFF")

    def _run_in_savepoint(self, order: QueuedWrite) -> None:
        self._driver.execute("SAVEPOINT one_write")
        try:
            self._run_in_session(order)
        except BaseException as error:
            if not self._driver.in_transaction:
                raise (self._ended_by or error) from error
            _refused(order, error)
            self._driver.execute("ROLLBACK TO one_write")
        if self._ended_by is not None:
            raise self._ended_by
        self._driver.execute("RELEASE one_write")

    def _run_in_session(self, order: QueuedWrite) -> None:
        session = self._session
        try:
            order.result = order.action(session)
            session.flush()
            order.changes = announced(session)
        except BaseException:
            session.close()
            raise
        finally:
            # What went past it has left nothing in it.
            if session.in_transaction():
                session.close()
            session.info.clear()

    def _note_end(self, context: ExceptionContext) -> None:
        """Take note when an error has ended the transaction, savepoints and all: a full disk, a failing one.

        An action that catches the error and goes on would write outside any transaction, so it may no longer.
        """
        if not self._driver.in_transaction and self._ended_by is None:
            self._ended_by = context.original_exception
            self._driver.execute("PRAGMA query_only=ON")

    def _answer(self, batch: list[QueuedWrite]) -> None:
        self._subscribers.tell([change for order in batch if order.error is None for change in order.changes])
        self._answer_from(batch, 0)

    def _answer_from(self, batch: list[QueuedWrite], first: int) -> None:
        following = first + ANSWERED_AT_ONCE
        if following < len(batch):
            self._loop.call_soon(self._answer_from, batch, following)
        for order in batch[first:following]:
            if order.future.done():
                continue
            if order.error is not None:
                order.future.set_exception(order.error)
            else:
                order.future.set_result(order.result)


def _refused(order: QueuedWrite, error: BaseException) -> QueuedWrite:
    if isinstance(error, DBAPIError | sqlite3.Error):
        order.error = in_our_words(error)
    elif isinstance(error, StopIteration):
        # A future takes any exception but this one.
        order.error = RuntimeError("the action raised StopIteration")
    else:
        order.error = error
    return order
