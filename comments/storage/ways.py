"""How statements in a database's own words get there: past SQLAlchemy, unless somebody listens to it."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from comments.storage.sqlite_connections import driver_of

TRIPS = "comments_trips"
"""Under this name a pooled connection to PostgreSQL keeps its `postgres_trips.Trips`."""
_KEPT = "comments_way"
"""Under this name a session on SQLite keeps its way."""

InWords = tuple[str, Any]
"""A statement, and its values as the driver takes them."""
Rows = Iterable[Sequence[Any]]


class Way(Protocol):
    """What a session's statements can go by; `dialect` says how they are to be spelled for it."""

    @property
    def dialect(self) -> Dialect: ...

    def ask(self, *asked: InWords) -> Sequence[Rows]:
        """Run statements one after the other, and return the rows of each."""

    def later(self, asked: InWords) -> None:
        """Run a statement whose rows nobody reads, at the latest with the commit, which fails if it does."""


class _Sqlite:
    def __init__(self, connection: Connection) -> None:
        self._driver: sqlite3.Connection = driver_of(connection)
        self._events = connection.dispatch
        self.dialect = connection.dialect

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens to SQLAlchemy by now, who may begin in the middle of a session."""
        return bool(self._events.before_cursor_execute)

    def ask(self, *asked: InWords) -> Sequence[Rows]:
        return [self._driver.execute(*one).fetchall() for one in asked]

    def later(self, asked: InWords) -> None:
        self._driver.execute(*asked)


class _Sqlalchemy:
    """Those who listen hear of every statement, and it is run on the spot."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    def ask(self, *asked: InWords) -> Sequence[Rows]:
        results = [self._connection.exec_driver_sql(*one) for one in asked]
        return [result.fetchall() if result.returns_rows else () for result in results]

    def later(self, asked: InWords) -> None:
        self._connection.exec_driver_sql(*asked)


def forget(session: Session) -> None:
    """Let a session that is kept know nothing of what was found out in it, but for its way."""
    info = session.info
    kept: _Sqlite | None = info.get(_KEPT)
    info.clear()
    if kept is not None:
        info[_KEPT] = kept


def way_of(session: Session) -> Way:
    """Return how this session's statements get to the database.

    SQLAlchemy looks at every column of every result anew: that takes longer than most statements.
    """
    kept: _Sqlite | None = session.info.get(_KEPT)
    if kept is not None and not kept.is_heard:
        return kept
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":
        if isinstance(bind, Connection):
            way = session.info[_KEPT] = _Sqlite(bind)
            if not way.is_heard:
                return way
        return _Sqlalchemy(session.connection())
    connection = session.connection()
    trips: Way | None = connection.info.get(TRIPS)
    if trips is None or connection.dispatch.before_cursor_execute:
        return _Sqlalchemy(connection)
    return trips
