"""Deciding about comments: states, what readers see, and who was first."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from comments.identity.models import Account
from comments.ids import new_id
from comments.moderation.decisions.requests import Choice, CommentChoice
from comments.moderation.errors import AllHandled, DecisionsMissing, TooManyDecisions
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment
from tests.moderation.desk import Desk
from tests.moderation.seeding import Seed

pytestmark = pytest.mark.anyio


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

    changes = [one for one in heard if isinstance(one, ThreadChanged)]
    assert changes == [ThreadChanged(desk.seed.site_id, desk.thread_id, 2)]


async def test_the_first_approval_trusts_the_author_under_that_name(desk: Desk) -> None:
    [comment_id] = await desk.comments(name="Jonas")

    await desk.decide("approve", [comment_id])

    author = await desk.author()
    assert (author.approved_count, author.approved_name) == (1, "Jonas")


async def test_what_was_never_counted_is_not_counted_back(desk: Desk) -> None:
    [comment_id] = await desk.comments(state="approved", listed=True)

    await desk.decide("spam", [comment_id])

    assert (await desk.author()).approved_count == 0


async def test_who_comes_second_is_told_who_was_first(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    first = await desk.decide("approve", [CommentChoice(comment_id, expected_version=1)], by=desk.mia)

    with pytest.raises(AllHandled) as refused:
        await desk.decide("spam", [CommentChoice(comment_id, expected_version=1)], by=desk.ana)

    assert refused.value.detail == "Mia already handled this: approved."
    assert refused.value.facts["conflicts"] == [
        {"id": str(comment_id), "by": "Mia", "state": "approved", "at": first.at.isoformat()}
    ]
    assert await desk.states([comment_id]) == ["approved"]


async def test_conflicts_do_not_hold_up_the_others(desk: Desk) -> None:
    one, two = await desk.comments(2)
    await desk.decide("approve", [one])
    missing = new_id(desk.clock.now())

    outcome = await desk.decide(
        "spam", [CommentChoice(one, 1), CommentChoice(two, 1), CommentChoice(missing, 1)], by=desk.ana
    )

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
        await desk.decide("approve", [CommentChoice(comment_id, expected_version=1)])

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


async def test_a_moderator_who_is_gone_leaves_their_name_in_the_log(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    await desk.decide("approve", [comment_id])

    def forget(session: Session) -> None:
        session.execute(delete(Account).where(Account.id == desk.mia.account_id))

    await desk.db.write(forget)

    [entry] = await desk.log()
    assert (entry.account_id, entry.moderator_name) == (None, "Mia")
