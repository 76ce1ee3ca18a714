"""Who still comes in, without a service: the expected wait decides, and reads are never asked."""

import asyncio

import pytest

from comments.web.middleware.admission import ALWAYS_INSIDE, MOST_INSIDE, Admission, FairQueue, Overloaded

pytestmark = pytest.mark.anyio

POST = "/api/v1/sites/blog/comments"
DECISION = "/api/v1/sites/blog/moderation/decisions"


class Time:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def admission(now: Time) -> Admission:
    return Admission(is_urgent=lambda path: path == DECISION, now=now)


async def filled(door: Admission, count: int) -> None:
    for _ in range(count):
        await door.enter()


def is_refused(door: Admission, path: str) -> bool:
    try:
        door.refuse_over(path)
    except Overloaded:
        return True
    return False


async def served(door: Admission, now: Time, count: int, seconds_each: float) -> None:
    for _ in range(count):
        now.at += seconds_each
        door.leave()


async def test_posts_are_refused_once_they_would_wait_for_a_second_and_decisions_later() -> None:
    now = Time()
    door = admission(now)
    await filled(door, 200)
    await served(door, now, 50, 0.01)
    assert door.wait_seconds(door.inside) == pytest.approx(1.5, rel=0.1)

    assert is_refused(door, POST)
    assert not is_refused(door, DECISION)
    assert door.refused == 1

    await served(door, now, 60, 0.01)
    assert not is_refused(door, POST), "it recovers by itself"


async def test_what_stands_still_is_noticed_without_anybody_leaving() -> None:
    now = Time()
    door = admission(now)
    await filled(door, ALWAYS_INSIDE)
    assert not is_refused(door, POST)

    now.at += 2

    assert is_refused(door, POST)
    assert is_refused(door, DECISION)


async def test_a_few_are_always_let_in_and_never_more_than_there_is_room_for() -> None:
    now = Time()
    door = admission(now)
    await filled(door, ALWAYS_INSIDE - 1)
    now.at += 60
    assert not is_refused(door, POST)

    crowded = admission(now)
    await filled(crowded, MOST_INSIDE)
    assert is_refused(crowded, POST), "however fast it may be"


async def test_quiet_hours_are_not_taken_for_slowness() -> None:
    now = Time()
    door = admission(now)
    for _ in range(100):
        now.at += 600
        await door.enter()
        now.at += 0.002
        door.leave()
    await filled(door, ALWAYS_INSIDE * 2)

    assert not is_refused(door, POST)


async def test_a_few_go_on_in_each_round_and_others_have_theirs_in_between() -> None:
    turns, order = FairQueue(2), []

    async def change(number: int) -> None:
        await turns.take()
        order.append(f"change {number}")

    async def reads() -> None:
        for number in range(3):
            order.append(f"read {number}")
            await asyncio.sleep(0)

    waiting = [asyncio.create_task(change(number)) for number in range(6)]
    waiting[3].cancel()
    await asyncio.gather(*waiting, reads(), return_exceptions=True)

    assert [step for step in order if step.startswith("change")] == [
        f"change {number}" for number in (0, 1, 2, 4, 5)
    ]
    assert order.index("read 1") < order.index("change 4")
