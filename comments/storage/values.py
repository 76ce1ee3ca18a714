"""How single values go to a database and come back, for statements that are put into words once.

SQLAlchemy wraps what makes a value in two or three functions, and a post has sixty values. What SQLite is
given for the types of ours is made here by one; for everything else, and for PostgreSQL, it is SQLAlchemy's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, LargeBinary, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from comments.storage.types import EPOCH, MICROSECOND, CText, UtcTime

Process = Callable[[Any], Any] | None
"""What makes a value into another one; None where it is that already."""


def written_as(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    """Return what makes a value of this type into one that the driver takes."""
    if dialect.name == "sqlite" and type(kind) in _WRITTEN:
        return _WRITTEN[type(kind)]
    return kind.dialect_impl(dialect).bind_processor(dialect)


def read_as(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    """Return what makes a value that the driver gives, and that is not None, into one of this type."""
    if dialect.name == "sqlite" and type(kind) in _READ:
        return _READ[type(kind)]
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def several(keys: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes the values at these keys from a mapping or a list; however many they are."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda given: tuple([given[key] for key in keys])


def _id_written(value: UUID | None) -> str | None:
    # As its `hex`, which is a function around this.
    return None if value is None else f"{value.int:032x}"


def _time_written(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("naive datetime; use comments.clock")
    return (value - EPOCH) // MICROSECOND


def _id_read(value: str) -> UUID:
    # Of a text UUID would first take off what people write around it.
    return UUID(int=int(value, 16))


def _time_read(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


_WRITTEN: dict[type[TypeEngine[Any]], Process] = {
    Uuid: _id_written,
    UtcTime: _time_written,
    Boolean: {None: None, False: 0, True: 1}.__getitem__,
    CText: None,
    # SQLAlchemy would put a view around bytes, and copy those that come back.
    LargeBinary: None,
}
_READ: dict[type[TypeEngine[Any]], Process] = {
    Uuid: _id_read,
    UtcTime: _time_read,
    Boolean: bool,
    CText: None,
    LargeBinary: None,
}
