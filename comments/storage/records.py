"""Rows of statements that run again and again, as structs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from sqlalchemy import Select
from sqlalchemy.orm import Session

from comments.storage.spelled import SpelledOut
from comments.storage.types import EPOCH, MICROSECOND, UtcTime
from comments.storage.ways import way_of

if TYPE_CHECKING:
    Instant = datetime
else:
    # A column of UtcTime: what the driver gave, until `Records` has read it.
    Instant = datetime | int

R = TypeVar("R", bound=msgspec.Struct)


class Records(Generic[R]):
    """A statement spelled out once for each database, whose rows come as structs of one kind.

    The struct is `array_like` and has a field for each column, of its name and in its order; those of UtcTime
    are of the type `Instant`. Ids and truths are read all at once, in C: one after the other, as SQLAlchemy
    does it, that takes longer than to find them.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], kind: type[R]) -> None:
        columns = statement.exported_columns
        if tuple(columns.keys()) != kind.__struct_fields__:
            raise TypeError(f"{kind.__name__} has other fields than the statement has columns")
        self._spelled = SpelledOut(statement)
        self._rows = list[kind]  # type: ignore[valid-type]
        times = [name for name, column in columns.items() if isinstance(column.type, UtcTime)]
        self._times = tuple((name, attrgetter(name)) for name in times)

    def all(self, session: Session, values: Mapping[str, Any]) -> list[R]:
        """Run it with these values by the names of its parameters, which are all to be given."""
        way = way_of(session)
        (rows,) = way.ask(self._spelled.in_words(way.dialect, values))
        found: list[R] = msgspec.convert([*map(tuple, rows)], self._rows, strict=False)
        is_counted = way.dialect.name == "sqlite"
        for name, time_of in self._times:
            for one, at in zip(found, map(time_of, found), strict=True):
                if at is not None:
                    setattr(one, name, EPOCH + MICROSECOND * at if is_counted else at.astimezone(UTC))
        return found

    def first(self, session: Session, values: Mapping[str, Any]) -> R | None:
        """Run it like `all`, and return the first row, None if there is none."""
        found = self.all(session, values)
        return found[0] if found else None
