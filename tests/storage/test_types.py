"""Types that mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.storage import Database, insert_ignoring
from tests.storage.tables import Counter, Note, Reply

MOMENT = datetime(2026, 11, 24, 12, 30, 45, 123456, tzinfo=UTC)


def store(session: Session, at: datetime | None) -> UUID:
    note = Note(id=uuid4(), body="", at=at)
    session.add(note)
    return note.id


def stored(session: Session, one: UUID) -> datetime | None:
    return session.scalars(select(Note.at).where(Note.id == one)).one()


@pytest.mark.parametrize(
    "at",
    [
        MOMENT,
        MOMENT.astimezone(timezone(timedelta(hours=5, minutes=45))),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        None,
    ],
)
async def test_a_time_keeps_all_six_digits_and_comes_back_in_utc(db: Database, at: datetime | None) -> None:
    found = await db.read(stored, await db.write(store, at))

    assert found == at
    assert found is None or found.tzinfo is UTC


async def test_a_naive_time_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        await db.write(store, datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001 - that is the point


async def test_times_are_compared_and_sorted_as_times(db: Database) -> None:
    times = [MOMENT + timedelta(microseconds=step) for step in (0, 1, -1, 1_000_000, -1_000_000)]
    for at in times:
        await db.write(store, at)

    def later(session: Session) -> list[datetime | None]:
        return [*session.scalars(select(Note.at).where(Note.at >= MOMENT).order_by(Note.at))]

    assert await db.read(later) == sorted(at for at in times if at >= MOMENT)
    assert await db.read(lambda session: session.scalar(select(func.max(Note.at)))) == max(times)


async def test_text_is_sorted_by_code_point(db: Database) -> None:
    words = [
        "b",
        "B",
        "a",
        "A",
        "Z",
        "z",
        "é",
        "e",
        "ß",
        "_",
        "-",
        "10",
        "9",
        "日本",
        "😀",
        "\ufffd",
        "ab",
        "a b",
    ]
    await db.write(insert_ignoring, Counter, [{"name": f"w{word}", "value": 0} for word in words])

    def in_order(session: Session) -> list[str]:
        found = select(Counter.name).where(Counter.name.startswith("w")).order_by(Counter.name)
        return [*session.scalars(found)]

    assert await db.read(in_order) == sorted(f"w{word}" for word in words)


async def test_ids_are_sorted_as_they_were_made(db: Database) -> None:
    ids = [new_id(MOMENT + timedelta(milliseconds=step)) for step in range(300)]
    ids += [UUID(int=0), UUID(int=2**128 - 1)]

    def add(session: Session) -> None:
        session.execute(insert(Reply), [{"id": one, "path": one.bytes} for one in reversed(ids)])

    def in_order(session: Session) -> tuple[list[UUID], list[UUID]]:
        by_id, by_path = select(Reply.id).order_by(Reply.id), select(Reply.id).order_by(Reply.path)
        return [*session.scalars(by_id)], [*session.scalars(by_path)]

    await db.write(add)

    assert await db.read(in_order) == (sorted(ids), sorted(ids))
