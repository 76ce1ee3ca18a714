"""The plain pages on a host shared with a website, behind a proxy that takes the path off."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from comments.app import create_app
from comments.clock import FixedClock
from comments.config import Settings
from comments.sites.actions import add_site
from tests.support.plain import PlainBrowser, cookie_of, plain_browser

pytestmark = pytest.mark.anyio

HOST = "https://news.example"
HERE = "/talk/d/blog?url=https%3A%2F%2Fnews.example%2Fa"


def behind_proxy(app: ASGIApp) -> ASGIApp:
    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            assert scope["path"].startswith("/talk/"), f"{scope['path']} is the website's"
            path = scope["path"].removeprefix("/talk")
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await app(scope, receive, send)

    return proxy


@pytest.fixture
async def reader(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[PlainBrowser]:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="a key for tests, never used elsewhere",
        base_url=f"{HOST}/talk",
    )
    app = create_app(settings, clock=clock)
    async with app.router.lifespan_context(app):
        await app.state.service.db.write(add_site, "blog", [HOST], at=clock.now())
        async with plain_browser(behind_proxy(app), origin=HOST) as browser:
            yield browser


async def test_reading_and_writing_stay_under_the_path(reader: PlainBrowser) -> None:
    page = await reader.open(HERE)
    assert page.links("Back to") == [f"{HOST}/a"]
    assert '<link rel="stylesheet" href="/talk/static/discussion.css">' in page.source

    await reader.follow("Write a comment")
    cookie = cookie_of(reader.page.answer)
    assert cookie.startswith("__Host-guest-blog=g_")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    page = await reader.press("Post", body="Hello", name="Jonas")

    assert page.url.startswith(f"{HOST}{HERE}&around=")
    assert "Only you can see this." in page.text
    await reader.follow("Edit")
    assert "Saved." in (await reader.press("Save", body="Hello again")).text
    page = await reader.press("Delete")
    assert page.url.startswith(f"{HOST}{HERE}")
    assert "It is back." in (await reader.press("Undo")).text
    assert "Hello again" in (await reader.open(HERE)).text


async def test_the_page_one_comes_from_is_found_there_too(reader: PlainBrowser) -> None:
    answer = await reader.client.get("/talk/d/blog", headers={"referer": f"{HOST}/a"}, follow_redirects=False)
    assert answer.headers["location"] == HERE

    page = await reader.open("/talk/d/blog", referer=f"{HOST}{HERE}")
    assert "Which page?" in page.text
    assert page.forms[0].action == "/talk/d/blog"
