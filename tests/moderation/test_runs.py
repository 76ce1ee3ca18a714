"""Deciding about all that a list finds, beyond what one order can hold: in parts, stopped, taken back."""

import re
from collections import Counter

import httpx2 as httpx
import pytest
from sqlalchemy import select

from comments.moderation.audit.log import in_words
from comments.moderation.sweeps.actions import RUN_GOES_ON
from comments.moderation.sweeps.models import Sweep
from comments.moderation.sweeps.worker import run_handler
from comments.outbox import Delivery
from comments.threads.models import Comment
from tests.moderation.seeding import Seed
from tests.moderation.test_api import Api
from tests.moderation.test_following import AsAna, send
from tests.moderation.test_pages import OURS, Browser, signed_in
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio

MANY, AT_ONCE = 30, 12


async def deliver(site: SiteUnderTest) -> None:
    svc = site.service
    await Delivery(svc.db, svc.clock, {RUN_GOES_ON: run_handler(svc, at_once=AT_ONCE)}).deliver_due()


class Flooded:
    """A site with 30 comments that wait, and Mia, who has no script."""

    def __init__(self, site: SiteUnderTest, seed: Seed, mia: Browser) -> None:
        self.site, self.seed, self.mia = site, seed, mia

    @property
    def address(self) -> str:
        return f"/moderate/{self.seed.name}"

    async def press(self, path: str, **fields: str) -> httpx.Response:
        page = (await self.mia.get(self.address)).text
        token = re.findall(r'name="token" value="([^"]*)"', page)[0]
        return await self.site.client.post(
            path, data={"token": token, **fields}, headers={"origin": OURS, **self.mia.headers}
        )

    async def begin(self, decision: str, back: str = "state=pending") -> str:
        """Decide about all that is on a list now; return where it is told how far that is."""
        until = in_words(self.site.clock.now())
        answer = await self.press(f"{self.address}/all", decision=decision, until=until, back=back)
        assert answer.status_code == 303
        return answer.headers["location"]

    async def asked(self) -> str:
        mine = select(Sweep.asked).where(Sweep.site_id == self.seed.site_id)
        return str(await self.site.service.db.read(lambda session: session.scalars(mine).one()))

    async def states(self) -> Counter[str]:
        mine = select(Comment.state).where(Comment.site_id == self.seed.site_id)
        return Counter(await self.site.service.db.read(lambda session: session.scalars(mine).all()))


@pytest.fixture
async def flooded(site: SiteUnderTest) -> Flooded:
    seed = Seed()
    thread, author = seed.thread(), seed.author()
    for _ in range(MANY):
        seed.comment(thread, author)
    seed.now = site.clock.now()
    await site.service.db.write(seed.store)
    return Flooded(site, seed, await signed_in(site, name=seed.name))


async def test_all_of_a_list_is_decided_in_parts_and_taken_back_as_one(flooded: Flooded) -> None:
    shown = (await flooded.mia.get(f"{flooded.address}?ticked=list")).text
    assert 'action="/moderate/' + flooded.seed.name + '/all"' in shown
    assert "Selected: all 30" in shown

    told = await flooded.begin("spam")
    flooded.seed.comment(next(iter(flooded.seed.places.values()))[0], flooded.seed.author())
    await flooded.site.service.db.write(flooded.seed.store)
    assert "0 comments marked as spam so far." in (await flooded.mia.get(told)).text
    assert told in (await flooded.mia.get(flooded.address)).text
    await deliver(flooded.site)

    assert "30 comments marked as spam." in (await flooded.mia.get(told)).text
    assert await flooded.states() == {"spam": MANY, "pending": 1}, "what came later stays"

    await flooded.press(told, set="undo")
    await deliver(flooded.site)

    assert "Undone." in (await flooded.mia.get(told)).text
    assert await flooded.states() == {"pending": MANY + 1}


async def test_a_stopped_one_changes_nothing_more_and_is_nobody_elses(flooded: Flooded) -> None:
    told = await flooded.begin("remove", "state=pending&q=hello+Jonas")
    assert "hello Jonas" in await flooded.asked()
    ana = await signed_in(flooded.site, "ana@blog.example", flooded.seed.name)
    asked = {**ana.headers, "accept": "application/json"}
    assert (await flooded.site.client.get(told, headers=asked)).json()["code"] == "run-unknown"

    await flooded.press(told, set="stop")
    await deliver(flooded.site)

    assert "Stopped: 0 comments removed." in (await flooded.mia.get(told)).text
    assert "Jonas" not in await flooded.asked(), "a name that was searched for is kept no longer"
    assert await flooded.states() == {"pending": MANY}


async def test_a_program_decides_about_all_of_a_search_and_takes_it_back(site: SiteUnderTest) -> None:
    mia, ana = Api(site), AsAna(site)
    wins = [(await site.posted(f"Win {number}"))["id"] for number in range(3)]
    other = (await site.posted("Hello"))["id"]

    async def waiting() -> list[str]:
        return sorted(one["id"] for one in (await mia.queue())["comments"])

    begun = await send(mia, "runs", decision="spam", q="win")
    assert begun.status_code == 202
    run = begun.json()
    late = (await site.posted("Win, later"))["id"]
    assert {**run, "id": ""} == {"id": "", "decision": "spam", "state": "running", "decided": 0, "left": 0}
    assert (await ana.get(f"runs/{run['id']}")).json()["code"] == "run-unknown"
    assert (await send(ana, f"runs/{run['id']}/stop")).json()["code"] == "run-unknown"
    await deliver(site)
    assert (await mia.get(f"runs/{run['id']}")).json() == {**run, "state": "done", "decided": 3}
    assert await waiting() == sorted([other, late])

    undoing = await send(mia, f"runs/{run['id']}/undo")
    assert (undoing.status_code, undoing.json()["state"]) == (202, "undoing")
    await deliver(site)
    assert (await mia.get(f"runs/{run['id']}")).json() == {**run, "state": "undone"}
    assert await waiting() == sorted([*wins, other, late])

    stopped = (await send(mia, "runs", decision="remove", state="all")).json()["id"]
    assert (await send(mia, f"runs/{stopped}/stop")).json()["state"] == "stopped"
    await deliver(site)
    assert len(await waiting()) == 5
    for unclear in ({"q": "before:tomorrow"}, {"until": "2026-11-24T12:00:00"}, {"decision": "restore"}):
        assert (await send(mia, "runs", **{"decision": "spam", **unclear})).status_code in {400, 422}
    assert (await mia.get("runs/x")).json()["code"] == "run-unknown"
