"""Taking decisions back: one by one, a whole order, and what they gave away."""

import pytest

from comments.moderation.decisions.decide import decide, undo
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder
from comments.moderation.errors import AllHandled, DecisionsMissing
from tests.moderation.desk import KEYS, Desk

pytestmark = pytest.mark.anyio


async def test_restore_goes_back_one_decision_at_a_time(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    for choice in ("approve", "remove", "spam"):
        await desk.decide(choice, [comment_id])

    seen = []
    for _ in range(3):
        await desk.decide("restore", [comment_id])
        seen.append((await desk.comment(comment_id)).state)

    assert seen == ["removed", "approved", "pending"]
    with pytest.raises(AllHandled) as refused:
        await desk.decide("restore", [comment_id])
    assert refused.value.facts["conflicts"] == [
        {"id": str(comment_id), "by": None, "state": "pending", "at": None}
    ]


async def test_undo_takes_back_a_whole_order(desk: Desk) -> None:
    one, two, three = ids = await desk.comments(3)
    await desk.decide("approve", [three])
    outcome = await desk.decide("spam", ids)

    undone = await desk.undo(outcome)

    assert {decided.comment_id for decided in undone.decided} == {one, two, three}
    assert await desk.states(ids) == ["pending", "pending", "approved"]
    assert (await desk.thread()).comment_count == 1


async def test_undo_leaves_alone_what_somebody_has_decided_since(desk: Desk) -> None:
    one, two = await desk.comments(2)
    outcome = await desk.decide("spam", [one, two])
    await desk.decide("approve", [two], by=desk.ana)

    undone = await desk.undo(outcome)

    assert [decided.comment_id for decided in undone.decided] == [one]
    assert [(conflict.comment_id, conflict.by) for conflict in undone.conflicts] == [(two, "Ana")]
    assert await desk.states([one, two]) == ["pending", "approved"]


async def test_a_second_press_on_undo_changes_nothing(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    await desk.decide("spam", [comment_id])
    outcome = await desk.decide("approve", [comment_id])
    await desk.undo(outcome)

    with pytest.raises(AllHandled):
        await desk.undo(outcome)

    assert await desk.states([comment_id]) == ["spam"]


async def test_orders_of_one_moment_are_undone_one_by_one(desk: Desk) -> None:
    one, two = await desk.comments(2)
    at = desk.clock.now()
    first, second = [
        await desk.db.write(decide, DecisionOrder(desk.mia, "spam", [CommentChoice(comment_id)]), KEYS, at=at)
        for comment_id in (one, two)
    ]

    await desk.undo(second)

    assert first.at < second.at
    assert await desk.states([one, two]) == ["spam", "pending"]


async def test_undo_of_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(DecisionsMissing):
        await desk.db.write(
            undo, desk.mia, KEYS, made_by=desk.mia.account_id, made_at=desk.clock.now(), at=desk.clock.now()
        )


async def test_taking_the_first_approval_back_takes_the_trust_back(desk: Desk) -> None:
    [comment_id] = await desk.comments(name="Jonas")
    outcome = await desk.decide("approve", [comment_id])

    await desk.undo(outcome)

    author = await desk.author()
    assert (author.approved_count, author.approved_name) == (0, None)


async def test_an_approval_by_mistake_leaves_the_name_that_was_trusted_before(desk: Desk) -> None:
    [first] = await desk.comments(name="Jonas")
    [second] = await desk.comments(name="Ana P.")
    await desk.decide("approve", [first])
    outcome = await desk.decide("approve", [second])
    assert (await desk.author()).approved_name == "Ana P."

    await desk.undo(outcome)

    author = await desk.author()
    assert (author.approved_count, author.approved_name) == (1, "Jonas")


async def test_the_first_approval_settles_the_title_and_undoing_it_unsettles_it(desk: Desk) -> None:
    first, second = await desk.comments(2)
    outcome = await desk.decide("approve", [first])
    assert (await desk.thread()).title_confirmed

    await desk.undo(outcome)
    assert not (await desk.thread()).title_confirmed

    outcome = await desk.decide("approve", [first])
    await desk.decide("approve", [second])
    await desk.undo(outcome)
    assert (await desk.thread()).title_confirmed, "the other comment stands for it"
