"""Two moderators at once see each other's decisions; one's own orders; all of a search."""

from typing import Any

import pytest
from sqlalchemy import delete

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.moderation.models import LogHead
from comments.sites.queries import site_by_name
from tests.moderation.test_api import Api
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


class AsAna(Api):
    """The moderation API of a site, asked by Ana."""

    token = ""

    async def headers(self) -> dict[str, str]:
        if not self.token:
            self.token = await self.site.service.db.write(self._join)
        return {"authorization": f"Bearer {self.token}"}

    def _join(self, session: Any) -> str:
        found, at = site_by_name(session, self.site.name), self.site.clock.now()
        account = add_moderator(
            session, found.id, "ana@blog.example", role="moderator", name="Ana Petrović", at=at
        )
        session.flush()
        return make_api_token(session, self.site.service.keys, found.id, account.id, at=at)


@pytest.fixture
def mia(site: SiteUnderTest) -> Api:
    return Api(site)


@pytest.fixture
def ana(site: SiteUnderTest) -> Api:
    return AsAna(site)


async def changes(api: Api, since: int | None = None) -> dict[str, Any]:
    answer = await api.get("changes", **({} if since is None else {"since": since}))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def send(api: Api, rest: str, **body: Any) -> Any:
    path = api.site.path(f"moderation/{rest}")
    return await api.site.client.post(path, json=body, headers=await api.headers())


async def test_decisions_of_others_are_told_with_who_and_what(
    site: SiteUnderTest, mia: Api, ana: Api
) -> None:
    one, two = [(await site.posted(f"Number {number}"))["id"] for number in range(2)]
    start = await changes(mia)
    assert start == {"changes": [], "next": 0, "reset": False}

    await ana.decide(decision="approve", comment_ids=[one])
    await mia.decide(decision="spam", comment_ids=[two])

    found = await changes(mia, start["next"])
    assert [
        (one["comment_id"], one["by"], one["mine"], one["decision"], one["state"]) for one in found["changes"]
    ] == [
        (one, "Ana Petrović", False, "approve", "approved"),
        (two, "Mia Lindqvist", True, "spam", "spam"),
    ]
    assert await changes(mia, found["next"]) == {"changes": [], "next": found["next"], "reset": False}


async def test_a_log_that_was_brought_back_says_so(site: SiteUnderTest, mia: Api) -> None:
    await site.approved()
    known = (await changes(mia))["next"]
    await site.service.db.write(lambda session: session.execute(delete(LogHead)))

    assert await changes(mia, known) == {"changes": [], "next": 0, "reset": True}


async def test_many_changes_come_in_parts(
    site: SiteUnderTest, mia: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comments.moderation.audit import changes_since

    monkeypatch.setattr(changes_since, "MOST_CHANGES", 2)
    ids = [(await site.approved(f"Number {number}"))["id"] for number in range(5)]

    seen: list[str] = []
    since = 0
    for _ in range(3):
        part = await changes(mia, since)
        seen += [one["comment_id"] for one in part["changes"]]
        since = part["next"]

    assert seen == ids
    assert (await changes(mia, since))["changes"] == []


async def test_ones_own_orders_are_listed_and_taken_back(site: SiteUnderTest, mia: Api, ana: Api) -> None:
    one, two, three = [(await site.posted(f"Number {number}"))["id"] for number in range(3)]
    at = (await mia.decide(decision="spam", comment_ids=[one, two])).json()["at"]
    await site.posted("Time goes by")
    await mia.decide(decision="note", comment_ids=[one], reason="Again")
    await ana.decide(decision="approve", comment_ids=[two])
    await ana.decide(decision="approve", comment_ids=[three])

    [note, order] = (await mia.get("mine")).json()["orders"]
    assert (note["decision"], note["count"], note["standing"]) == ("note", 1, 1)
    assert (order["decision"], order["count"], order["standing"]) == ("spam", 2, 1)
    assert (order["at"], sorted(order["comment_ids"])) == (at, sorted([one, two]))

    undone = await send(mia, "undo", at=at)
    assert undone.json()["decided"] == [one]
    assert [conflict["by"] for conflict in undone.json()["conflicts"]] == ["Ana Petrović"]
    [_, order] = (await mia.get("mine")).json()["orders"]
    assert order["standing"] == 0
    assert (await send(ana, "undo", at=at)).status_code == 422, "it is not hers"


async def test_all_of_an_author_are_decided_but_not_what_came_later(site: SiteUnderTest, mia: Api) -> None:
    spammer = Guest("Casino Royal", "203.0.113.66")
    ids = [(await site.posted(f"Win {number}", guest=spammer))["id"] for number in range(4)]
    other = await site.posted("Hello", guest=Guest("Ana", "203.0.113.1"))
    author = (await mia.queue(q="win"))["comments"][0]["author"]["id"]
    until = site.clock.now().isoformat()
    late = await site.posted("Win again", guest=spammer)

    answer = await send(mia, "selections", decision="spam", author=author, state="all", until=until)

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (sorted(told["outcome"]["decided"]), told["next"]) == (sorted(ids), None)
    waiting = {one["id"] for one in (await mia.queue())["comments"]}
    assert waiting == {other["id"], late["id"]}
    undone = await send(mia, "undo", at=told["outcome"]["at"])
    assert sorted(undone.json()["decided"]) == sorted(ids)
    none = await send(mia, "selections", decision="spam", q="nobody", until=until)
    assert none.json()["outcome"] == {"decided": [], "conflicts": [], "missing": [], "at": None}


async def test_a_selection_goes_on_in_parts(
    site: SiteUnderTest, mia: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comments.moderation.decisions import routes

    monkeypatch.setattr(routes, "MOST_AT_ONCE", 2)
    ids = [(await site.posted(f"Number {number}"))["id"] for number in range(5)]
    until, cursor, decided = site.clock.now().isoformat(), None, []

    for _ in range(3):
        told = (await send(mia, "selections", decision="approve", until=until, cursor=cursor)).json()
        decided += told["outcome"]["decided"]
        cursor = told["next"]

    assert (sorted(decided), cursor) == (sorted(ids), None)
