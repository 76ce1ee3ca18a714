"""A site to test against: the real application on a real database, asked over its HTTP interface."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2 as httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from comments.app import create_app
from comments.clock import FixedClock
from comments.config import Settings
from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.queries import moderator_by_email
from comments.identity.accounts.token_actions import make_api_token
from comments.sites.actions import add_site, set_settings
from comments.sites.queries import site_by_name
from comments.web.access import NOBODY, page_route
from comments.web.service import Service

SECRET = "a secret for tests only, long enough"
ORIGIN = "https://blog.example"
PAGE = {"url": f"{ORIGIN}/a", "title": "A"}


@dataclass
class Guest:
    """Somebody without an account; keeps the token they are given."""

    name: str = "Jonas"
    address: str = "203.0.113.7"
    token: str | None = None


@dataclass
class SiteUnderTest:
    """The site `blog` of a running application."""

    client: httpx.AsyncClient
    app: Starlette
    clock: FixedClock
    name: str = "blog"
    origin: str = ORIGIN
    _moderator: str = field(default="", repr=False)

    @property
    def service(self) -> Service:
        svc: Service = self.app.state.service
        return svc

    def path(self, rest: str) -> str:
        return f"/api/v1/sites/{self.name}/{rest}"

    async def get(self, rest: str, *, guest: Guest | None = None, **query: Any) -> httpx.Response:
        return await self.client.get(self.path(rest), params=query, headers=self._headers(guest))

    async def send(
        self, method: str, rest: str, body: Any = None, *, guest: Guest | None = None, **headers: str
    ) -> httpx.Response:
        """Send JSON as a page of the site does, and keep the token that comes back."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.client.request(
            method,
            self.path(rest),
            content=json.dumps(body) if body is not None else None,
            headers={
                "origin": self.origin,
                "content-type": "application/json",
                **self._headers(guest),
                **given,
            },
        )
        if guest is not None and answer.status_code < 300 and "token" in answer.text:
            guest.token = answer.json().get("token") or guest.token
        return answer

    async def post(
        self,
        body: str = "Hello",
        *,
        guest: Guest | None = None,
        parent_id: str | None = None,
        page: dict[str, str] | None = None,
        author: dict[str, Any] | None = None,
        brings: Mapping[str, str] = MappingProxyType({}),
        **headers: str,
    ) -> httpx.Response:
        guest = guest or Guest()
        # Comments of one moment have no order between them.
        self.clock.advance(timedelta(seconds=1))
        order = {
            "page": page or PAGE,
            "parent_id": parent_id,
            "body": body,
            "author": author or {"name": guest.name},
            **brings,
        }
        return await self.send("POST", "comments", order, guest=guest, **headers)

    async def posted(self, body: str = "Hello", **more: Any) -> dict[str, Any]:
        """Post, which must succeed, and return the comment."""
        answer = await self.post(body, **more)
        assert answer.status_code == 201, answer.text
        comment: dict[str, Any] = answer.json()["comment"]
        return comment

    async def said(self, body: str = "Hello", **more: Any) -> dict[str, Any]:
        """Post as the moderator: public at once."""
        return await self.posted(body, authorization=f"Bearer {await self.moderator()}", **more)

    async def moderator(self) -> str:
        """Return a moderator's API token."""
        if not self._moderator:
            self._moderator = await self.service.db.write(_make_moderator, self)
        return self._moderator

    async def decide(self, decision: str, *comment_ids: str) -> httpx.Response:
        return await self.send(
            "POST",
            "moderation/decisions",
            {"comment_ids": list(comment_ids), "decision": decision},
            authorization=f"Bearer {await self.moderator()}",
        )

    async def approved(self, body: str = "Hello", **more: Any) -> dict[str, Any]:
        """Post as a guest and have it approved."""
        comment = await self.posted(body, **more)
        assert (await self.decide("approve", comment["id"])).status_code == 200
        return comment

    async def thread(self, **query: Any) -> dict[str, Any]:
        answer = await self.get("thread", **({"url": PAGE["url"]} | query))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def shown(self, **query: Any) -> list[str]:
        """Return the texts of the page's top-level comments."""
        return [comment["html"] for comment in (await self.thread(**query))["comments"]]

    async def set(self, **settings: str) -> None:
        await self.service.db.write(set_settings, self.name, settings)

    def _headers(self, guest: Guest | None) -> dict[str, str]:
        if guest is None:
            return {}
        # The test client's own address is a trusted proxy, so each guest comes from an address of their own.
        headers = {"x-forwarded-for": guest.address}
        return headers | ({"authorization": f"Bearer {guest.token}"} if guest.token else {})


def _make_moderator(session: Any, site: SiteUnderTest) -> str:
    found = site_by_name(session, site.name)
    at = site.clock.now()
    add_moderator(session, found.id, "mia@blog.example", role="moderator", name="Mia Lindqvist", at=at)
    session.flush()
    moderator = moderator_by_email(session, found.id, "mia@blog.example")
    return make_api_token(session, site.service.keys, found.id, moderator.account_id, at=at)


async def _fault(_: Request) -> Response:
    raise RuntimeError("a secret of SELECT and /etc")


@asynccontextmanager
async def running_site(
    database_url: str,
    clock: FixedClock,
    folder: Path,
    *,
    rate_limits: bool = False,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[SiteUnderTest]:
    """Run the application with one site, `blog`."""
    read = Settings.from_environment(
        {
            "COMMENTS_DATA_DIR": str(folder),
            "COMMENTS_DATABASE_URL": database_url,
            "COMMENTS_SECRET_KEY": SECRET,
            "COMMENTS_TRUSTED_PROXIES": "127.0.0.1",
            "COMMENTS_RATE_LIMITS": "on" if rate_limits else "off",
            **settings,
        }
    )
    app = create_app(read, clock=clock, more=[page_route("/fault", _fault, needs=NOBODY)])
    async with app.router.lifespan_context(app):
        svc: Service = app.state.service
        await svc.db.write(add_site, "blog", [ORIGIN], at=clock.now())
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            yield SiteUnderTest(client, app, clock)
