"""Deciding about an approved comment with an edit that waits."""

from uuid import UUID

import pytest
from sqlalchemy import select

from comments.threads.models import Revision
from tests.moderation.desk import Desk

pytestmark = pytest.mark.anyio


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
