"""Whoever follows a stream has, in the end, the very discussion that is asked for anew."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.site import PAGE, Guest, SiteUnderTest
from tests.support.streams import Event, Reader, listening

URL = PAGE["url"]
STEPS = 40


class Followed:
    """What a reader knows of a page: every shown comment by its id, flat."""

    def __init__(self, version: int = 0) -> None:
        self.version = version
        self.comments: dict[str, dict[str, Any]] = {}

    def apply(self, event: Event) -> None:
        if not event.name:
            return
        assert event.name == "change"
        assert event.data["thread"]["version"] == int(event.id) > self.version
        self.version = int(event.id)
        for comment in event.data["comments"]:
            self.comments[comment["id"]] = comment
        for one in event.data["scores"]:
            known = self.comments[one["id"]]
            known |= {name: one[name] for name in ("score", "upvotes", "downvotes")}
            known["replies"] = {**known["replies"], "total": one["total"]}
        for gone in event.data["gone"]:
            self.comments.pop(gone["id"], None)
        self._name_the_answered()

    def _name_the_answered(self) -> None:
        """Replies name whom they answer as long as that one is public; that follows from what is known."""
        for comment in self.comments.values():
            answered = self.comments.get(comment["parent_id"] or "")
            author = answered and answered["author"]
            comment["reply_to"] = {"id": comment["parent_id"], "name": author["name"]} if author else None


async def whole(site: SiteUnderTest) -> Followed:
    """Ask for the page as it is, every comment of it."""
    page = await site.thread(sort="oldest", limit=100)
    found = Followed(page["thread"]["version"])
    for top in page["comments"]:
        below = (await site.get(f"comments/{top['id']}/replies", limit=100)).json()["comments"]
        for comment in [top, *below]:
            comment["replies"] = {**comment["replies"], "comments": [], "next": None}
            found.comments[comment["id"]] = comment
    return found


class Crowd:
    """Readers and a moderator who do what comes into their heads."""

    def __init__(self, site: SiteUnderTest, seed: int) -> None:
        self.site = site
        self.luck = random.Random(seed)
        self.guests = [Guest(f"Guest {number}", f"203.0.113.{number}") for number in range(1, 5)]
        self.written: list[tuple[str, Guest]] = []

    async def act(self) -> None:
        deeds: list[Callable[[], Awaitable[Any]]] = [
            self.say,
            self.post,
            self.post,
            self.reply,
            self.reply,
            self.vote,
            self.change,
            self.decide,
            self.decide,
        ]
        await self.luck.choice(deeds)()

    async def say(self) -> None:
        await self.site.said(f"Said {self.luck.random()}")

    async def post(self, parent_id: str | None = None) -> None:
        guest = self.luck.choice(self.guests)
        answer = await self.site.post(f"Posted {self.luck.random()}", guest=guest, parent_id=parent_id)
        if answer.status_code == 201:
            self.written.append((answer.json()["comment"]["id"], guest))

    async def reply(self) -> None:
        shown = list((await whole(self.site)).comments)
        await self.post(self.luck.choice(shown) if shown else None)

    async def vote(self) -> None:
        if self.written:
            comment_id, _ = self.luck.choice(self.written)
            guest, value = self.luck.choice(self.guests), self.luck.choice([1, -1, 0])
            await self.site.send("PUT", f"comments/{comment_id}/vote", {"value": value}, guest=guest)

    async def change(self) -> None:
        if self.written:
            comment_id, guest = self.luck.choice(self.written)
            method, rest, body = self.luck.choice(
                [
                    ("PATCH", "", {"body": f"Edited {self.luck.random()}"}),
                    ("DELETE", "", None),
                    ("POST", "/restore", None),
                ]
            )
            await self.site.send(method, f"comments/{comment_id}{rest}", body, guest=guest)

    async def decide(self) -> None:
        if self.written:
            some = {self.luck.choice(self.written)[0] for _ in range(3)}
            await self.site.decide(
                self.luck.choice(["approve", "approve", "remove", "spam", "restore"]), *some
            )


async def caught_up(reader: Reader, followed: Followed, version: int) -> None:
    while followed.version < version:
        followed.apply(await reader.event())


@pytest.mark.parametrize("seed", range(3))
async def test_a_reader_who_follows_has_the_same_page(site: SiteUnderTest, seed: int) -> None:
    crowd, follower, often_away = Crowd(site, seed), Followed(), Followed()
    async with listening(site, URL) as reader:
        for step in range(STEPS):
            await crowd.act()
            if step % 10 == 9:
                # Another one comes only now and then, and goes on from where they were.
                await site.said(f"Step {step}")
                now = await whole(site)
                async with listening(site, URL, since=str(often_away.version)) as back:
                    await caught_up(back, often_away, now.version)
                await caught_up(reader, follower, now.version)

                assert follower.comments == now.comments
                assert often_away.comments == now.comments


async def test_who_comes_while_others_write_misses_nothing(site: SiteUnderTest) -> None:
    await site.moderator()

    async def write() -> None:
        for number in range(15):
            await site.said(f"Number {number}")

    async def follow(after: float) -> Followed:
        await asyncio.sleep(after)
        followed = Followed()
        async with listening(site, URL, since="0") as reader:
            await caught_up(reader, followed, 16)
        return followed

    writing = asyncio.create_task(write())
    readers = await asyncio.gather(*(follow(number / 100) for number in range(25)))
    await writing

    now = await whole(site)
    assert len(now.comments) == 15
    assert [one.comments for one in readers] == [now.comments] * 25
