"""Taking back what was decided about whole discussions: by forms, by the script, from the log's page."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2 as httpx
import pytest

from comments.background.maintenance import tidy
from comments.moderation.audit.verify import checked, log_lines
from comments.moderation.errors import DecisionUnknown
from comments.moderation.threads.actions import ThreadActor
from comments.moderation.threads.undo import undo_thread
from comments.sites.actions import add_site
from comments.sites.queries import site_by_name
from comments.threads.errors import OutsideSection, ThreadUnknown
from comments.threads.models import Comment
from tests.moderation import test_thread_moves as moves
from tests.moderation.test_pages import OURS, Browser, signed_in
from tests.moderation.test_thread_page import AT, press
from tests.moderation.test_threads import bearer, moderated, set_page
from tests.support.site import ORIGIN, PAGE, SiteUnderTest

pytestmark = pytest.mark.anyio

JSON = {"accept": "application/json"}
B = {"url": f"{ORIGIN}/b"}


def undo_of(page: httpx.Response) -> str:
    [name] = re.findall(r'name="undo" value="(thread/\d+)"', page.text)
    return str(name)


async def undo(browser: Browser, name: str, **headers: str) -> httpx.Response:
    [token] = set(re.findall(r'name="token" value="([^"]*)"', (await browser.get(AT)).text))
    headers = {"origin": OURS, **browser.headers, **headers}
    fields = {"token": token, "undo": name}
    return await browser.site.client.post("/moderate/blog/decisions", data=fields, headers=headers)


async def entries(site: SiteUnderTest) -> int:
    """Return how many entries the log has, and see that it holds."""
    found = await site.service.db.read(site_by_name, "blog")
    assert (await site.service.db.read(checked, site.service.keys, found.id)).faults == []
    return len(await site.service.db.read(lambda session: [*log_lines(session, found.id)]))


async def test_each_decision_about_a_page_is_taken_back_once(site: SiteUnderTest) -> None:
    await site.said("Hello")
    mia = await signed_in(site)
    before = await moderated(site)

    for wish, to, fields, told, undone_told in (
        ("close", "/thread/set", {}, "Closed.", "Undone. It is open."),
        ("hold", "/thread/set", {}, "All comments wait.", "Undone. Its comments are judged as everywhere."),
        ("slow", "/thread/set", {"seconds": "9"}, "comment in 9 seconds.", "Undone. No slow mode."),
        (
            "",
            "/thread/rename",
            {"url": f"{ORIGIN}/new"},
            "Renamed. The old",
            f"It is at {PAGE['url']} again.",
        ),
    ):
        done = await mia.get((await press(mia, wish, to, **fields)).headers["location"])
        logged = await entries(site)
        undone = await undo(mia, undo_of(done))
        twice = await undo(mia, undo_of(done))
        by_script = (await undo(mia, undo_of(done), **JSON)).json()
        after = await mia.get(undone.headers["location"])

        assert told in done.text
        assert undone_told in after.text
        assert (
            "thread/" not in after.text.partition("<h1>")[2].partition("</ul>")[0].partition("data-label")[2]
        )
        assert twice.headers["location"] == undone.headers["location"]
        assert (by_script["words"].startswith("Undone."), by_script["undo"]) == (True, "")
        assert await entries(site) == logged + 1
        now = await moderated(site)
        assert {name: now[name] for name in ("state", "hold_all", "slow_seconds", "url")} == {
            name: before[name] for name in ("state", "hold_all", "slow_seconds", "url")
        }
        # A page that is loaded again does not tell what holds no more.
        assert told not in (await mia.get(str(done.request.url))).text
    assert (await moderated(site, "/new"))["id"] == before["id"]
    log = (await mia.get("/moderate/blog/log")).text
    assert "Took a decision back: opened <a" in log
    assert 'value="thread/' not in log


async def test_what_somebody_else_has_decided_meanwhile_stays(site: SiteUnderTest) -> None:
    await site.said("Hello")
    mia, ana = await signed_in(site), await signed_in(site, "ana@blog.example", called="Ana")
    name = undo_of(await mia.get((await press(mia, "close")).headers["location"]))
    for wish in ("open", "close"):
        await press(ana, wish)

    refused = await undo(mia, name)
    by_script = await undo(mia, name, **JSON)
    newest = await mia.get("/moderate/blog/log")

    assert (refused.status_code, by_script.status_code) == (409, 409)
    assert "Not undone: Ana changed this meanwhile, 0 seconds ago." in refused.text
    assert by_script.json()["code"] == "changed-since"
    assert by_script.json()["words"].startswith("Not undone: Ana changed this")
    assert (await moderated(site))["state"] == "closed"
    assert (
        "Undone. It is open." in (await mia.get((await undo(mia, undo_of(newest))).headers["location"])).text
    )


async def test_another_site_and_another_section_cannot_be_reached(site: SiteUnderTest) -> None:
    await site.said("Hello", page={"url": f"{ORIGIN}/news/a"})
    await set_page(site, "/news/a", url=f"{ORIGIN}/sport/a", hold_all=True)
    db, keys, at = site.service.db, site.service.keys, site.clock.now()
    blog = (await db.read(site_by_name, "blog")).id
    other = (await db.write(add_site, "other", ["https://other.example"], at=at)).id

    async def attempt(acting: ThreadActor, number: int) -> dict[str, Any]:
        return await db.write(undo_thread, keys, acting, number, at=at)

    mia = uuid4()
    with pytest.raises(DecisionUnknown):
        await attempt(ThreadActor(other, (), mia), 2)
    for number in (0, 1, 3, 10**9 - 1):
        with pytest.raises(DecisionUnknown):
            await attempt(ThreadActor(blog, (), mia), number)
    with pytest.raises(ThreadUnknown):
        await attempt(ThreadActor(blog, (), mia, ("/news/",)), 2)
    with pytest.raises(OutsideSection):
        await attempt(ThreadActor(blog, (), mia, ("/sport/",)), 2)
    assert (await moderated(site, "/sport/a"))["hold_all"] is True

    # Both at once, though its origin is not allowed any more.
    assert (await attempt(ThreadActor(blog, (), None), 2))["undoes"] == 2
    found = await moderated(site, "/news/a")
    assert (found["url"], found["hold_all"]) == (f"{ORIGIN}/news/a", False)
    with pytest.raises(DecisionUnknown):
        await attempt(ThreadActor(blog, (), mia), 3)


async def test_a_move_is_taken_back_to_where_the_comment_was(site: SiteUnderTest) -> None:
    above = await site.approved("Above")
    answer = await site.approved("Answer", parent_id=above["id"])
    await site.said("There", page=B)
    mia = await signed_in(site)

    moved = await press(mia, "", "/move", comment=answer["id"], page="/b")
    told = await mia.get(moved.headers["location"])
    log = await mia.get("/moderate/blog/log")
    undone = await undo(mia, undo_of(told))
    twice = await undo(mia, undo_of(told))

    assert "Moved 1 comment." in told.text
    assert undo_of(log) == undo_of(told)
    assert "Undone. 1 comment is back in place." in (await mia.get(undone.headers["location"])).text
    assert twice.headers["location"] == undone.headers["location"]
    stored = await site.service.db.read(lambda session: session.get_one(Comment, UUID(answer["id"])))
    assert (str(stored.parent_id), str(stored.thread_id)) == (above["id"], (await moderated(site))["id"])

    moved = await press(mia, "", "/move", comment=answer["id"], page="/b")
    name = undo_of(await mia.get(moved.headers["location"]))
    await press(
        await signed_in(site, "ana@blog.example", called="Ana"), "", "/move", comment=answer["id"], page="/a"
    )
    refused = await undo(mia, name)
    assert (refused.status_code, "Ana changed this meanwhile" in refused.text) == (409, True)


async def test_a_merge_is_taken_back_with_what_was_answered_meanwhile(site: SiteUnderTest) -> None:
    first = await site.said("First", page=moves.A)
    await site.posted("Waits", page=moves.A)
    await site.said("Second", page=moves.B)
    await set_page(site, "/a", slow_seconds=5, state="closed")
    before = [await moderated(site, page) for page in ("/a", "/b")]
    mia = await signed_in(site)

    form = f"/moderate/blog/thread/merge?thread={before[0]['id']}&into=/b"
    assert "For 30 days it can be undone" in (await mia.get(form)).text
    made = await press(mia, "", "/thread/merge", into=before[1]["id"])
    told = await mia.get(made.headers["location"])
    await site.said("Below", page=moves.B, parent_id=first["id"])
    await site.said("Third", page=moves.A)
    assert undo_of(await mia.get("/moderate/blog/log")) == undo_of(told)
    undone = await undo(mia, undo_of(told))
    twice = await undo(mia, undo_of(told))

    assert "Merged: 2 comments of https://blog.example/a came here." in told.text
    after = await mia.get(undone.headers["location"])
    assert f"Undone. 3 comments are here again, no more on {moves.B['url']}." in after.text
    assert twice.headers["location"] == undone.headers["location"]
    assert await moves.texts(site, moves.A) == ["<p>First</p>"]
    assert await moves.texts(site, moves.B) == ["<p>Second</p>", "<p>Third</p>"]
    assert await moves.count(site, moves.A, moves.B) == [2, 2]
    for was, page in zip(before, ("/a", "/b"), strict=True):
        now = await moderated(site, page)
        same = ("id", "url", "title", "keys", "state", "slow_seconds", "closes_at")
        assert {name: now[name] for name in same} == {name: was[name] for name in same}
    await site.service.db.read(moves.check_invariants)
    assert (
        "Took 3 comments back to https://blog.example/a, from <a"
        in (await mia.get("/moderate/blog/log")).text
    )


async def test_what_was_merged_on_is_parted_first_and_after_a_month_nothing(site: SiteUnderTest) -> None:
    for page in (moves.A, moves.B, moves.C):
        await site.said(f"On {page['title']}", page=page)
    mia = await signed_in(site)
    assert (await moves.merged(site, "/a", into="/b")).status_code == 200
    assert (await moves.merged(site, "/b", into="/c")).status_code == 200
    log = (await mia.get("/moderate/blog/log")).text
    later, earlier = re.findall(r'name="undo" value="(thread/\d+)"', log)
    offered = (await site.send("GET", "moderation/log", authorization=await bearer(site))).json()["entries"]
    assert [f"thread/{one['undo']}" for one in offered if one["undo"]] == [later, earlier]

    refused = await undo(mia, earlier, **JSON)
    by_program = [
        await site.send("POST", "moderation/threads/undo", {"number": n}, authorization=await bearer(site))
        for n in (offered[0]["undo"], offered[0]["undo"], 10**9)
    ]
    done = [(await undo(mia, name, **JSON)).status_code for name in (later, earlier)]

    assert (refused.status_code, refused.json()["code"]) == (409, "changed-since")
    assert [one.status_code for one in by_program] == [200, 200, 404]
    assert by_program[0].json() == by_program[1].json()
    assert (by_program[0].json()["decision"], by_program[0].json()["facts"]["undoes"]) == (
        "merge",
        offered[0]["undo"],
    )
    assert done == [200, 200]
    assert [await moves.texts(site, page) for page in (moves.A, moves.B, moves.C)] == [
        ["<p>On a</p>"],
        ["<p>On b</p>"],
        ["<p>On c</p>"],
    ]
    await site.service.db.read(moves.check_invariants)

    site.clock.advance(timedelta(seconds=1))
    await moves.merged(site, "/a", into="/b")
    await set_page(site, "/b", url=moves.A["url"])
    renamed, merged = re.findall(
        r'name="undo" value="(thread/\d+)"', (await mia.get("/moderate/blog/log")).text
    )
    assert (await undo(mia, merged, **JSON)).json()["code"] == "changed-since", "by the rename"
    assert (await undo(mia, renamed, **JSON)).status_code == 200
    site.clock.advance(timedelta(days=31))
    assert (await tidy(site.service.db, site.clock.now())).merges == 1
    gone = await undo(await signed_in(site), merged, **JSON)
    assert (gone.status_code, gone.json()["code"]) == (404, "decision-unknown")


async def test_a_name_that_is_none_of_ours_is_refused(site: SiteUnderTest) -> None:
    await site.said("Hello")
    mia = await signed_in(site)

    for name in (
        "thread/",
        "thread/x",
        "thread/0",
        "thread/-1",
        "thread/1/2",
        "thread/٣",
        f"thread/{10**9}9",
    ):
        assert (await undo(mia, name, **JSON)).json()["code"] == "form-malformed"
