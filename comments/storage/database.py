"""The one door to the database: read, write, scan; which dialect stands behind it is chosen here."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Concatenate, Literal, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from comments.errors import Unavailable
from comments.storage.changes import Subscriber, Subscribers

if TYPE_CHECKING:
    from comments.storage.postgres.channel import PostgresChannel

P = ParamSpec("P")
T = TypeVar("T")

Dialect = Literal["sqlite", "postgresql"]

logger = logging.getLogger(__name__)


class Database(ABC):
    """An open database, used from the event loop that opened it.

    Queries and actions are plain functions of a `Session`. They never commit, and may be run more than
    once before one run is kept, so they must have no effect outside their session.
    """

    dialect: Dialect

    def __init__(self) -> None:
        self._subscribers = Subscribers()
        self._from_others = Subscribers()

    @abstractmethod
    async def read(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short, indexed query on one snapshot and return its result.

        Raises WritingWhileReading if it writes. On SQLite it runs on the event loop: a thread hop
        costs more than the query.
        """

    async def read_copy(
        self,
        is_fresh: Callable[[T], bool],
        query: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a query like `read`, on the replica if there is one that follows closely.

        The database itself is asked if the replica fails, if the query raises a CommentsError there, or if
        `is_fresh` refuses what it returned: a replica may lack what this process has heard of.
        """
        return await self.read(query, *args, **kwargs)

    @property
    def replica_is_used(self) -> bool:
        """Whether `read_copy` asks a replica just now."""
        return False

    @abstractmethod
    async def write(
        self, action: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `action` in one write transaction and return its result after the commit.

        If it raises, nothing of it is stored and the exception reaches the caller; writes that share
        the commit are not touched by it. A caller that is cancelled leaves a whole write or none.
        """

    @abstractmethod
    async def scan(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a long query like `read`, but never on the event loop."""

    @abstractmethod
    async def watch(
        self,
        changed: Callable[[], Awaitable[None]],
        *,
        interval: float = 0.25,
        calm: Callable[[], bool] = lambda: False,
    ) -> None:
        """Run for ever: await `changed` whenever another process may have committed since the last call.

        `interval` is in seconds; PostgreSQL looks every half second at most, and every other second while
        `calm` says that what others commit is told here anyway. If `changed` raises, that is logged, and it
        is called again at the next look.
        """

    @abstractmethod
    async def settle(self) -> bool:
        """Let what was deleted leave the write-ahead log; return False if a long read prevents it for now.

        On PostgreSQL nothing is to be done here: autovacuum and the WAL's own rotation see to it.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish the writes that have begun or wait for their turn, then let go of the database."""

    def subscribe(self, subscriber: Subscriber, *, others: bool = True) -> None:
        """Call `subscriber` on the event loop after each commit of this process, before `write` returns.

        It gets what the commit's writes announced, in their order; commits without any are passed over.
        With `others` it gets what other processes tell of their commits, too.
        """
        self._subscribers.add(subscriber)
        if others:
            self._from_others.add(subscriber)

    def receive(self, changes: Sequence[object]) -> None:
        """Pass on what another process tells of its commits."""
        self._from_others.tell(changes)

    def channel(self, direct_url: str) -> "PostgresChannel | None":
        """Return how other processes on this database are reached; None where they see the file change.

        `direct_url` leads to the server itself, where the database's own URL may lead to a pooler.
        """
        return None


async def looked(look: Callable[[], Awaitable[None]]) -> None:
    """Await `look`; its failure is logged, for it must not end a watch: the next look may succeed."""
    try:
        await look()
    except Unavailable as error:
        logger.warning("what other processes changed is not known yet: %s", error)
    except Exception:
        logger.exception("what other processes changed is not known yet")
