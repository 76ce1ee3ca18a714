"""Conditions that are looked at in each row on the way, and not looked for in an index."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Unindexed(FunctionElement[UUID]):
    """A column whose value is read from each row that is walked past.

    SQLite, which has no statistics, takes any index that has it first, gathers all rows, and sorts them to
    find those that come next in an order that another index is in.
    """

    type = Uuid()
    inherit_cache = True


@compiles(Unindexed)
def _as_it_is(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Unindexed, "sqlite")
def _as_a_value(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"
