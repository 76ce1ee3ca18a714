"""Statements to PostgreSQL in few trips, several in each, past SQLAlchemy's and the driver's cursors.

A trip through both took 150 µs of our own for each statement, and with one statement in each a post held its
page's row over five of them. https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, cast

import psycopg
from psycopg import errors, pq
from psycopg.abc import Buffer
from psycopg.adapt import PyFormat, Transformer
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

from comments.storage.ways import InWords, Rows

# A transaction begins in a millisecond. A pooler that has no server for us makes us wait for minutes
# instead, and a machine that is gone without a word for ever.
BEGIN_SECONDS = 3
PLANS_SECONDS = 60.0
"""How long the server keeps its plans: those from when a table was small are bad ones once it has grown."""
MOST_PLANS = 100

_WHO = ("SELECT pg_backend_pid()", ())
_FORGET = ("DEALLOCATE ALL", ())
_COMMIT, _ROLLBACK = ("COMMIT", ()), ("ROLLBACK", ())
_COMMITTED = b"COMMIT"
_PLAN_IS_OLD = "0A000"
"""feature_not_supported: a prepared statement's columns have other types now."""
_OPEN = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)
_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE)
# The server knows all other types from where a value stands; of these our statements have bare ones.
_TYPES = {bool: 16, bytes: 17}

_Bound = tuple[str, Sequence[Buffer | None], Sequence[int]]
"""A statement, its values as they are sent, and their types: 0 is left to the server."""

logger = logging.getLogger(__name__)


class Trips:
    """A pooled connection's `Way` to the server.

    BEGIN goes with the first statement, what nobody reads with the next one, or with COMMIT. Statements are
    prepared where no pooler stands between: planning a post's takes the server three times as long as running
    them, but behind a pooler the next transaction may meet another server process.
    """

    dialect: Dialect = PGDialectAsync_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

    def __init__(self, driver: "psycopg.AsyncConnection[Any]") -> None:
        self._pg = driver.pgconn
        self._values = Transformer.from_context(driver)
        self._connection: Connection | None = None
        self._unbegun: list[InWords] = []
        self._waiting: list[InWords] = []
        self._is_direct: bool | None = None
        self._seen: set[str] = set()
        self._prepared: dict[str, bytes] = {}
        self._names = count(1)
        self._plans_until = 0.0

    def begin(self, connection: Connection, statements: Sequence[str]) -> None:
        """Begin a transaction by these statements when the first one of its own is run."""
        self._connection = connection
        self._unbegun = [(statement, ()) for statement in statements]
        self._waiting = []

    def ask(self, *asked: InWords) -> Sequence[Rows]:
        """See `Way`."""
        results = self._go(asked)
        return [self._rows(result) for result in results]

    def later(self, asked: InWords) -> None:
        """See `Way`."""
        self._waiting.append(asked)

    def settle(self) -> None:
        """Run all that waits: a statement follows that goes another way."""
        if self._unbegun or self._waiting:
            self._go(())

    def commit(self) -> None:
        """Commit, together with what waits."""
        if self._unbegun and not self._waiting:
            self._unbegun = []
        elif self._waiting or self._pg.transaction_status in _OPEN:
            try:
                (ended,) = self._go((_COMMIT,))
                if ended.command_status != _COMMITTED:
                    # An error before it was passed over: the server has taken all back, and says so kindly.
                    failed = errors.InFailedSqlTransaction("A statement had failed; nothing was stored")
                    raise as_others_raise(cast(Connection, self._connection), failed)
            except DBAPIError:
                # SQLAlchemy takes a transaction for ended whose commit has failed, and would pass it on.
                self.rollback()
                raise

    def rollback(self) -> None:
        """Take back what was run, and forget what waits."""
        self._unbegun, self._waiting = [], []
        if self._pg.transaction_status in _OPEN:
            self._go((_ROLLBACK,))

    def _go(self, asked: Sequence[InWords]) -> list[pq.abc.PGresult]:
        """Make a trip, and return the results of `asked`. Raises DBAPIError, as SQLAlchemy does."""
        begin = [*self._unbegun, *self._when_begun()] if self._unbegun else []
        sent = [*begin, *self._waiting, *asked]
        try:
            # Before anything goes out: a value that cannot be sent would end the connection halfway.
            bound = [self._bound(*one) for one in sent]
            self._unbegun, self._waiting = [], []
            results = await_only(self._trip(bound, begins=len(begin)))
        except psycopg.Error as error:
            raise as_others_raise(cast(Connection, self._connection), error) from error
        if self._is_direct is None and _WHO in begin:
            ((process,),) = self._rows(results[begin.index(_WHO)])
            # A pooler gives each client a process number of its own making, by which it may be cancelled.
            self._is_direct = process == self._pg.backend_pid
        return results[len(sent) - len(asked) :]

    def _when_begun(self) -> list[InWords]:
        if self._is_direct is None:
            return [_WHO]
        if self._is_direct and (time.monotonic() > self._plans_until or len(self._prepared) > MOST_PLANS):
            self._seen.clear()
            self._prepared.clear()
            self._plans_until = time.monotonic() + PLANS_SECONDS
            return [_FORGET]
        return []

    def _bound(self, text: str, values: Sequence[Any]) -> _Bound:
        types = [_TYPES.get(type(value), 0) for value in values]
        return text, self._values.dump_sequence(values, [PyFormat.TEXT] * len(values)), types

    async def _trip(self, sent: Sequence[_Bound], *, begins: int) -> list[pq.abc.PGresult]:
        pg = self._pg
        guard = asyncio.get_running_loop().call_later(BEGIN_SECONDS, _hang_up, pg.socket) if begins else None
        try:
            pg.enter_pipeline_mode()
            named: dict[str, bytes] = {}
            is_kept: list[bool] = []
            for number, one in enumerate(sent, 1):
                is_kept += self._send(one, named)
                if number == begins:
                    # It answers that it has begun before it waits for a lock.
                    pg.send_flush_request()
            pg.pipeline_sync()
            results = await _results(pg, guard.cancel if guard is not None else None)
            pg.exit_pipeline_mode()
        except BaseException:
            # Half of a trip: whose the next answer is nobody could tell.
            pg.finish()
            raise
        finally:
            if guard is not None:
                guard.cancel()
        for result in results:
            if result.status in _FAILED:
                raise self._failure(result)
        self._prepared |= named
        return [result for result, kept in zip(results, is_kept, strict=True) if kept]

    def _send(self, one: _Bound, named: dict[str, bytes]) -> list[bool]:
        """Send a statement; return for each result that comes of it whether it is the statement's own."""
        pg, (text, bound, types) = self._pg, one
        name = self._prepared.get(text) or named.get(text)
        if name is not None:
            pg.send_query_prepared(name, bound, None, pq.Format.BINARY)
            return [True]
        if self._is_direct and text in self._seen:
            name = named[text] = b"comments_%d" % next(self._names)
            pg.send_prepare(name, text.encode(), types)
            pg.send_query_prepared(name, bound, None, pq.Format.BINARY)
            return [False, True]
        if self._is_direct:
            self._seen.add(text)
        pg.send_query_params(text.encode(), bound, types, None, pq.Format.BINARY)
        return [True]

    def _failure(self, result: pq.abc.PGresult) -> psycopg.Error:
        error = errors.error_from_result(result)
        if error.sqlstate == _PLAN_IS_OLD:
            # Whoever asks is told of a lost connection, and asks again by another.
            self._pg.finish()
        return error

    def _rows(self, result: pq.abc.PGresult) -> list[tuple[Any, ...]]:
        if result.status != pq.ExecStatus.TUPLES_OK:
            return []
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)


