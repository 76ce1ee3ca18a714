"""Deciding about comments: states, what readers see, what undoing brings back, and who was first."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio
import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.identity.models import Account, Author
from comments.identity.queries import Moderator
from comments.ids import new_id
from comments.moderation.actions import decide, undo
from comments.moderation.errors import AllHandled, DecisionsMissing, TooManyDecisions
from comments.moderation.models import Decision
from comments.moderation.orders import Choice, Order, Outcome, Wanted
from comments.storage import Database
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment, Revision, Thread
from tests.moderation.seeding import Seed

pytestmark = pytest.mark.anyio


class Desk:
    """A moderator's desk: a seeded site, its moderators, and a clock that moves with each decision."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.db, self.clock, self.seed = db, clock, Seed()
        self.mia = self.seed.moderator("Mia")
        self.ana = self.seed.moderator("Ana")
        self.jonas = self.seed.author("Jonas")
        self.thread_id = self.seed.thread("A title a guest gave")

    async def comments(self, count: int = 1, **values: Any) -> list[UUID]:
        made = [self.seed.comment(self.thread_id, self.jonas, **values) for _ in range(count)]
        await self.db.write(self.seed.store)
        return made

    async def decide(
        self,
        choice: Choice,
        wanted: Sequence[UUID | Wanted],
        *,
        by: Moderator | None = None,
        reason: str = "",
    ) -> Outcome:
        self.clock.advance(timedelta(seconds=5))
        named = [one if isinstance(one, Wanted) else Wanted(one) for one in wanted]
        order = Order(by or self.mia, choice, named, reason)
        return await self.db.write(decide, order, at=self.clock.now())

    async def undo(self, outcome: Outcome, *, of: Moderator | None = None) -> Outcome:
        self.clock.advance(timedelta(seconds=5))
        made_by = (of or self.mia).account_id
        return await self.db.write(undo, self.mia, made_by=made_by, made_at=outcome.at, at=self.clock.now())

    async def comment(self, comment_id: UUID) -> Comment:
        return await self.db.read(lambda session: session.get_one(Comment, comment_id))

    async def thread(self) -> Thread:
        return await self.db.read(lambda session: session.get_one(Thread, self.thread_id))

    async def author(self, author_id: UUID | None = None) -> Author:
        return await self.db.read(lambda session: session.get_one(Author, author_id or self.jonas))

    async def states(self, ids: Sequence[UUID]) -> list[str]:
        return [(await self.comment(comment_id)).state for comment_id in ids]

    async def log(self) -> Sequence[Decision]:
        statement = select(Decision).order_by(Decision.at, Decision.id)
        return await self.db.read(lambda session: session.scalars(statement).all())


@pytest.fixture
async def desk(db: Database, clock: FixedClock) -> Desk:
    made = Desk(db, clock)
    await db.write(made.seed.store)
    return made


@pytest.mark.parametrize(
    ("choice", "state"),
    [("approve", "approved"), ("hold", "pending"), ("spam", "spam"), ("remove", "removed")],
)
async def test_each_choice_leads_to_its_state(desk: Desk, choice: Choice, state: str) -> None:
    [comment_id] = await desk.comments()

    outcome = await desk.decide(choice, [comment_id])

    comment = await desk.comment(comment_id)
    assert (comment.state, comment.queue, comment.version) == (state, state, 2)
    assert [(one.comment_id, one.version, one.state) for one in outcome.decided] == [(comment_id, 2, state)]
    assert comment.reasons == '["First comment"]'


async def test_a_decision_is_logged_with_who_before_after_and_why(desk: Desk) -> None:
    [comment_id] = await desk.comments()

    outcome = await desk.decide("spam", [comment_id], reason="same text on 29 pages")

    [entry] = await desk.log()
    assert (entry.comment_id, entry.site_id) == (comment_id, desk.seed.site_id)
    assert (entry.account_id, entry.moderator_name) == (desk.mia.account_id, "Mia")
    assert (entry.decision, entry.before, entry.after) == ("spam", "pending", "spam")
    assert (entry.reason, entry.at) == ("same text on 29 pages", outcome.at)


async def test_an_approval_counts_on_the_page_and_at_every_comment_above(desk: Desk) -> None:
    [top] = await desk.comments()
    [middle] = await desk.comments(parent=top)
    [bottom] = await desk.comments(parent=middle)

    await desk.decide("approve", [bottom])

    above = [await desk.comment(top), await desk.comment(middle)]
    assert [(one.reply_total, one.listed, one.state) for one in above] == [(1, True, "pending")] * 2
    assert (await desk.comment(bottom)).listed
    thread = await desk.thread()
    assert (thread.comment_count, thread.version, thread.updated_at) == (1, 2, desk.clock.now())


async def test_a_decision_that_readers_cannot_see_leaves_the_page_alone(desk: Desk) -> None:
    [comment_id] = await desk.comments()

    await desk.decide("spam", [comment_id])

    assert (await desk.thread()).version == 1


