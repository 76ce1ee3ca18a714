"""The widget in single-page applications: React, Vue, and one on the browser's own history."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.discussions import SITE, Discussion, Service
from tests.browser.leaks import Held

# Packed and built once, not once in every worker.
pytestmark = pytest.mark.xdist_group("apps")
APPS = ["react", "vue", "history"]
AWAY = "Nothing to discuss."


class App:
    """A blog of two articles, and a page without a discussion, that a program shows in one document."""

    def __init__(self, page: Page, articles: dict[str, Discussion]) -> None:
        self.page = page
        self.articles = articles
        self.element = page.locator("comments-thread")

    def publish(self, app: str, inside: str, scripts: str) -> None:
        first = next(iter(self.articles.values()))
        origin, host = first.service.blog.origin, first.service.host
        listed = [
            {"path": made.url.removeprefix(origin), "title": title} for title, made in self.articles.items()
        ]
        told = {
            "host": host,
            "site": SITE,
            "inside": inside,
            "articles": [*listed, {"path": "/away", "title": "away"}],
        }
        served = f'<script src="{host}/embed.js"></script>' if app == "history" else ""
        for article in self.articles.values():
            article.publish(
                f'<div id="app"></div><script type="application/json" id="told">{json.dumps(told)}</script>'
                f'{served}<script type="module" src="{scripts}{app}.js"></script>'
            )

    async def go(self, title: str) -> None:
        await self.page.get_by_role("link", name=title, exact=True).click()

    async def shows(self, title: str) -> None:
        """Wait until the discussion of this article is there, and see that it is the only one."""
        await expect(self.element.get_by_role("article")).to_have_text(re.compile(f"said about {title}"))
        await expect(self.element).to_have_count(1)

    async def walk(self) -> None:
        """Go through every page, and end where there is no discussion."""
        for title in (*self.articles, *reversed(self.articles)):
            await self.go(title)
            await self.shows(title)
        await self.go("away")
        await expect(self.page.get_by_text(AWAY)).to_be_visible()
        await expect(self.element).to_have_count(0)


@pytest.fixture(params=["mount", "element"])
def inside(request: pytest.FixtureRequest) -> str:
    """Whether the program calls `mount` or writes the element itself."""
    return str(request.param)


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest, inside: str, service: Service, page: Page, app_scripts: str) -> App:
    articles = {title: service.discussion() for title in ("night trains", "day trains")}
    for title, discussion in articles.items():
        discussion.said("Ana", f"said about {title}")
    made = App(page, articles)
    made.publish(request.param, inside, app_scripts)
    return made


async def test_going_from_article_to_article_shows_the_right_discussion(app: App) -> None:
    first, second = app.articles
    await app.page.goto(app.articles[first].url)
    await app.shows(first)

    await app.go(second)
    await app.shows(second)
    await app.page.go_back()
    await app.shows(first)
    await app.page.go_forward()
    await app.shows(second)
    for title in (first, second, first, second, first):
        await app.go(title)
    await app.shows(first)


async def test_discussions_that_were_left_hold_nothing(app: App, service: Service) -> None:
    held = await Held.watch(app.page, service.host)
    await app.page.goto(next(iter(app.articles.values())).url)
    # What is fetched and begun once a page is so after the first round.
    await app.walk()
    await held.settle()
    before = await held.counted()

    for _ in range(3):
        await app.walk()

    await held.settle()
    assert await held.counted() == before
    assert await held.left() == 0
    assert await held.connections() == []


@pytest.mark.parametrize("inside", ["mount"], indirect=True)
async def test_one_stream_follows_the_article_that_is_shown(app: App, service: Service) -> None:
    held = await Held.watch(app.page, service.host)
    one = "held.counted().streams === 1"
    await app.page.goto(next(iter(app.articles.values())).url)
    await app.page.wait_for_function(one)

    for title in reversed(app.articles):
        path = app.articles[title].url.rpartition("/")[2]
        async with app.page.expect_request(re.compile(f"/stream.*{path}")):
            await app.go(title)
        await app.page.wait_for_function(one)
    await app.go("away")

    await app.page.wait_for_function("held.counted().streams === 0")
    assert await held.connections() == []


@pytest.mark.parametrize("app", ["react", "vue"], indirect=True)
@pytest.mark.parametrize("inside", ["element"], indirect=True)
async def test_a_template_hears_the_events(app: App) -> None:
    first = next(iter(app.articles))
    await app.page.goto(app.articles[first].url)

    await app.shows(first)

    await expect(app.page.locator("body")).to_have_attribute("data-count", "1")


async def test_what_comes_after_a_discussion_was_removed_begins_nothing(service: Service, page: Page) -> None:
    discussion = service.discussion()
    discussion.said("Ana", "said")
    discussion.publish(f'<div id="place"></div><script src="{service.host}/embed.js"></script>')
    held = await Held.watch(page, service.host)
    removed = asyncio.Event()

    async def come_late(route: Route) -> None:
        await removed.wait()
        await route.continue_()

    await page.route("**/embed/acting-*", come_late)
    await page.goto(discussion.url)
    async with page.expect_request("**/embed/acting-*") as asked:
        await page.evaluate(
            "site => { window.mounted = Comments.mount(place, { site, loading: 'eager' }); }", SITE
        )
    await page.evaluate("mounted.destroy(); mounted = undefined")
    removed.set()
    # Whoever asked for it first is told first.
    await page.evaluate("part => import(part).then(() => undefined)", (await asked.value).url)

    assert (await held.counted())["intervals"] == 0
    assert await held.left() == 0
