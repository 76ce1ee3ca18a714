"""Many rows at once."""

from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from comments.storage import Database, insert_ignoring
from tests.storage.tables import Counter, Note, value_of


def notes(*numbers: int) -> list[dict[str, object]]:
    return [{"id": UUID(int=number), "body": f"note {number}"} for number in numbers]


async def test_rows_that_exist_stay_as_they_are_and_are_not_counted(db: Database) -> None:
    counters = [{"name": "a", "value": 99}, {"name": "c", "value": 1}, {"name": "d", "value": 2}]

    assert await db.write(insert_ignoring, Counter, counters) == 2
    assert await db.write(insert_ignoring, Counter.__table__, counters) == 0
    assert await db.read(value_of, "a") == 0


async def test_thousands_go_in_at_once(db: Database) -> None:
    assert await db.write(insert_ignoring, Note, notes(*range(5000))) == 5000
    assert await db.write(insert_ignoring, Note, notes(*range(4000, 6000))) == 1000


async def test_no_rows_are_none(db: Database) -> None:
    assert await db.write(insert_ignoring, Note, []) == 0


async def test_a_missing_value_is_refused(db: Database) -> None:
    def without_body(session: Session) -> int:
        return insert_ignoring(session, Note, [{"id": UUID(int=1), "body": None}])

    with pytest.raises(IntegrityError):
        await db.write(without_body)
