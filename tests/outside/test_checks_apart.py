"""Outside checks where something is not theirs to change, or nobody is left to note what they said."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from comments.background.outbox_handlers import delivery
from comments.outbox import enqueue
from comments.outside.external_checks.actions import CheckedComment, CheckResult, settle
from comments.outside.external_checks.answers import CheckAdvice
from comments.outside.queries import last_check_calls
from comments.sites.actions import add_site
from comments.sites.check_actions import set_check
from comments.sites.checks import CheckOrder
from comments.threads.outbox_jobs import TO_BE_CHECKED
from tests.outside.test_checks import UNANSWERED, Checked, checked, saying
from tests.support.receiver import HANG

__all__ = ["checked"]

pytestmark = pytest.mark.anyio


async def test_what_is_said_about_another_sites_comment_changes_nothing(checked: Checked) -> None:
    svc, at = checked.site.service, checked.site.clock.now()
    await checked.set("http")
    comment = await checked.posted()
    comment_id, mine = UUID(comment["id"]), await checked.site_id()
    other = await svc.db.write(add_site, "other", ["https://other.example"], at=at)
    order = CheckOrder("http", f"http://127.0.0.1:{checked.server.port}/theirs")
    theirs = await svc.db.write(set_check, other.id, order, svc.keys, at=at)

    for site_id in (other.id, mine):
        asked = CheckedComment(site_id, comment_id, 1, is_last=False)
        await svc.db.write(
            settle, asked, [CheckResult(theirs.id, CheckAdvice("spam", "Theirs"))], svc.keys, at=at
        )

    assert await checked.stands(comment) == ("pending", UNANSWERED)
    assert await svc.db.read(last_check_calls, theirs.id, limit=1) == []
    assert await checked.log() == []
    task = {"comment_id": str(comment_id), "version": 1}
    await svc.db.write(lambda session: enqueue(session, TO_BE_CHECKED, other.id, task, due=at))
    checked.server.answers = [saying("hold", "Ours")]
    (request,) = await checked.asked()
    assert request.line.split()[1] == "/ask"
    assert await checked.stands(comment) == ("pending", ["127.0.0.1: Ours"])


async def test_who_dies_before_an_answer_is_noted_leaves_it_to_another_to_ask_again(checked: Checked) -> None:
    await checked.set("http")
    checked.server.answers = [HANG, saying("approve")]
    comment = await checked.posted()
    dying = asyncio.create_task(delivery(checked.site.service).deliver_due())
    while not checked.server.requests:  # noqa: ASYNC110  # the server is a thread
        await asyncio.sleep(0.01)
    # As a kill would: the question is out, the task is taken up, and nothing of it is ever written.
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying

    assert await checked.asked() == []
    assert await checked.stands(comment) == ("pending", UNANSWERED)
    (again,) = await checked.asked(after=timedelta(minutes=2))

    first = checked.server.requests[0]
    assert (again.headers["webhook-id"], again.line) == (first.headers["webhook-id"], first.line)
    assert await checked.stands(comment) == ("approved", [])
    assert [one["decision"] for one in await checked.log()] == ["check_approve"]
