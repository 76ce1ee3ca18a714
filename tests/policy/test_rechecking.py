"""Running the rules anew over what waits: what they may do, and what is people's."""

import pytest

from comments.moderation.sweeps.recheck import Recheck, RecheckCounts
from comments.sites.queries import site_by_name
from tests.policy.asking import stored
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def recheck(site: SiteUnderTest, *, applies: bool) -> tuple[RecheckCounts, list[str]]:
    """Return what was counted, and the ids of the comments of which the rules say something else."""
    svc, told = site.service, RecheckCounts()
    found = await svc.db.read(site_by_name, site.name)
    run = Recheck(svc.db, svc.keys, svc.clock, found, applies=applies)
    return told, [str(one.read.row.id) async for one in run.run(told)]


async def test_what_waits_goes_to_spam_or_appears_as_the_rules_say_today(site: SiteUnderTest) -> None:
    known = Guest(name="Ruth")
    bad = await site.posted("Visit our casino today", guest=Guest(name="Eve"))
    stays = await site.posted("I have only just come here", guest=Guest(name="Max"))
    linking = await site.posted("It is at https://station.example now", guest=known)
    looked_at = await site.posted("A moderator held this casino on purpose", guest=Guest(name="Ida"))
    await site.decide("hold", looked_at["id"])
    await site.approved("I remember that station well", guest=known)
    await site.set(spam_words="casino", links_before_hold="1")

    would, named = await recheck(site, applies=False)
    before = [(await stored(site, one)).state for one in (bad, linking)]
    told, _ = await recheck(site, applies=True)
    again, _ = await recheck(site, applies=True)

    assert named == [bad["id"], linking["id"], looked_at["id"]]
    assert (would.checked, would.left, would.done.total()) == (4, 1, 0)
    assert before == ["pending", "pending"]
    assert told.done == {"rules_spam": 1, "rules_approve": 1}
    assert again.done.total() == 0
    spam = await stored(site, bad)
    assert (spam.state, "casino" in spam.reasons) == ("spam", True)
    assert (await stored(site, linking)).state == "approved"
    assert [(await stored(site, one)).state for one in (stays, looked_at)] == ["pending", "pending"]
    log = await site.client.get(
        site.path("moderation/log"), headers={"authorization": f"Bearer {await site.moderator()}"}
    )
    entries = [one for one in log.json()["entries"] if one["who"] == "The rules"]
    assert {(one["decision"], one["reason"]) for one in entries} == {
        ("rules_spam", "Word: casino"),
        ("rules_approve", "Nothing speaks against it"),
    }
    # It counts for nobody: neither is its author trusted for it, nor is it a lesson.
    assert (await site.decide("restore", linking["id"])).status_code == 200
    assert (await stored(site, linking)).state == "pending"


async def test_two_at_once_do_everything_once(site: SiteUnderTest) -> None:
    for number in range(3):
        await site.posted(f"Visit our casino, number {number}", guest=Guest(name=f"Eve {number}"))
    await site.set(spam_words="casino")
    svc = site.service
    found = await svc.db.read(site_by_name, site.name)
    one, other = RecheckCounts(), RecheckCounts()
    runs = [Recheck(svc.db, svc.keys, svc.clock, found, applies=True).run(told) for told in (one, other)]

    # Both have read the same comments before either decides.
    for run in runs:
        await anext(run)
    for run in runs:
        async for _ in run:
            pass

    assert one.done + other.done == {"rules_spam": 3}
    assert other.done.total() == 0
