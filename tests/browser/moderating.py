"""A moderators' desk in the browser: the running service on a seeded site, and who sits there."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from playwright.async_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.app import create_app
from comments.config import Settings
from comments.identity.accounts.queries import Moderator
from comments.identity.sign_in.email_link_actions import make_sign_in_link, sign_in
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import Choice, CommentChoice, DecisionOrder
from comments.text import render
from comments.threads.models import Comment
from comments.web.service import Service
from tests.moderation.seeding import Seed
from tests.support.ports import free_port

SECRET = "a secret for tests only, long enough"


@dataclass
class Desk:
    """The service at `base_url` with a site of 'Mia' and 'Ana', a thread to comment on, and another one."""

    base_url: str
    svc: Service
    seed: Seed
    mia: Moderator
    ana: Moderator
    thread_id: UUID
    other_thread_id: UUID
    made: dict[str, UUID] = field(default_factory=dict)
    authors: dict[str, UUID] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.base_url}/moderate/{self.seed.name}"

    async def held(self, text: str, *, name: str = "Jonas Lind", **values: Any) -> UUID:
        """Let a comment of a new guest wait; one with a later time stands further up."""
        html = render(text, format="markdown").html
        values = {"html": html, **values}
        author = self.authors[text] = self.seed.author(name)
        comment_id = self.seed.comment(self.thread_id, author, name=name, text=text, **values)
        await self.svc.db.write(self.seed.store)
        self.made[text] = comment_id
        return comment_id

    async def decided(
        self, choice: Choice, *ids: UUID, by: Moderator | None = None, reason: str = ""
    ) -> None:
        order = DecisionOrder(
            by or self.ana, choice, [CommentChoice(comment_id) for comment_id in ids], reason
        )
        await self.svc.db.write(decide, order, self.svc.keys, at=self.svc.clock.now())

    async def states(self) -> dict[str, str]:
        """Return the state of each comment that was held, by its text."""

        def read(session: Session) -> dict[UUID, str]:
            return {row.id: row.state for row in session.execute(select(Comment.id, Comment.state))}

        found = await self.svc.db.read(read)
        return {text: found[comment_id] for text, comment_id in self.made.items()}

    async def sit_down(self, context: BrowserContext) -> None:
        """Sign Mia in."""
        svc, at = self.svc, self.svc.clock.now()
        secret = await svc.db.write(make_sign_in_link, svc.keys, self.mia.account_id, at=at)
        signed_in = await svc.db.write(sign_in, svc.keys, secret, at=at)
        await context.add_cookies(
            [{"name": "comments", "value": signed_in.cookie, "url": self.base_url, "httpOnly": True}]
        )

    async def open(self, page: Page, rest: str = "") -> "Sheet":
        """Sign Mia in and open a queue."""
        await self.sit_down(page.context)
        await page.goto(self.address + rest)
        return Sheet(page)


class Sheet:
    """The open page, by what stands on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cards = page.get_by_role("article")
        self.toast = page.locator("[data-toast]")
        self.unsent = page.locator("[data-unsent]")
        self.bulk = page.get_by_role("form", name="Selected comments")

    def card(self, text: str) -> Locator:
        return self.cards.filter(has=self.page.locator(".body", has_text=text))

    def button(self, text: str, name: str) -> Locator:
        """Return the button of that name, whether or not its key is shown beside it."""
        return self.card(text).get_by_role("button", name=re.compile(rf"^{name}( \w)?$"))

    def box(self, text: str) -> Locator:
        return self.card(text).get_by_role("checkbox")

    @property
    def marked(self) -> Locator:
        return self.page.locator(".held.is-current > form > .body")

    async def texts(self) -> list[str]:
        """Return the texts of the list, once all that leaves it has left."""
        await expect(self.page.locator(".is-leaving")).to_have_count(0)
        return [text.strip() for text in await self.page.locator(".held > form > .body").all_inner_texts()]


@asynccontextmanager
async def running_desk(database_url: str, folder: Path) -> AsyncIterator[Desk]:
    """Run the service in this process, with a site that has two moderators."""
    port = free_port()
    settings = Settings.from_environment(
        {
            "COMMENTS_DATA_DIR": str(folder),
            "COMMENTS_DATABASE_URL": database_url,
            "COMMENTS_SECRET_KEY": SECRET,
            "COMMENTS_PORT": str(port),
            "COMMENTS_RATE_LIMITS": "off",
        }
    )
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            assert not serving.done(), "the service did not start"
            await asyncio.sleep(0.01)
        seed = Seed(name="slowlines", now=datetime.now(UTC) - timedelta(hours=2))
        mia, ana = seed.moderator("Mia Lindqvist"), seed.moderator("Ana Petrović")
        thread_id = seed.thread("The quiet return of the night train")
        other_thread_id = seed.thread("Another discussion")
        await app.state.service.db.write(seed.store)
        yield Desk(f"http://127.0.0.1:{port}", app.state.service, seed, mia, ana, thread_id, other_thread_id)
    finally:
        server.should_exit = True
        await serving
