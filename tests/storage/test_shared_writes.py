"""Writes that may share a transaction: each has its own answer, whatever becomes of the others."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.orm import Session

from comments.storage import Apart, Database, Shared, StorageUnreachable
from tests.storage.tables import Counter, add_note, bodies, end_connections_at_commit, value_of

Runs = list[Sequence[int]]


def adding(runs: Runs) -> Callable[[Session, Sequence[int]], list[str]]:
    """Return an action that adds a note for each number; it fails for the number 3, and sets 4 apart."""

    def action(session: Session, numbers: Sequence[int]) -> list[str]:
        runs.append(numbers)
        for number in numbers:
            add_note(session, str(number))
        if len(numbers) > 1 and 4 in numbers:
            raise Apart([numbers.index(4)])
        if 3 in numbers:
            session.flush()
            raise RuntimeError("three")
        return [f"{number} is stored" for number in numbers]

    return action


async def test_each_is_kept_once_and_has_its_own_answer(db: Database) -> None:
    runs: Runs = []
    action = adding(runs)
    heard: list[object] = []
    db.subscribe(heard.extend)

    numbers = range(10, 50)
    answers = await asyncio.gather(
        *(db.write_shared(Shared(number % 2, {number}), action, number) for number in numbers)
    )

    assert answers == [f"{number} is stored" for number in numbers]
    assert await db.read(bodies) == {str(number) for number in numbers}
    assert await db.read(value_of, "a") == 40
    assert sorted(map(str, heard)) == sorted(map(str, numbers))
    assert all(number % 2 == run[0] % 2 for run in runs for number in run)
    assert (max(map(len, runs)) > 1) == (db.dialect == "postgresql")


async def test_one_that_fails_and_one_that_is_set_apart_do_not_touch_their_neighbours(db: Database) -> None:
    runs: Runs = []
    action = adding(runs)

    answers = await asyncio.gather(
        *(db.write_shared(Shared("all", {number}), action, number) for number in range(8)),
        return_exceptions=True,
    )

    assert [str(answer) for answer in answers if isinstance(answer, Exception)] == ["three"]
    assert await db.read(bodies) == {str(number) for number in range(8)} - {"3"}
    assert await db.read(value_of, "a") == 7
    assert [4] in [list(run) for run in runs]


async def test_those_with_a_mark_in_common_follow_one_another(db: Database) -> None:
    runs: Runs = []
    action = adding(runs)

    await asyncio.gather(
        *(db.write_shared(Shared("all", {number % 3}), action, 10 + number) for number in range(12))
    )

    for run in runs:
        assert len({(number - 10) % 3 for number in run}) == len(run)
    in_order = [number for run in runs for number in run]
    for rest in range(3):
        same = [number for number in in_order if (number - 10) % 3 == rest]
        assert same == sorted(same)


async def test_a_cancelled_caller_takes_nobody_along(db: Database) -> None:
    action = adding([])
    tasks = [
        asyncio.create_task(db.write_shared(Shared("all", {number}), action, number))
        for number in range(10, 30)
    ]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()

    await asyncio.gather(*tasks, return_exceptions=True)

    assert await db.read(bodies) >= {str(number) for number in range(11, 30, 2)}


@pytest.mark.postgresql
async def test_a_commit_that_nobody_heard_of_is_not_tried_again(on_postgres: Database) -> None:
    await on_postgres.write(end_connections_at_commit)
    runs: Runs = []
    action = adding(runs)

    answers = await asyncio.gather(
        *(on_postgres.write_shared(Shared("all", {number}), action, number) for number in range(10, 15)),
        return_exceptions=True,
    )

    assert {type(answer) for answer in answers} == {StorageUnreachable}
    assert sorted(number for run in runs for number in run) == list(range(10, 15))


@pytest.mark.postgresql
async def test_writers_that_create_the_same_row_all_find_it_together(on_postgres: Database) -> None:
    def count(session: Session, names: Sequence[str]) -> Sequence[str]:
        for name in names:
            if session.get(Counter, name) is None:
                session.add(Counter(name=name))
                session.flush()
        return names

    answers = await asyncio.gather(
        *(on_postgres.write_shared(Shared(number % 3, {number}), count, "same") for number in range(12))
    )

    assert answers == ["same"] * 12
    assert await on_postgres.read(value_of, "same") == 0
