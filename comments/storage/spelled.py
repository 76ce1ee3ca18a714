"""Statements spelled out once for each database, for what runs again and again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from comments.storage.ways import InWords, Rows, way_of

Process = Callable[[Any], Any] | None
Shape = tuple[str, tuple[int, ...]]
"""How a dialect marks values, and how long each list is."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Which value goes where: of a list, that one `at` a place; a `constant` is the statement's own."""

    name: str
    key: str
    at: int | None
    process: Process
    constant: Any = None

    def value(self, given: Mapping[str, Any]) -> Any:
        if not self.key:
            return self.constant
        value = given[self.key] if self.at is None else given[self.key][self.at]
        return value if self.process is None else self.process(value)


@dataclass(frozen=True, slots=True)
class _Spelling:
    text: str
    places: tuple[_Place, ...]
    is_positional: bool

    def values(self, given: Mapping[str, Any]) -> Any:
        if self.is_positional:
            return tuple([place.value(given) for place in self.places])
        return {place.name: place.value(given) for place in self.places}


class SpelledOut:
    """A statement that SQLAlchemy puts into a database's words once for each length of its lists.

    To find out anew which statement this is, how long its lists are and what its columns mean takes several
    times as long as SQLite takes to run what a post asks. Its rows are plain tuples.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Update) -> None:
        self._statement = statement
        self._lists: tuple[str, ...] | None = None
        self._spellings: dict[Shape, _Spelling] = {}
        self._readers: dict[str, list[tuple[int, Callable[[Any], Any]]]] = {}

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run it with these values by the names of its parameters, which are all to be given.

        On PostgreSQL it goes along with the next statement, or with the commit.
        """
        way = way_of(session)
        way.later(self.in_words(way.dialect, values))

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it, and return what comes back."""
        (found,) = rows_of_each(session, (self, values))
        return found

    def in_words(self, dialect: Dialect, values: Mapping[str, Any]) -> InWords:
        """Return it in the database's own words, with these values as its driver takes them."""
        if self._lists is None:
            self._lists = self._lists_of(dialect)
        lengths = tuple([len(values[name]) for name in self._lists]) if self._lists else ()
        shape = (dialect.paramstyle, lengths)
        spelling = self._spellings.get(shape)
        if spelling is None:
            spelling = self._spellings[shape] = self._spelled(dialect, values)
        return spelling.text, spelling.values(values)

    def _read(self, rows: Rows, dialect: Dialect) -> list[tuple[Any, ...]]:
        readers = self._readers_for(dialect)
        found = []
        for row in rows:
            one = list(row)
            for at, read in readers:
                if one[at] is not None:
                    one[at] = read(one[at])
            found.append(tuple(one))
        return found

    def _compiled(self, dialect: Dialect) -> SQLCompiler:
        return self._statement.compile(dialect=dialect)

    def _lists_of(self, dialect: Dialect) -> tuple[str, ...]:
        return tuple(key for key, bound in self._compiled(dialect).binds.items() if bound.expanding)

    def _spelled(self, dialect: Dialect, values: Mapping[str, Any]) -> _Spelling:
        compiled = self._compiled(dialect)
        state = compiled.construct_expanded_state(values)
        of_list = {
            name: (key, at)
            for key, names in state.parameter_expansion.items()
            for at, name in enumerate(names)
        }
        is_positional = state.positiontup is not None
        places = []
        for name in state.positiontup if state.positiontup is not None else state.parameters:
            key, at = of_list.get(name, (name, None))
            process = written_as(compiled.binds[key].type, dialect)
            if key in values:
                places.append(_Place(name, key, at, process))
            else:
                value = state.parameters[name]
                places.append(_Place(name, "", None, None, value if process is None else process(value)))
        return _Spelling(state.statement, tuple(places), is_positional)

    def _readers_for(self, dialect: Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
        readers = self._readers.get(dialect.name)
        if readers is None:
            given = enumerate(self._statement.exported_columns)
            read = [(at, _read_as(column.type, dialect)) for at, column in given]
            readers = [(at, process) for at, process in read if process is not None]
            self._readers[dialect.name] = readers
        return readers


def rows_of_each(
    session: Session, *asked: tuple[SpelledOut, Mapping[str, Any]]
) -> list[list[tuple[Any, ...]]]:
    """Run statements one after the other, on PostgreSQL in one trip, and return the rows of each."""
    way = way_of(session)
    given = way.ask(*[statement.in_words(way.dialect, values) for statement, values in asked])
    return [statement._read(rows, way.dialect) for (statement, _), rows in zip(asked, given, strict=True)]


def written_as(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    """Return what makes a value of this type into one that the driver takes, None where it is one."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _read_as(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
