"""Many rows at once."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from comments.storage import Database, insert_all, insert_ignoring
from tests.storage.tables import Counter, Note, value_of


def notes(*numbers: int) -> list[dict[str, object]]:
    return [note(number, f"note {number}") for number in numbers]


def note(number: int, body: str | None) -> dict[str, object]:
    return {"id": UUID(int=number), "body": body, "at": None}


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


async def test_new_rows_go_in_as_they_are(db: Database) -> None:
    texts = ["", "\\N", "a\tb\\n\n\r\n", 'quoted "" and \'', "über 東京 🙂"]
    rows = [note(number, text) for number, text in enumerate(texts)]

    assert await db.write(insert_all, Note, rows)
    assert await db.read(bodies) == texts
    assert await db.write(insert_all, Note, [])


async def test_all_new_rows_go_in_or_none(db: Database) -> None:
    def all_or_none(session: Session, *numbers: int) -> None:
        if not insert_all(session, Note, notes(*numbers)):
            raise LookupError

    await db.write(all_or_none, *range(7000))
    with pytest.raises(LookupError):
        await db.write(all_or_none, *range(6999, 13000))
    assert len(await db.read(bodies)) == 7000


async def test_a_new_row_without_a_value_is_refused(db: Database) -> None:
    with pytest.raises(IntegrityError):
        await db.write(insert_all, Note, [note(1, None)])


def bodies(session: Session) -> list[str]:
    return list(session.scalars(select(Note.body).order_by(Note.id)))
