"""The pages of bans, as a browser without a script uses them."""

import re
from typing import Any

import httpx2 as httpx
import pytest

from comments.identity.actions import add_moderator
from comments.sites.queries import site_by_name
from tests.moderation.test_pages import OURS, Browser, signed_in
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mia(site: SiteUnderTest) -> Browser:
    return await signed_in(site)


def fields_of(page: httpx.Response) -> dict[str, str]:
    form = page.text.partition('class="form ')[2]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def send(mia: Browser, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    headers = {"origin": OURS, **mia.headers, **headers}
    return await mia.site.client.post(f"/moderate/blog/bans{path}", data=fields, headers=headers)


async def form_about(mia: Browser, comment: dict[str, Any]) -> httpx.Response:
    link = re.search(r'href="([^"]*bans/new[^"]*)"', (await mia.get("/moderate/blog?state=all")).text)
    assert link is not None
    assert comment["id"] in link[1]
    return await mia.get(link[1].replace("&amp;", "&"))


async def test_an_author_is_banned_with_what_they_wrote_and_let_in_again(
    site: SiteUnderTest, mia: Browser
) -> None:
    eve = Guest("Eve", address="198.51.100.9")
    comment = await site.posted("Buy now", guest=eve)
    form = await form_about(mia, comment)

    made = await send(mia, "", {**fields_of(form), "kind": "author", "days": "7", "remove": "1"})
    told = await mia.get(made.headers["location"])
    refused = await site.post("Buy more", guest=eve)
    listed = await mia.get("/moderate/blog/bans")
    [ban] = re.findall(r'name="ban" value="([^"]+)"', listed.text)
    lifted = await send(mia, "/lift", {**fields_of(form), "ban": ban})
    log = (await mia.get("/moderate/blog/log")).text

    assert made.status_code == 303
    assert "state=all" in made.headers["location"]
    assert "The author is banned." in told.text
    assert "Removed." in told.text
    assert refused.status_code == 403
    assert "<bdi>Eve</bdi>, refused, until" in listed.text
    assert re.search(r"</b>: Banned an author until \d[^<]+: <bdi>Eve</bdi>\.", log)
    assert "</b>: Lifted the ban of an author: <bdi>Eve</bdi>." in log
    assert "The ban is lifted." in (await mia.get(lifted.headers["location"])).text
    assert (await site.post("Once more", guest=eve)).status_code == 201
    assert (await send(mia, "/lift", {**fields_of(form), "ban": ban})).status_code == 404


async def test_only_what_is_known_of_an_author_is_offered(site: SiteUnderTest, mia: Browser) -> None:
    one = await site.posted("One", author={"name": "Eve", "email": "eve@mail.example"})
    with_mail = await form_about(mia, one)
    two = await site.posted("Two", guest=Guest("Ann"))
    without = await form_about(mia, two)

    kinds = re.compile(r'name="kind" value="(\w+)"')
    assert kinds.findall(with_mail.text) == ["author", "address", "network", "domain"]
    assert "at mail.example and below" in with_mail.text
    assert kinds.findall(without.text) == ["author", "address", "network"]


async def test_a_value_is_banned_and_what_is_none_is_told_with_its_fields(
    site: SiteUnderTest, mia: Browser
) -> None:
    fields = fields_of(await mia.get("/moderate/blog/bans")) | {"kind": "network", "reason": "A farm"}

    wrong = await send(mia, "", {**fields, "value": "192.0.0.0/20"})
    right = await send(mia, "", {**fields, "value": "192.0.2.0/24", "silent": "1"})

    assert wrong.status_code == 422
    assert "networks are /24, or /48 of IPv6" in wrong.text
    assert 'value="A farm"' in wrong.text
    assert "Banned." in (await mia.get(right.headers["location"])).text
    assert "a network</bdi>, silently, for good" in (await mia.get("/moderate/blog/bans")).text


async def test_the_script_is_told_how_to_take_the_removal_back(site: SiteUnderTest, mia: Browser) -> None:
    eve = Guest("Eve", address="198.51.100.9")
    first = await site.posted("One", guest=eve)
    await site.posted("Two https://a.example", guest=eve)
    page = (await mia.get("/moderate/blog")).text
    fields = fields_of(await mia.get(f"/moderate/blog/bans/new?comment={first['id']}"))

    order = {**fields, "kind": "author", "remove": "1"}
    told = (await send(mia, "", order, accept="application/json")).json()
    undone = await mia.press(page, {"undo": told["undo"]}, accept="application/json")

    assert told["words"] == "Eve is banned. 2 comments removed."
    assert (told["removed"], told["heading"]) == (2, "0 comments wait")
    assert undone.json()["words"] == "Undone. 2 comments wait again."


async def test_who_moderates_a_section_bans_nobody(site: SiteUnderTest, mia: Browser) -> None:
    comment = await site.posted("Hello")
    form = await form_about(mia, comment)

    def narrow(session: Any) -> None:
        blog = site_by_name(session, "blog").id
        at = site.clock.now()
        add_moderator(session, blog, "mia@blog.example", role="moderator", sections=["/news/"], at=at)

    await site.service.db.write(narrow)

    assert "/bans" not in (await mia.get("/moderate/blog")).text
    for path in ("/moderate/blog/bans", f"/moderate/blog/bans/new?comment={comment['id']}"):
        assert (await mia.get(path)).status_code == 403
    assert (await send(mia, "", {**fields_of(form), "kind": "author"})).status_code == 403
    assert (await site.post("Still here")).status_code == 201
