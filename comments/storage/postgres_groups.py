"""Writes that would wait for one another's commit, several in one transaction.

On one page processes took turns with each post: it held the page's row for two trips, and whoever waited for
it was woken to look again. Now a process takes its turn once for all that wait in it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from comments.errors import Unavailable
from comments.storage.errors import StorageBusy
from comments.storage.postgres_connections import WAIT_FOR_CONNECTION_SECONDS
from comments.storage.shared import Apart, Shared

Item = TypeVar("Item")
T = TypeVar("T")

MOST_TOGETHER = 16
"""Readers wait for the event loop while these are worked out."""

Write = Callable[[Callable[[Session], Sequence[Any]]], Awaitable[Sequence[Any]]]
"""Runs an action in a transaction of its own."""


@dataclass(frozen=True, slots=True)
class _Order:
    action: Callable[[Session, Sequence[Any]], Sequence[Any]]
    item: Any
    marks: Collection[Hashable]
    answer: asyncio.Future[Any]
    until: float
    """By the loop's clock: whoever has waited for so long is told to come again."""


class Groups:
    """Who waits in each group; one transaction of a group runs at a time in this process."""

    def __init__(self, write: Write, begin: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        self._write = write
        self._begin = begin
        self._waiting: dict[Hashable, deque[_Order]] = {}

    async def write(
        self, shared: Shared, action: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item
    ) -> T:
        """See `Database.write_shared`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        order = _Order(action, item, shared.marks, answer, loop.time() + WAIT_FOR_CONNECTION_SECONDS)
        waiting = self._waiting.get(shared.group)
        if waiting is not None:
            waiting.append(order)
        else:
            waiting = deque([order])
            self._begin(self._run(shared.group, waiting))
            self._waiting[shared.group] = waiting
        return await answer

    async def _run(self, group: Hashable, waiting: deque[_Order]) -> None:
        try:
            while waiting:
                await self._store(_taken(waiting, asyncio.get_running_loop().time()))
        finally:
            del self._waiting[group]

    async def _store(self, orders: Sequence[_Order]) -> None:
        """Write orders, and answer them: all in one transaction, if that can be."""
        if not orders:
            return
        try:
            items = [order.item for order in orders]
            results = await self._write(lambda session: orders[0].action(session, items))
        except Unavailable as error:
            # Whoever comes after would wait as long again; and of a commit nobody may know what came.
            _refuse(orders, error)
        except Exception as error:
            if len(orders) == 1:
                _refuse(orders, error)
                return
            places = error.places if isinstance(error, Apart) else range(len(orders))
            await self._store([order for place, order in enumerate(orders) if place not in places])
            for place in places:
                await self._store([orders[place]])
        else:
            for order, result in zip(orders, results, strict=True):
                if not order.answer.done():
                    order.answer.set_result(result)


def _taken(waiting: deque[_Order], now: float) -> list[_Order]:
    """Take the first of those that wait, and what may share its transaction, without changing their order."""
    taken: list[_Order] = []
    marks: set[Hashable] = set()
    left: list[_Order] = []
    while waiting and len(taken) < MOST_TOGETHER:
        order = waiting.popleft()
        if order.answer.done():
            continue
        if now > order.until:
            _refuse([order], StorageBusy("The database is busy; nothing was stored"))
            continue
        if taken and (order.action is not taken[0].action or not marks.isdisjoint(order.marks)):
            left.append(order)
            continue
        taken.append(order)
        marks.update(order.marks)
    waiting.extendleft(reversed(left))
    return taken


def _refuse(orders: Sequence[_Order], error: Exception) -> None:
    for order in orders:
        if not order.answer.done():
            order.answer.set_exception(error)
