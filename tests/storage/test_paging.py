"""The first rows of each group, on a table that is large and analysed."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Select, Table, text
from sqlalchemy.orm import Session

from comments.storage import Database, first_per_group, groups_asked
from tests.storage.tables import Counter, Reply
from tests.support.plans import analyse, plan_of

ROWS = 100_000
ROOTS = [UUID(int=number) for number in range(1, 201)]
# One root has half of everything below it.
CROWDED = ROOTS[7]

# Row n has the path "0000n", its root is the crowded one if n is odd, and it is shown unless 5 divides n.
FILL = {
    "sqlite": """
        WITH RECURSIVE numbers(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
        INSERT INTO replies (id, root_id, path, shown)
        SELECT
            printf('%032x', 1000000 + n),
            printf('%032x', iif(n % 2, 8, n / 2 % 200 + 1)),
            CAST(printf('%08d', n) AS BLOB),
            n % 5 <> 0
        FROM numbers
    """,
    "postgresql": """
        INSERT INTO replies (id, root_id, path, shown)
        SELECT
            lpad(to_hex(1000000 + n), 32, '0')::uuid,
            lpad(to_hex(CASE WHEN n % 2 = 1 THEN 8 ELSE n / 2 % 200 + 1 END), 32, '0')::uuid,
            convert_to(lpad(n::text, 8, '0'), 'UTF8'),
            n % 5 <> 0
        FROM generate_series(0, :last) AS numbers(n)
    """,
}


def fill(session: Session, dialect: str) -> None:
    session.execute(text(FILL[dialect]), {"last": ROWS - 1})
    analyse(session)


def first_replies(session: Session, roots: Sequence[UUID], limit: int = 3) -> Select[Any]:
    dialect = session.get_bind().dialect.name
    return first_per_group(
        dialect,
        [Reply.root_id, Reply.path],
        of=cast(Table, Reply.__table__),
        group="root_id",
        order="path",
        where=lambda reply: reply.root_id.is_not(None) & reply.shown.is_(True),
    ).params(groups_asked(dialect, roots, limit))


@pytest.fixture
async def filled(db: Database) -> Database:
    await db.write(fill, db.dialect)
    return db


async def test_each_group_gives_its_first_rows_in_the_order_asked(filled: Database) -> None:
    asked = [ROOTS[20], CROWDED, UUID(int=999_999), ROOTS[3]]

    rows = await filled.read(lambda session: session.execute(first_replies(session, asked)).all())

    def expected(root: UUID, first: int, step: int) -> list[tuple[UUID, bytes]]:
        mine = [number for number in range(first, ROWS, step) if number % 5][:3]
        return [(root, b"%08d" % number) for number in mine]

    assert [tuple(row) for row in rows] == [
        *expected(ROOTS[20], 40, 400),
        *[(CROWDED, b"%08d" % number) for number in (1, 3, 7)],
        *expected(ROOTS[3], 6, 400),
    ]


async def test_no_groups_give_no_rows(filled: Database) -> None:
    assert await filled.read(lambda session: session.execute(first_replies(session, [])).all()) == []


async def test_further_tables_can_be_joined(filled: Database) -> None:
    def named(session: Session) -> Sequence[Any]:
        statement = first_replies(session, [CROWDED], limit=2).add_columns(Counter.name)
        return session.execute(statement.join(Counter, Counter.name == "a")).all()

    assert [row.name for row in await filled.read(named)] == ["a", "a"]


async def test_each_group_is_one_range_of_the_partial_index(filled: Database) -> None:
    plan = await filled.read(lambda session: plan_of(session, first_replies(session, ROOTS[:25])))

    assert "ix_replies_branch" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "SCAN replies" not in plan, plan
