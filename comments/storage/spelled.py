"""Statements spelled out once for each database, for what runs again and again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from comments.storage.values import read_as, several, written_as
from comments.storage.ways import InWords, Rows, way_of

Shape = tuple[str, tuple[int, ...]]
"""How a dialect marks values, and how long each list is."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A statement in words, and how its values come about: each is made once, however often it stands there.

    First come those that are `given` by their names, then those `of_lists`, by name and place; some are
    `made` into the driver's; then the statement's own. `placed` puts them where they stand.
    """

    text: str
    names: tuple[str, ...] | None
    """What the places are called, where values go by names."""
    given: Callable[[Any], tuple[Any, ...]]
    of_lists: tuple[tuple[str, int], ...]
    made: tuple[tuple[int, Callable[[Any], Any]], ...]
    constants: tuple[Any, ...]
    placed: Callable[[Any], tuple[Any, ...]]

    def values(self, given: Mapping[str, Any]) -> Any:
        values = [*self.given(given), *[given[name][at] for name, at in self.of_lists], *self.constants]
        for at, process in self.made:
            values[at] = process(values[at])
        placed = self.placed(values)
        return placed if self.names is None else dict(zip(self.names, placed, strict=True))


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
        names = tuple(state.positiontup if state.positiontup is not None else state.parameters)
        singles = [name for name in dict.fromkeys(names) if name in values]
        listed = [name for name in dict.fromkeys(names) if name in of_list]
        own = [name for name in dict.fromkeys(names) if name not in values and name not in of_list]
        process = {key: written_as(bound.type, dialect) for key, bound in compiled.binds.items()}
        kinds = [*singles, *(of_list[name][0] for name in listed)]
        constants = [(process[name], state.parameters[name]) for name in own]
        order = {name: at for at, name in enumerate((*singles, *listed, *own))}
        return _Spelling(
            state.statement,
            names if state.positiontup is None else None,
            several(singles),
            tuple([of_list[name] for name in listed]),
            tuple([(at, make) for at, key in enumerate(kinds) if (make := process[key]) is not None]),
            tuple([value if make is None else make(value) for make, value in constants]),
            several([order[name] for name in names]),
        )

    def _readers_for(self, dialect: Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
        readers = self._readers.get(dialect.name)
        if readers is None:
            given = enumerate(self._statement.exported_columns)
            read = [(at, read_as(column.type, dialect)) for at, column in given]
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
