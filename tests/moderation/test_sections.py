"""Who moderates a section sees and does nothing outside it, whatever is asked."""

from typing import Any

import pytest

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.identity.sign_in.email_link_actions import make_sign_in_link, sign_in
from comments.sites.queries import site_by_name
from comments.threads.addresses.page_keys import page_keys
from comments.threads.queries.find_threads import thread_by_keys
from comments.web.access import Audience, DeclaredRoute
from tests.support.site import ORIGIN, SiteUnderTest

pytestmark = pytest.mark.anyio

INSIDE, OUTSIDE = f"{ORIGIN}/news/a", f"{ORIGIN}/sport/b"


class Nils:
    """Moderates /news/ alone, by token and by cookie."""

    def __init__(self, site: SiteUnderTest, token: str, cookie: str) -> None:
        self.site, self.token, self.cookie = site, token, cookie

    async def get(self, rest: str, **query: str) -> Any:
        answer = await self.site.client.get(
            self.site.path(f"moderation/{rest}"),
            params=query,
            headers={"authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def queue(self, **query: str) -> list[str]:
        return [one["id"] for one in (await self.get("comments", **query))["comments"]]

    async def decide(self, decision: str, *ids: str) -> Any:
        return await self.site.send(
            "POST",
            "moderation/decisions",
            {"comment_ids": list(ids), "decision": decision},
            authorization=f"Bearer {self.token}",
        )

    async def page(self, path: str) -> str:
        answer = await self.site.client.get(path, headers={"cookie": f"comments={self.cookie}"})
        assert answer.status_code == 200, answer.text
        return answer.text


def _make(session: Any, site: SiteUnderTest) -> tuple[str, str]:
    at, keys, blog = site.clock.now(), site.service.keys, site_by_name(session, "blog")
    account = add_moderator(session, blog.id, "nils@blog.example", name="Nils", sections=["/news/"], at=at)
    session.flush()
    secret = make_sign_in_link(session, keys, account.id, at=at)
    session.flush()
    cookie = sign_in(session, keys, secret, at=at).cookie
    return make_api_token(session, keys, blog.id, account.id, at=at), cookie


@pytest.fixture
async def nils(site: SiteUnderTest) -> Nils:
    return Nils(site, *await site.service.db.write(_make, site))


async def waiting(site: SiteUnderTest) -> tuple[str, str]:
    """Return the ids of two comments that wait: one in the section, one outside."""
    inside = await site.posted("Inside the section", page={"url": INSIDE, "title": "Inside"})
    outside = await site.posted("Hidden elsewhere", page={"url": OUTSIDE, "title": "Hidden title"})
    return inside["id"], outside["id"]


async def test_queues_show_the_section_alone(site: SiteUnderTest, nils: Nils) -> None:
    inside, outside = await waiting(site)

    assert await nils.queue() == [inside]
    assert await nils.queue(state="all") == [inside]
    assert await nils.queue(q="hidden", state="all") == []
    assert await nils.queue(page=OUTSIDE, state="all") == []
    assert await nils.queue(author="Jonas", state="all") == [inside]
    assert (await site.decide("approve", outside)).status_code == 200
    assert await nils.queue(state="approved") == []


async def test_decisions_outside_are_about_nothing(site: SiteUnderTest, nils: Nils) -> None:
    inside, outside = await waiting(site)

    decided = (await nils.decide("approve", inside, outside)).json()

    assert (decided["decided"], decided["missing"]) == ([inside], [outside])
    assert await site.shown(url=INSIDE) == ["<p>Inside the section</p>"]
    assert await site.shown(url=OUTSIDE) == []
    for decision in ("spam", "remove", "hold", "restore"):
        assert (await nils.decide(decision, outside)).json().get("decided", []) == []


async def test_the_log_and_the_counts_are_the_sections(site: SiteUnderTest, nils: Nils) -> None:
    inside, outside = await waiting(site)
    await site.decide("spam", outside)
    await site.decide("spam", inside)

    assert [entry["comment_id"] for entry in (await nils.get("log"))["entries"]] == [inside]
    page = await nils.page("/moderate/blog?state=spam")
    assert 'data-queue="spam">1<' in page
    assert 'data-queue="all">1<' in page


async def test_no_route_for_moderators_shows_anything_from_outside(site: SiteUnderTest, nils: Nils) -> None:
    inside, outside = await waiting(site)
    await site.decide("hold", outside, inside)
    thread = await site.service.db.read(_thread_outside)
    routes = [route for route in site.app.routes if isinstance(route, DeclaredRoute)]
    asked = 0

    for route in routes:
        needs = route.needs.get("GET")
        if needs is None or needs.who is not Audience.MODERATOR:
            continue
        path = route.path.replace("{site}", "blog").replace("{id}", outside)
        for query in (
            {},
            {"state": "all"},
            {"state": "all", "q": "hidden"},
            {"state": "all", "page": thread},
        ):
            answer = await site.client.get(
                path,
                params=query,
                headers={"authorization": f"Bearer {nils.token}", "cookie": f"comments={nils.cookie}"},
            )
            asked += answer.status_code == 200
            for secret in ("Hidden elsewhere", "Hidden title", outside, "/sport/b"):
                assert secret not in answer.text.replace(f"q={secret}", ""), f"{route.path} {query}"

    assert asked >= 12


def _thread_outside(session: Any) -> str:
    found = thread_by_keys(session, site_by_name(session, "blog").id, page_keys(OUTSIDE, None))
    assert found is not None
    return str(found.id)


async def test_the_team_speaks_through_a_section_moderator_there_alone(
    site: SiteUnderTest, nils: Nils
) -> None:
    said = await site.posted("From the team", page={"url": INSIDE}, authorization=f"Bearer {nils.token}")
    refused = await site.post("From the team", page={"url": OUTSIDE}, authorization=f"Bearer {nils.token}")

    assert (said["state"], said["author"]["badge"]) == ("approved", "moderator")
    assert (refused.status_code, refused.json()["code"]) == (403, "outside-section")
    assert (await site.thread(url=OUTSIDE))["thread"]["id"] is None


async def test_a_section_taken_away_is_gone_at_once(site: SiteUnderTest, nils: Nils) -> None:
    inside, outside = await waiting(site)

    await site.service.db.write(_move_to_sport, site)

    assert await nils.queue() == [outside]
    assert (await nils.decide("approve", inside)).json().get("decided", []) == []


def _move_to_sport(session: Any, site: SiteUnderTest) -> None:
    blog = site_by_name(session, "blog")
    add_moderator(session, blog.id, "nils@blog.example", sections=["/sport/"], at=site.clock.now())
