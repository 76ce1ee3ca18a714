"""The pages of bans, as a browser without a script uses them."""

import re
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest

from comments.identity.accounts.actions import add_moderator
from comments.moderation import messages
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
    assert "The author is banned. 1 comment removed." in told.text
    assert refused.status_code == 403
    assert "<bdi>Eve</bdi>, refused, until" in listed.text
    assert re.search(r"</b>: Banned an author until \d[^<]+: <bdi>Eve</bdi>\.", log)
    assert "</b>: Lifted the ban of an author: <bdi>Eve</bdi>." in log
    assert "The ban is lifted." in (await mia.get(lifted.headers["location"])).text
    assert (await site.post("Once more", guest=eve)).status_code == 201
    assert (await send(mia, "/lift", {**fields_of(form), "ban": ban})).status_code == 404
    assert 'name="undo" value="lift/' in log
    [name] = re.findall(r'name="undo" value="(lift/\d+)"', (await mia.get(lifted.headers["location"])).text)
    undone = await mia.press((await mia.get("/moderate/blog?state=all")).text, {"undo": name})
    assert "The ban stands again." in (await mia.get(undone.headers["location"])).text
    assert "<bdi>Eve</bdi>, refused, until" in (await mia.get("/moderate/blog/bans")).text
    assert (await site.post("And more", guest=eve)).status_code == 403


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


async def undo_on(mia: Browser, page: httpx.Response, **headers: str) -> httpx.Response:
    """Press the Undo that a page offers after a ban."""
    [name] = re.findall(r'name="undo" value="(ban[^"]+)"', page.text)
    return await mia.press((await mia.get("/moderate/blog?state=all")).text, {"undo": name}, **headers)


async def bans_shown(mia: Browser) -> int:
    return (await mia.get("/moderate/blog/bans")).text.count('name="ban" value=')


async def test_one_undo_takes_back_a_ban_with_what_it_removed(site: SiteUnderTest, mia: Browser) -> None:
    eve = Guest("Eve", address="198.51.100.9")
    comment = await site.posted("Buy now", guest=eve)
    order = fields_of(await form_about(mia, comment)) | {"kind": "author", "remove": "1"}
    made = await send(mia, "", order)
    after = await mia.get(made.headers["location"])

    undone = await undo_on(mia, after)
    told = await mia.get(undone.headers["location"])
    again = await undo_on(mia, after, accept="application/json")
    log = (await mia.get("/moderate/blog/log")).text

    assert "The ban is lifted." in told.text
    assert "Undone. It waits again." in told.text
    assert 'name="undo" value="ban' not in told.text
    assert await bans_shown(mia) == 0
    assert (await site.post("Once more", guest=eve)).status_code == 201
    assert again.json()["words"] == "The ban was lifted or over already. " + messages.left(1)
    assert "</b>: Lifted the ban of an author: <bdi>Eve</bdi>." in log


async def test_undo_says_what_somebody_has_done_with_the_ban_since(site: SiteUnderTest, mia: Browser) -> None:
    eve = Guest("Eve", address="198.51.100.9")
    comment = await site.posted("Buy now", guest=eve)
    order = fields_of(await form_about(mia, comment)) | {"kind": "author"}
    first = await mia.get((await send(mia, "", order)).headers["location"])
    site.clock.advance(timedelta(seconds=1))
    second = await send(mia, "", {**order, "days": "7"})

    changed = await undo_on(mia, first, accept="application/json")
    stands = await bans_shown(mia)
    [ban] = re.findall(r'name="ban" value="([^"]+)"', (await mia.get("/moderate/blog/bans")).text)
    await send(mia, "/lift", {**order, "ban": ban})
    gone = await undo_on(mia, first, accept="application/json")

    # It was banned before, so one Undo would let in whom somebody meant to keep out.
    assert 'name="undo" value="ban' not in (await mia.get(second.headers["location"])).text
    assert (changed.json()["words"], stands) == (messages.BANNED["changed"], 1)
    assert gone.json()["words"] == messages.BANNED["gone"]


async def test_a_ban_by_value_offers_undo_on_its_page(site: SiteUnderTest, mia: Browser) -> None:
    fields = fields_of(await mia.get("/moderate/blog/bans")) | {"kind": "domain", "value": "spam.example"}

    made = await mia.get((await send(mia, "", fields)).headers["location"])
    await site.posted("Hello")
    undone = await undo_on(mia, made)

    assert "The ban is lifted." in (await mia.get(undone.headers["location"])).text
    assert await bans_shown(mia) == 0


async def test_the_script_is_told_how_to_take_a_ban_back(site: SiteUnderTest, mia: Browser) -> None:
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
    assert (told["whom"], told["lifts"]) == ("Eve", True)
    assert undone.json()["words"] == "The ban is lifted. 2 comments are as before."
    assert len(undone.json()["decided"]) == 2
    assert await bans_shown(mia) == 0


async def test_who_moderates_a_section_bans_nobody(site: SiteUnderTest, mia: Browser) -> None:
    comment, token = await site.posted("Hello"), await site.moderator()
    form = await form_about(mia, comment)
    assert (await site.send("GET", "bans", authorization=f"Bearer {token}")).status_code == 200

    def narrow(session: Any) -> None:
        blog = site_by_name(session, "blog").id
        at = site.clock.now()
        add_moderator(session, blog, "mia@blog.example", role="moderator", sections=["/news/"], at=at)

    await site.service.db.write(narrow)

    assert "/bans" not in (await mia.get("/moderate/blog")).text
    for path in ("/moderate/blog/bans", f"/moderate/blog/bans/new?comment={comment['id']}"):
        assert (await mia.get(path)).status_code == 403
    assert (await send(mia, "", {**fields_of(form), "kind": "author"})).status_code == 403
    listed = await site.send("GET", "bans", authorization=f"Bearer {token}")
    assert (listed.status_code, listed.json()["code"]) == (403, "ban-outside")
    assert (await site.post("Still here")).status_code == 201