async def _results(pg: pq.abc.PGconn, answered: Callable[[], None] | None) -> list[pq.abc.PGresult]:
    """Send what is left to be sent, and return all results of a trip; `answered` hears of the first."""
    results: list[pq.abc.PGresult] = []
    while True:
        await _ready(pg.socket, writes=bool(pg.flush()))
        pg.consume_input()
        if _take(pg, results):
            return results
        if results and answered is not None:
            answered()


async def _ready(descriptor: int, *, writes: bool) -> None:
    """Return once there is something to read, or room for what is to be written.

    Who watches is asked anew for each wait: of a connection that was reset uvloop tells once, and what had
    come before would be read then, and the loss never be heard of.
    """
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)

    loop.add_reader(descriptor, wake)
    if writes:
        loop.add_writer(descriptor, wake)
    try:
        await woken
    finally:
        loop.remove_reader(descriptor)
        if writes:
            loop.remove_writer(descriptor)


def _take(pg: pq.abc.PGconn, results: list[pq.abc.PGresult]) -> bool:
    """Take the results that have come, and return whether the trip is at its end."""
    was_end = False
    while not pg.is_busy():
        result = pg.get_result()
        if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
            return True
        # None stands after each statement's results; a second one says that no more have come.
        if result is None and was_end:
            return False
        was_end = result is None
        if result is not None:
            results.append(result)
    return False


def as_others_raise(connection: Connection, error: psycopg.Error) -> BaseException:
    """Return what SQLAlchemy would raise, so that what may be repeated is repeated."""
    dialect, pooled = connection.dialect, connection.connection.dbapi_connection
    if dialect.is_disconnect(cast(Any, error), cast(Any, pooled), None):
        try:
            # It is to find the loss by itself: then it leaves all connections that are as old as this one.
            connection.exec_driver_sql("SELECT 1")
        except DBAPIError as found:
            return found
    return DBAPIError.instance(None, None, error, psycopg.Error, dialect=dialect)


def _hang_up(descriptor: int) -> None:
    logger.warning("PostgreSQL did not begin a transaction within %d seconds", BEGIN_SECONDS)
    # A copy, so that the driver's own descriptor stays open until the driver closes it.
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
