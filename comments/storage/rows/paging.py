"""A few rows of each of many groups, at a cost that does not grow with the groups."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    select,
    true,
)
from sqlalchemy.orm import DeclarativeBase, aliased

M = TypeVar("M", bound=DeclarativeBase)


def first_per_group(
    dialect: str,
    columns: Sequence[Any],
    *,
    of: type[M],
    group: str,
    order: str,
    where: Callable[[type[M]], ColumnElement[bool]] | None = None,
    key: str = "id",
) -> Select[Any]:
    """Select `columns` of the first rows of `of`, by `order`, for each of the groups that are asked for.

    Run it with what `groups_asked` returns; made once for each dialect, it costs what running it costs.
    `group`, `order` and `key` (unique) name attributes of `of`. `where` gets the entity to filter by: with
    the condition of a partial index on (group, order) each group is one range of it. Rows come in the order
    of the groups, then by `order`. Further tables can be joined to it, and their columns asked for.
    """
    candidate = _candidate(of)
    if dialect == "postgresql":
        wanted = (
            func.unnest(bindparam("groups", type_=ARRAY(Uuid())))
            .table_valued(column("id", Uuid()), with_ordinality="position", name="wanted")
            .render_derived()
        )
        group_id, position = wanted.c.id, wanted.c.position
    else:
        # As text: SQLite has no arrays, and before 3.41 no way from JSON to bytes.
        asked = bindparam("groups", type_=Text())
        wanted = func.json_each(asked).table_valued("key", "value", name="wanted")
        group_id, position = wanted.c.value, wanted.c.key
    first = select(getattr(candidate, key)).where(getattr(candidate, group) == group_id)
    if where is not None:
        first = first.where(where(candidate))
    first = first.order_by(getattr(candidate, order)).limit(bindparam("first", type_=Integer()))
    statement = select(*columns).select_from(wanted)
    if dialect == "postgresql":
        found = first.lateral("found")
        statement = statement.join(found, true()).join(of, getattr(of, key) == getattr(found.c, key))
    else:
        statement = statement.join(of, getattr(of, key).in_(first.correlate(wanted)))
    return statement.order_by(position, getattr(of, order))


def groups_asked(dialect: str, ids: Sequence[UUID], limit: int) -> dict[str, Any]:
    """Return what `first_per_group` is run with: these groups, and so many rows of each."""
    groups: Any = [*ids]
    if dialect != "postgresql":
        groups = msgspec.json.encode([one.hex for one in ids]).decode()
    return {"groups": groups, "first": limit}


@cache
def _candidate(of: type[M]) -> type[M]:
    # Made once: it copies every column of the table, which takes longer than the query.
    return aliased(of)
