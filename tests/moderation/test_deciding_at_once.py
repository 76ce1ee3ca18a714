"""Deciding at the same time: two moderators, crossing orders, 500 comments."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio
import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.moderation import messages
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import Choice, CommentChoice, DecisionOrder, OrderOutcome
from comments.moderation.errors import AllHandled
from comments.moderation.queue.sizes import queue_sizes
from comments.storage import Database
from comments.threads.models import Thread
from tests.moderation.desk import KEYS, Desk

pytestmark = pytest.mark.anyio


async def test_two_moderators_at_once_do_not_both_decide(desk: Desk) -> None:
    ids = await desk.comments(20)
    outcomes: list[OrderOutcome] = []
    refusals: list[AllHandled] = []

    async def work(moderator: Moderator, choice: Choice) -> None:
        for comment_id in ids:
            order = DecisionOrder(moderator, choice, [CommentChoice(comment_id, expected_version=1)])
            try:
                outcomes.append(await desk.db.write(decide, order, KEYS, at=desk.clock.now()))
            except AllHandled as refused:
                refusals.append(refused)

    async with anyio.create_task_group() as both:
        both.start_soon(work, desk.mia, "approve")
        both.start_soon(work, desk.ana, "spam")

    assert len(outcomes) == len(refusals) == 20
    assert len(await desk.log()) == 20
    approved = (await desk.states(ids)).count("approved")
    assert (await desk.thread()).comment_count == approved


async def test_orders_that_cross_do_not_lock_each_other_out(desk: Desk) -> None:
    other_thread = desk.seed.thread()
    here = await desk.comments(10)
    there = [desk.seed.comment(other_thread, desk.jonas) for _ in range(10)]
    await desk.db.write(desk.seed.store)

    async def work(moderator: Moderator, choice: Choice, ids: list[UUID]) -> None:
        order = DecisionOrder(moderator, choice, [CommentChoice(comment_id) for comment_id in ids])
        await desk.db.write(decide, order, KEYS, at=desk.clock.now())

    with anyio.fail_after(30):
        async with anyio.create_task_group() as all_at_once:
            for turn in range(6):
                ids = here + there if turn % 2 else there[::-1] + here[::-1]
                all_at_once.start_soon(work, desk.mia, "approve" if turn % 2 else "remove", ids)

    states = await desk.states(here + there)
    assert len(set(states)) == 1
    assert (await desk.thread()).comment_count == (10 if states[0] == "approved" else 0)
    times = [(entry.at, entry.comment_id) for entry in await desk.log()]
    assert len(times) == len(set(times)) == 120


async def test_queues_are_counted_exactly_to_a_thousand(desk: Desk, db: Database) -> None:
    ids = await desk.comments(1_001)

    many = await db.read(queue_sizes, desk.seed.site_id)
    await desk.decide("approve", ids[:1])
    exact = await db.read(queue_sizes, desk.seed.site_id)

    assert (messages.size(many["pending"]), messages.size(exact["pending"])) == ("1,000+", "1,000")
    assert messages.size(messages.all_sizes(exact)["all"]) == "1,000+"


async def test_what_is_public_in_a_large_part_is_counted_only_where_many_edits_may_wait(
    desk: Desk, db: Database
) -> None:
    news, part = desk.seed.thread(section="/news/"), ("/news/",)

    async def sizes(more_waiting: int) -> dict[str, int]:
        for _ in range(more_waiting):
            desk.seed.comment(news, desk.jonas)
        await db.write(desk.seed.store)
        await db.write(lambda session: session.execute(update(Thread).values(comment_count=2_001)))
        return await db.read(queue_sizes, desk.seed.site_id, part)

    few, many = await sizes(2), await sizes(999)

    assert (messages.size(few["approved"]), few["pending"]) == ("1,000+", 2)
    assert (many["approved"], messages.size(many["pending"])) == (0, "1,000+")


async def test_five_hundred_at_once_take_few_statements(desk: Desk, db: Database) -> None:
    seed = desk.seed
    authors = [seed.author(f"Guest {number}") for number in range(100)]
    threads = [seed.thread() for _ in range(100)]
    top = seed.comment(desk.thread_id, desk.jonas)
    ids = [
        seed.comment(desk.thread_id, authors[number % 100], parent=top)
        if number % 2
        else seed.comment(threads[number % 100], authors[number % 100])
        for number in range(499)
    ]
    await db.write(seed.store)
    statements: list[str] = []

    outcome = await desk.decide("approve", [top, *ids])
    assert len(outcome.decided) == 500
    assert (await desk.thread()).comment_count == 250
    assert (await desk.comment(top)).reply_total == 249

    def counted(session: Session, order: DecisionOrder) -> OrderOutcome:
        connection = session.connection()

        def note(*arguments: Any) -> None:
            statements.append(arguments[2])

        event.listen(connection, "before_cursor_execute", note)
        try:
            return decide(session, order, KEYS, at=desk.clock.now())
        finally:
            event.remove(connection, "before_cursor_execute", note)

    order = DecisionOrder(desk.mia, "spam", [CommentChoice(comment_id) for comment_id in [top, *ids]])
    await db.write(counted, order)

    assert len(statements) <= 21, "\n".join(statements)
    assert (await desk.thread()).comment_count == 0
    assert (await desk.comment(top)).reply_total == 0


async def test_a_log_with_two_decisions_at_one_moment_keeps_their_order(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    order = [CommentChoice(comment_id)]
    at = desk.clock.now()

    await desk.db.write(decide, DecisionOrder(desk.mia, "approve", order), KEYS, at=at)
    await desk.db.write(decide, DecisionOrder(desk.ana, "spam", order), KEYS, at=at - timedelta(seconds=3))

    assert [entry.decision for entry in await desk.log()] == ["approve", "spam"]
