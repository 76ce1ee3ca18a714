"""What can be decided besides the state: trust, reports, edits, notes, picking out; and taking it back."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from comments.moderation.audit.verify import checked
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder, NewText, OrderOutcome
from comments.moderation.errors import AllHandled, DecisionsMissing
from comments.moderation.queue.comments import held_by_id
from comments.text import render_post
from comments.threads.models import Report, Revision
from tests.moderation.desk import KEYS, Desk
from tests.moderation.test_api import Api
from tests.support.site import PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


@pytest.fixture
def api(site: SiteUnderTest) -> Api:
    return Api(site)


async def edit(desk: Desk, comment_id: UUID, text: str) -> OrderOutcome:
    new = NewText(text, render_post(text))
    order = DecisionOrder(desk.mia, "edit", [CommentChoice(comment_id)], "Names a neighbour", new)
    return await desk.db.write(decide, order, KEYS, at=desk.clock.now())


async def waiting_edit(desk: Desk, comment_id: UUID) -> str | None:
    wanted = select(Revision.source).where(Revision.comment_id == comment_id)
    return await desk.db.read(lambda session: session.scalar(wanted))


async def with_an_edit(desk: Desk) -> UUID:
    """Return an approved comment with the text "Hello", of which the edit "Hello, again" waits."""
    [comment_id] = await desk.comments()
    await desk.decide("approve", [comment_id])
    desk.seed.edit_that_waits(comment_id, "Hello, again")
    await desk.db.write(desk.seed.store)
    return comment_id


async def test_an_author_is_trusted_with_an_approval_and_no_longer_when_it_is_taken_back(desk: Desk) -> None:
    one, two = await desk.comments(2)
    first = await desk.decide("approve_trust", [one])
    assert (await desk.author()).trusted
    assert (await desk.comment(one)).state == "approved"
    second = await desk.decide("approve_trust", [two])

    await desk.undo(second)
    assert (await desk.author()).trusted, "the first one gave the trust"
    await desk.undo(first)

    assert not (await desk.author()).trusted
    assert await desk.states([one, two]) == ["pending", "pending"]


async def test_a_trusted_authors_next_comment_appears_by_itself(site: SiteUnderTest, api: Api) -> None:
    await site.set(first_comments_held="3")
    guest = Guest("Jonas")
    first = await site.posted("The first one", guest=guest)
    await api.decide(decision="approve_trust", comment_ids=[first["id"]])

    assert (await site.posted("The second one", guest=guest))["state"] == "approved"


async def reported(site: SiteUnderTest, *names: str) -> dict[str, Any]:
    comment = await site.approved("Something rude", guest=Guest("Ana", "203.0.113.1"))
    for number, name in enumerate(names):
        await report(site, comment["id"], Guest(name, f"203.0.113.{number + 20}"))
    return comment


async def report(site: SiteUnderTest, comment_id: str, guest: Guest) -> None:
    answer = await site.send("POST", f"comments/{comment_id}/reports", {"reason": "abuse"}, guest=guest)
    assert answer.status_code == 202, answer.text


async def outcomes(site: SiteUnderTest) -> list[str | None]:
    return await site.service.db.read(lambda session: list(session.scalars(select(Report.outcome))))


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [("keep", "kept"), ("approve", "kept"), ("spam", "upheld"), ("remove", "upheld"), ("hold", None)],
)
async def test_reports_are_settled_by_a_decision_and_open_again_when_it_is_taken_back(
    site: SiteUnderTest, api: Api, decision: str, outcome: str | None
) -> None:
    comment = await reported(site, "Bea", "Cem")

    async def counted() -> int:
        [found] = [one for one in (await api.queue(state="all"))["comments"] if one["id"] == comment["id"]]
        return sum(one["count"] for one in found["reports"])

    assert await counted() == 2
    await api.decide(decision=decision, comment_ids=[comment["id"]])
    assert await outcomes(site) == [outcome] * 2
    assert await counted() == (0 if outcome else 2)

    await api.decide(decision="restore", comment_ids=[comment["id"]])
    assert await outcomes(site) == [None] * 2
    assert await counted() == 2


async def test_who_was_wrong_cannot_report_it_again(site: SiteUnderTest, api: Api) -> None:
    guest = Guest("Bea", "203.0.113.20")
    comment = await reported(site)
    await report(site, comment["id"], guest)
    await api.decide(decision="keep", comment_ids=[comment["id"]])

    await report(site, comment["id"], guest)

    assert await outcomes(site) == ["kept"]
    [found] = (await api.queue(state="approved"))["comments"]
    assert (found["state"], found["reports"]) == ("approved", [])


async def test_a_moderators_edit_is_public_and_comes_back_out(site: SiteUnderTest, api: Api) -> None:
    comment = await site.approved("Ana lives at *Elm Street 4*")

    answer = await api.decide(
        decision="edit", comment_ids=[comment["id"]], text="Ana lives **here**", reason="An address"
    )

    assert answer.status_code == 200, answer.text
    [shown] = (await site.thread())["comments"]
    assert (shown["html"], shown["edited_by_moderator"]) == ("<p>Ana lives <strong>here</strong></p>", True)
    for drawn in ("/d/blog", "/d/blog/fragment"):
        assert ">edited by a moderator<" in (await site.client.get(f"{drawn}?url={PAGE['url']}")).text
    [found] = (await api.queue(state="approved"))["comments"]
    assert (found["edited_by"], found["version"]) == ("Mia Lindqvist", 3)
    [entry, _] = (await api.get("log")).json()["entries"]
    assert (entry["decision"], entry["reason"]) == ("edit", "An address")

    await api.decide(decision="restore", comment_ids=[comment["id"]])

    [shown] = (await site.thread())["comments"]
    assert shown["html"] == "<p>Ana lives at <em>Elm Street 4</em></p>"
    assert "edited_by_moderator" not in shown
    [found] = (await api.queue(state="approved"))["comments"]
    assert (found["edited_by"], found["edited_at"]) == (None, None)


async def test_an_edit_is_marked_as_whose_it_was_last(site: SiteUnderTest, api: Api) -> None:
    guest = Guest()
    theirs, own = await site.approved("As Ana wrote", guest=guest), await site.said("As Mia wrote")

    async def marked() -> list[bool]:
        found = {one["id"]: one for one in (await site.thread())["comments"]}
        return ["edited_by_moderator" in found[one["id"]] for one in (theirs, own)]

    async def edited_by() -> list[str | None]:
        found = {one["id"]: one for one in (await api.queue(state="approved"))["comments"]}
        return [found[one["id"]]["edited_by"] for one in (theirs, own)]

    for one in (theirs, own):
        await api.decide(decision="edit", comment_ids=[one["id"]], text="As a moderator wrote")
    assert (await marked(), await edited_by()) == ([True, False], ["Mia Lindqvist", None])

    await site.send("PATCH", f"comments/{theirs['id']}", {"body": "As Ana wrote, again"}, guest=guest)
    assert (await marked(), await edited_by()) == ([False, False], [None, None])


async def test_an_edit_by_a_moderator_takes_the_one_that_waits_away_and_undo_brings_it_back(
    desk: Desk,
) -> None:
    comment_id = await with_an_edit(desk)

    outcome = await edit(desk, comment_id, "Hello from Mia")
    comment = await desk.comment(comment_id)
    assert (comment.source, comment.queue) == ("Hello from Mia", "approved")
    assert await waiting_edit(desk, comment_id) is None

    await desk.undo(outcome)
    comment = await desk.comment(comment_id)
    assert (comment.source, comment.queue, comment.state) == ("Hello", "pending", "approved")
    assert await waiting_edit(desk, comment_id) == "Hello, again"


async def test_an_edit_that_waits_is_rejected_and_what_was_public_stays(desk: Desk) -> None:
    comment_id = await with_an_edit(desk)

    outcome = await desk.decide("reject_edit", [comment_id])
    comment = await desk.comment(comment_id)
    assert (comment.source, comment.queue) == ("Hello", "approved")
    assert await waiting_edit(desk, comment_id) is None
    with pytest.raises(AllHandled):
        await desk.decide("reject_edit", [comment_id])

    await desk.undo(outcome)
    assert await waiting_edit(desk, comment_id) == "Hello, again"
    assert (await desk.comment(comment_id)).queue == "pending"


@pytest.mark.parametrize("choice", ["keep", "feature", "note"])
async def test_what_is_not_about_the_text_leaves_an_edit_waiting(desk: Desk, choice: Any) -> None:
    comment_id = await with_an_edit(desk)

    await desk.decide(choice, [comment_id], reason="Look at this")

    comment = await desk.comment(comment_id)
    assert (comment.source, comment.state) == ("Hello", "approved")
    assert await waiting_edit(desk, comment_id) == "Hello, again"


async def test_a_comment_is_picked_out_and_put_back(desk: Desk) -> None:
    one, two = await desk.comments(2)
    await desk.decide("feature", [one])
    outcome = await desk.decide("feature", [one, two])
    assert [(await desk.comment(one)).featured, (await desk.comment(two)).featured] == [True, True]

    await desk.undo(outcome)

    assert [(await desk.comment(one)).featured, (await desk.comment(two)).featured] == [True, False]
    await desk.decide("unfeature", [one])
    assert not (await desk.comment(one)).featured


async def test_a_note_changes_nothing_and_is_not_taken_back(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    await desk.decide("spam", [comment_id])
    outcome = await desk.decide("note", [comment_id], reason="Wrote to us by mail", by=desk.ana)
    assert outcome.decided[0].version == (await desk.comment(comment_id)).version == 2

    await desk.decide("restore", [comment_id])

    assert await desk.states([comment_id]) == ["pending"]
    [held] = await desk.db.read(held_by_id, desk.seed.site_id, [comment_id])
    assert [(past.by, past.reason) for past in held.history if past.choice == "note"] == [
        ("Ana", "Wrote to us by mail")
    ]


async def test_an_edit_without_a_text_and_a_note_without_words_are_refused(desk: Desk) -> None:
    ids = await desk.comments(2)
    for choice in ("edit", "note"):
        with pytest.raises(DecisionsMissing):
            await desk.decide(choice, ids[:1])
    new = NewText("Hello", render_post("Hello"))
    order = DecisionOrder(desk.mia, "edit", [CommentChoice(one) for one in ids], "", new)
    with pytest.raises(DecisionsMissing):
        await desk.db.write(decide, order, KEYS, at=desk.clock.now())
    assert (await desk.db.scan(checked, KEYS, desk.seed.site_id)).faults == []
