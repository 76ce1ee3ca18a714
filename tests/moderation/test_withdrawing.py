"""Taking back what was only said: notes, and messages that lie in the outbox still."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from comments.identity.models import Author
from comments.moderation.audit.changes_since import own_orders
from comments.moderation.audit.history import histories
from comments.moderation.authors.message import LIES_FOR, MESSAGE_MAIL
from comments.moderation.authors.message_state import notes
from comments.moderation.errors import AllHandled, MessageSent
from comments.outbox import Delivery, Handler, Task
from tests.moderation.desk import Desk

pytestmark = pytest.mark.anyio


async def written_to(desk: Desk) -> UUID:
    """Return a comment whose author gave an address."""
    [comment_id] = await desk.comments()

    def give(session: Any) -> None:
        session.get_one(Author, desk.jonas).email = "jonas@mail.example"

    await desk.db.write(give)
    return comment_id


async def delivered(desk: Desk, *, after: timedelta) -> list[str]:
    """Let time pass, and return the decisions whose messages are sent by then."""
    sent: list[str] = []

    async def send(task: Task) -> None:
        sent.append(task.payload["decision"])

    desk.clock.advance(after)
    await Delivery(desk.db, desk.clock, {MESSAGE_MAIL: Handler(send, "mail")}).deliver_due()
    return sent


async def noted(desk: Desk, comment_id: UUID) -> list[str]:
    found = await desk.db.read(histories, [comment_id])
    return [note.reason for note in notes(found[comment_id])]


async def standing(desk: Desk) -> dict[str, int]:
    return {order.choice: order.standing for order in await desk.db.scan(own_orders, desk.mia, 20)}


async def test_a_message_lies_for_a_minute_and_is_not_sent_once_it_was_taken_back(desk: Desk) -> None:
    comment_id = await written_to(desk)
    outcome = await desk.decide("message", [comment_id], reason="Please leave the names out.")
    assert await delivered(desk, after=LIES_FOR / 2) == []
    assert await standing(desk) == {"message": 1}

    undone = await desk.undo(outcome)

    assert (undone.withdrew, [one.comment_id for one in undone.decided]) == ("withdraw_message", [comment_id])
    assert await delivered(desk, after=2 * LIES_FOR) == []
    assert [one.decision for one in await desk.log()] == ["message", "withdraw_message"]
    assert await standing(desk) == {"message": 0}


async def test_a_message_that_was_sent_is_not_taken_back(desk: Desk) -> None:
    comment_id = await written_to(desk)
    outcome = await desk.decide("message", [comment_id], reason="Hello")
    assert len(await delivered(desk, after=2 * LIES_FOR)) == 1

    with pytest.raises(MessageSent):
        await desk.undo(outcome)

    assert [one.decision for one in await desk.log()] == ["message"]
    assert await standing(desk) == {"message": 0}


async def test_while_a_message_is_being_sent_it_is_not_taken_back(desk: Desk) -> None:
    comment_id = await written_to(desk)
    outcome = await desk.decide("message", [comment_id], reason="Hello")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def send(task: Task) -> None:
        begun.set()
        await go_on.wait()

    desk.clock.advance(2 * LIES_FOR)
    delivery = Delivery(desk.db, desk.clock, {MESSAGE_MAIL: Handler(send, "mail")})
    sending = asyncio.create_task(delivery.deliver_due())
    await begun.wait()
    with pytest.raises(MessageSent):
        await desk.undo(outcome)
    go_on.set()

    assert await sending == 1


async def test_taken_back_and_taken_up_at_once_only_one_happens(desk: Desk) -> None:
    comment_id = await written_to(desk)
    for text in ("One", "Two", "Three", "Four"):
        outcome = await desk.decide("message", [comment_id], reason=text)
        desk.clock.advance(2 * LIES_FOR)

        undone, sent = await asyncio.gather(
            desk.undo(outcome), delivered(desk, after=timedelta()), return_exceptions=True
        )

        assert isinstance(sent, list)
        assert isinstance(undone, MessageSent) is bool(sent)


async def test_a_note_is_taken_back_by_its_own_undo_and_the_decisions_around_it_stand(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    await desk.decide("approve", [comment_id])
    outcome = await desk.decide("note", [comment_id], reason="Asked him")
    await desk.decide("note", [comment_id], reason="He agreed")
    await desk.decide("remove", [comment_id])
    assert await noted(desk, comment_id) == ["Asked him", "He agreed"]

    await desk.undo(outcome)

    assert await noted(desk, comment_id) == ["He agreed"]
    assert await desk.states([comment_id]) == ["removed"]
    await desk.decide("restore", [comment_id])
    assert await desk.states([comment_id]) == ["approved"]
    assert await noted(desk, comment_id) == ["He agreed"]


async def test_one_undo_takes_back_the_note_about_many(desk: Desk) -> None:
    ids = await desk.comments(3)
    outcome = await desk.decide("note", ids, reason="One of a row")

    undone = await desk.undo(outcome)

    assert {one.comment_id for one in undone.decided} == set(ids)
    assert [await noted(desk, one) for one in ids] == [[], [], []]


async def test_a_second_press_finds_it_taken_back_and_another_moderator_is_told_who_did_it(
    desk: Desk,
) -> None:
    [comment_id] = await desk.comments()
    outcome = await desk.decide("note", [comment_id], reason="Asked him")
    first = await desk.undo(outcome)
    second = await desk.undo(outcome)

    with pytest.raises(AllHandled) as refused:
        await desk.undo(outcome, by=desk.ana)

    assert (second.at, second.decided) == (first.at, first.decided)
    assert refused.value.detail == "Mia took this back already."
    assert [one.decision for one in await desk.log()] == ["note", "withdraw_note"]


async def test_a_form_that_is_sent_twice_says_it_once(desk: Desk) -> None:
    comment_id = await written_to(desk)
    first = await desk.decide("message", [comment_id], reason="Hello")
    again = await desk.decide("message", [comment_id], reason="Hello")
    other = await desk.decide("message", [comment_id], reason="Hello", by=desk.ana)
    await desk.undo(first)
    anew = await desk.decide("message", [comment_id], reason="Hello")

    assert again.at == first.at
    assert len({first.at, other.at, anew.at}) == 3
    assert len(await delivered(desk, after=2 * LIES_FOR)) == 2
