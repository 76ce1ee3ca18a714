"""A few rows of each of many groups, at a cost that does not grow with the groups."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    select,
    true,
)


def first_per_group(
    dialect: str,
    columns: Sequence[Any],
    *,
    of: Table,
    group: str,
    order: str,
    where: Callable[[Any], ColumnElement[bool]],
    key: str = "id",
) -> Select[Any]:
    """Select `columns` of the first rows of `of`, by `order`, for each of the groups that are asked for.

    Run it with what `groups_asked` returns. `group`, `order` and `key` (unique) name columns of `of`. `where`
    gets the columns to filter by: with the condition of a partial index on (group, order) each group is one
    range of it. Rows come in the order of the groups, then by `order`.
    """
    candidate = of.alias("candidate").c
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
    first = (
        select(candidate[key])
        .where(candidate[group] == group_id, where(candidate))
        .order_by(candidate[order])
        .limit(bindparam("first", type_=Integer()))
    )
    statement = select(*columns).select_from(wanted)
    if dialect == "postgresql":
        found = first.lateral("found")
        statement = statement.join(found, true()).join(of, of.c[key] == found.c[key])
    else:
        statement = statement.join(of, of.c[key].in_(first.correlate(wanted)))
    return statement.order_by(position, of.c[order])


def groups_asked(dialect: str, ids: Sequence[UUID], limit: int) -> dict[str, Any]:
    """Return what `first_per_group` is run with: these groups, and so many rows of each."""
    groups: Any = [*ids]
    if dialect != "postgresql":
        groups = msgspec.json.encode([one.hex for one in ids]).decode()
    return {"groups": groups, "first": limit}