async def test_an_approval_is_announced_once_for_a_page(desk: Desk) -> None:
    heard: list[object] = []
    desk.db.subscribe(heard.extend)
    ids = await desk.comments(3)

    await desk.decide("approve", ids)

    assert heard == [ThreadChanged(desk.seed.site_id, desk.thread_id, 2)]


async def test_the_first_approval_trusts_the_author_under_that_name(desk: Desk) -> None:
    [comment_id] = await desk.comments(name="Jonas")

    await desk.decide("approve", [comment_id])

    author = await desk.author()
    assert (author.approved_count, author.approved_name) == (1, "Jonas")


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


async def test_what_was_never_counted_is_not_counted_back(desk: Desk) -> None:
    [comment_id] = await desk.comments(state="approved", listed=True)

    await desk.decide("spam", [comment_id])

    assert (await desk.author()).approved_count == 0


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


async def test_undo_of_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(DecisionsMissing):
        await desk.db.write(
            undo, desk.mia, made_by=desk.mia.account_id, made_at=desk.clock.now(), at=desk.clock.now()
        )


async def test_who_comes_second_is_told_who_was_first(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    first = await desk.decide("approve", [Wanted(comment_id, expected_version=1)], by=desk.mia)

    with pytest.raises(AllHandled) as refused:
        await desk.decide("spam", [Wanted(comment_id, expected_version=1)], by=desk.ana)

    assert refused.value.detail == "Mia already handled this: approved."
    assert refused.value.facts["conflicts"] == [
        {"id": str(comment_id), "by": "Mia", "state": "approved", "at": first.at.isoformat()}
    ]
    assert await desk.states([comment_id]) == ["approved"]


async def test_conflicts_do_not_hold_up_the_others(desk: Desk) -> None:
    one, two = await desk.comments(2)
    await desk.decide("approve", [one])
    missing = new_id(desk.clock.now())

    outcome = await desk.decide("spam", [Wanted(one, 1), Wanted(two, 1), Wanted(missing, 1)], by=desk.ana)

    assert [decided.comment_id for decided in outcome.decided] == [two]
    assert [(conflict.comment_id, conflict.by) for conflict in outcome.conflicts] == [(one, "Mia")]
    assert outcome.missing == [missing]
    assert await desk.states([one, two]) == ["approved", "spam"]


async def test_an_authors_edit_is_a_conflict_in_their_name(desk: Desk) -> None:
    [comment_id] = await desk.comments(name="Jonas")
    edited_at = desk.clock.now()
    await desk.db.write(
        lambda session: session.execute(
            update(Comment).where(Comment.id == comment_id).values(version=2, edited_at=edited_at)
        )
    )

    with pytest.raises(AllHandled) as refused:
        await desk.decide("approve", [Wanted(comment_id, expected_version=1)])

    [conflict] = refused.value.conflicts
    assert (conflict.by, conflict.state, conflict.at, conflict.by_author) == (
        "Jonas",
        "pending",
        edited_at,
        True,
    )


async def test_what_its_author_deleted_stays_deleted(desk: Desk) -> None:
    [comment_id] = await desk.comments(state="deleted", deleted_at=desk.clock.now())

    with pytest.raises(AllHandled) as refused:
        await desk.decide("approve", [comment_id])

    assert refused.value.conflicts[0].by == "Jonas"
    assert await desk.states([comment_id]) == ["deleted"]


async def test_comments_of_another_site_are_missing(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    other = Seed()
    stranger = other.moderator("Eve")
    await desk.db.write(other.store)

    outcome = await desk.decide("approve", [comment_id], by=stranger)

    assert (outcome.decided, outcome.missing) == ([], [comment_id])
    assert await desk.states([comment_id]) == ["pending"]


async def test_orders_of_no_or_of_too_many_comments_are_refused(desk: Desk) -> None:
    with pytest.raises(DecisionsMissing):
        await desk.decide("approve", [])
    with pytest.raises(TooManyDecisions):
        await desk.decide("approve", [new_id(desk.clock.now()) for _ in range(501)])


async def test_a_comment_named_twice_is_decided_once(desk: Desk) -> None:
    [comment_id] = await desk.comments()

    outcome = await desk.decide("approve", [comment_id, comment_id])

    assert len(outcome.decided) == 1
    assert len(await desk.log()) == 1
    assert (await desk.thread()).comment_count == 1


async def approved_with_an_edit(desk: Desk, text: str = "Edited", reply_to: UUID | None = None) -> UUID:
    [comment_id] = await desk.comments(
        text="As approved", state="approved", listed=True, queue="pending", parent=reply_to
    )
    desk.seed.edit_that_waits(comment_id, text)
    await desk.db.write(desk.seed.store)
    return comment_id


async def waiting_text(desk: Desk, comment_id: UUID) -> str | None:
    statement = select(Revision.source).where(Revision.comment_id == comment_id)
    return await desk.db.read(lambda session: session.scalar(statement))


async def test_approving_publishes_the_edit_that_waits(desk: Desk) -> None:
    comment_id = await approved_with_an_edit(desk)

    await desk.decide("approve", [comment_id])

    comment = await desk.comment(comment_id)
    assert (comment.source, comment.html, comment.reasons) == ("Edited", "<p>Edited</p>", '["2 links"]')
    assert (comment.state, comment.queue) == ("approved", "approved")
    assert comment.edited_at == desk.seed.now
    assert await waiting_text(desk, comment_id) is None
    assert (await desk.thread()).version == 2, "readers see another text"


async def test_undoing_that_brings_the_public_text_back_and_lets_the_edit_wait_again(desk: Desk) -> None:
    comment_id = await approved_with_an_edit(desk)
    outcome = await desk.decide("approve", [comment_id])

    await desk.undo(outcome)

    comment = await desk.comment(comment_id)
    assert (comment.source, comment.state, comment.queue) == ("As approved", "approved", "pending")
    assert (comment.edited_at, comment.reasons) == (None, '["First comment"]')
    assert await waiting_text(desk, comment_id) == "Edited"
    assert (await desk.thread()).version == 3


async def test_removing_takes_down_the_comment_with_its_edit_and_undoing_brings_both_back(desk: Desk) -> None:
    comment_id = await approved_with_an_edit(desk)

    outcome = await desk.decide("remove", [comment_id])
    comment = await desk.comment(comment_id)
    assert (comment.source, comment.state, comment.queue) == ("Edited", "removed", "removed")
    assert await waiting_text(desk, comment_id) is None

    await desk.undo(outcome)
    comment = await desk.comment(comment_id)
    assert (comment.source, comment.state, comment.queue) == ("As approved", "approved", "pending")
    assert await waiting_text(desk, comment_id) == "Edited"


async def test_an_edit_newer_than_the_undone_decision_keeps_waiting(desk: Desk) -> None:
    comment_id = await approved_with_an_edit(desk, "First edit")
    outcome = await desk.decide("approve", [comment_id])
    desk.seed.edit_that_waits(comment_id, "Second edit")
    await desk.db.write(desk.seed.store)

    await desk.undo(outcome)

    assert (await desk.comment(comment_id)).source == "As approved"
    assert await waiting_text(desk, comment_id) == "Second edit"


async def test_two_moderators_at_once_do_not_both_decide(desk: Desk) -> None:
    ids = await desk.comments(20)
    outcomes: list[Outcome] = []
    refusals: list[AllHandled] = []

    async def work(moderator: Moderator, choice: Choice) -> None:
        for comment_id in ids:
            order = Order(moderator, choice, [Wanted(comment_id, expected_version=1)])
            try:
                outcomes.append(await desk.db.write(decide, order, at=desk.clock.now()))
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
        order = Order(moderator, choice, [Wanted(comment_id) for comment_id in ids])
        await desk.db.write(decide, order, at=desk.clock.now())

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


async def test_five_hundred_at_once_take_few_statements(desk: Desk, db: Database) -> None:
    seed = desk.seed
    authors = [seed.author(f"Guest {number}") for number in range(100)]
    top = seed.comment(desk.thread_id, desk.jonas)
    ids = [
        seed.comment(desk.thread_id, authors[number % 100], parent=top if number % 2 else None)
        for number in range(499)
    ]
    await db.write(seed.store)
    statements: list[str] = []

    outcome = await desk.decide("approve", [top, *ids])
    assert len(outcome.decided) == 500
    assert (await desk.thread()).comment_count == 500
    assert (await desk.comment(top)).reply_total == 249

    def counted(session: Session, order: Order) -> Outcome:
        connection = session.connection()

        def note(*arguments: Any) -> None:
            statements.append(arguments[2])

        event.listen(connection, "before_cursor_execute", note)
        try:
            return decide(session, order, at=desk.clock.now())
        finally:
            event.remove(connection, "before_cursor_execute", note)

    order = Order(desk.mia, "spam", [Wanted(comment_id) for comment_id in [top, *ids]])
    await db.write(counted, order)

    assert len(statements) < 20, "\n".join(statements)
    assert (await desk.thread()).comment_count == 0
    assert (await desk.comment(top)).reply_total == 0


async def test_a_moderator_who_is_gone_leaves_their_name_in_the_log(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    await desk.decide("approve", [comment_id])

    def forget(session: Session) -> None:
        session.execute(delete(Account).where(Account.id == desk.mia.account_id))

    await desk.db.write(forget)

    [entry] = await desk.log()
    assert (entry.account_id, entry.moderator_name) == (None, "Mia")


async def test_a_log_with_two_decisions_at_one_moment_keeps_their_order(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    order = [Wanted(comment_id)]
    at = desk.clock.now()

    await desk.db.write(decide, Order(desk.mia, "approve", order), at=at)
    await desk.db.write(decide, Order(desk.ana, "spam", order), at=at - timedelta(seconds=3))

    assert [entry.decision for entry in await desk.log()] == ["approve", "spam"]
