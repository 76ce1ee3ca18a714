"""Trying other settings on what moderators have decided: by the API, and what is counted."""

from typing import Any

import httpx2 as httpx
import pytest

from comments.classifier.precision import Tally
from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.queries import moderator_by_email
from comments.identity.accounts.token_actions import make_api_token
from comments.sites.queries import site_by_name
from tests.policy.learning import GOOD, NEW_SPAM, decided_about, learn, taught
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def owner(site: SiteUnderTest) -> str:
    """Return an owner's API token."""

    def make(session: Any) -> str:
        found, at = site_by_name(session, site.name), site.clock.now()
        add_moderator(session, found.id, "olga@blog.example", role="owner", name="Olga", at=at)
        session.flush()
        account_id = moderator_by_email(session, found.id, "olga@blog.example").account_id
        return make_api_token(session, site.service.keys, found.id, account_id, scopes=["admin"], at=at)

    return await site.service.db.write(make)


async def ask(site: SiteUnderTest, settings: dict[str, Any], **more: Any) -> httpx.Response:
    token = await owner(site)
    body = {"settings": settings, **more}
    return await site.send("POST", "moderation/trials", body, authorization=f"Bearer {token}")


async def trial(site: SiteUnderTest, settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await ask(site, settings, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_would_have_been_decided_otherwise_is_named_with_the_reason(site: SiteUnderTest) -> None:
    ruth = Guest(name="Ruth")
    await site.approved("I remember that station well", guest=ruth)
    linking = await site.approved("It is at https://station.example now", guest=ruth)
    bad = await site.posted("Visit our casino today", guest=Guest(name="Eve"))
    await site.decide("spam", bad["id"])
    await site.posted("Nobody has decided about this casino", guest=Guest(name="Max"))

    found = await trial(site, {"links_before_hold": 1, "spam_words": ["casino"], "title": "The blog"})

    assert (found["tried"], found["changed"]) == (3, 2)
    casino, link = found["otherwise"]
    assert (casino["id"], casino["was"], casino["would_be"]) == (bad["id"], "hold", "spam")
    assert (casino["rule"], casino["unwanted"], casino["author"]) == ("words", True, "Eve")
    assert (link["id"], link["was"], link["would_be"]) == (linking["id"], "hold", "approve")
    assert (link["rule"], link["reason"], link["beginning"]) == (
        "links", "1 link", "It is at https://station.example now",
    )  # fmt: skip
    before, after = found["before"], found["after"]
    assert (before["caught"], before["missed"], before["wronged"], before["left"]) == (1, 0, 2, 0)
    assert (after["precision"], after["recall"], after["wronged"]) == (0.5, 1.0, 1)
    rules = {one["rule"]: one for one in found["rules"]}
    assert (rules["links"]["before"]["wronged"], rules["links"]["after"]["wronged"]) == (1, 0)
    assert (rules["words"]["before"]["missed"], rules["words"]["after"]["caught"]) == (1, 1)
    assert rules["words"]["after"]["left"] == 2
    assert found["not_tried"] == ["title"]
    # And nothing has changed.
    assert (await site.get("thread", url="https://blog.example/a")).json()["thread"]["comment_count"] == 2


async def test_the_last_word_of_moderators_counts_and_only_theirs(site: SiteUnderTest) -> None:
    both = await site.posted("Kept after all", guest=Guest(name="Ada"))
    await site.decide("spam", both["id"])
    await site.decide("approve", both["id"])
    undone = await site.posted("Nobody’s word stands about this", guest=Guest(name="Ben"))
    await site.decide("spam", undone["id"])
    await site.decide("restore", undone["id"])
    held = await site.approved("Not decided any more", guest=Guest(name="Cem"))
    await site.decide("hold", held["id"])
    last = await decided_about(site, GOOD, "approve", 4)

    everything = await trial(site, {"first_comments_held": 0, "proof_of_work": False, "similar_days": 0})
    some = await trial(site, {"hold_all": True}, last=3)
    refused = await ask(site, {"spam_wods": ["x"], "hold_all": "perhaps", "links_before_hold": 3})

    assert {one["id"] for one in everything["otherwise"]} == {*last, both["id"]}
    assert everything["before"]["wronged"] == everything["tried"] == 5
    assert (some["tried"], some["changed"], some["stopped"]) == (3, 0, False)
    assert (refused.status_code, refused.json()["code"]) == (422, "setting-refused")
    assert set(refused.json()["errors"]) == {"spam_wods", "hold_all"}


async def test_the_classifier_is_asked_only_by_what_it_knew_before(site: SiteUnderTest) -> None:
    await taught(site)
    await decided_about(site, NEW_SPAM, "spam", 1)
    await learn(site)

    found = await trial(site, {"learned": "off"})

    # The hundred that it began to learn from were never guessed, though their signs are known now.
    assert (found["tried"], found["unguessed"]) == (101, 100)
    (rule,) = [one for one in found["rules"] if one["rule"] == "learned"]
    assert (rule["before"]["caught"], rule["before"]["missed"]) == (1, 50)
    assert (rule["after"]["caught"], rule["after"]["precision"]) == (0, None)
    token = {"authorization": f"Bearer {await site.moderator()}"}
    quality = (await site.client.get(site.path("moderation/quality"), headers=token)).json()
    assert (quality["spam"], quality["other"], quality["guessed"]) == (51, 50, 1)
    assert quality["hold"]["share"] == 0.7
    assert quality["hold"]["tally"]["recall"] == 1.0


def test_precision_and_recall_are_unknown_of_nothing() -> None:
    tally = Tally()
    assert (tally.precision, tally.recall) == (None, None)

    for is_unwanted, is_taken in ((True, True), (True, False), (False, True), (False, True), (False, False)):
        tally.add(is_unwanted=is_unwanted, is_taken=is_taken)

    assert tally == Tally(caught=1, missed=1, wronged=2, left=1)
    assert (tally.precision, tally.recall) == (1 / 3, 0.5)
