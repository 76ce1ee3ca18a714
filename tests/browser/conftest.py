"""Fixtures of the browser tests: one running service for all of them, a discussion for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.discussions import SITE, Blog, Discussion, Service
from tests.browser.widget import Widget
from tests.support.live import Installation


@pytest.fixture(scope="session")
def blog() -> Iterator[Blog]:
    server = Blog()
    yield server
    server.close()


@pytest.fixture(scope="session")
def service(blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("widget")
    installation = Installation(folder / "data", settings={"COMMENTS_RATE_LIMITS": "off"})
    with installation.serving() as live:
        installation.run("site", "add", SITE, "--origin", blog.origin)
        installation.run("moderator", "add", "mia@blog.example", "--site", SITE)
        token = installation.run("moderator", "token", "mia@blog.example", "--site", SITE).split()[0]
        yield Service(live, installation, blog, token)


@pytest.fixture
def discussion(service: Service) -> Discussion:
    """An empty discussion on a page that embeds the widget."""
    made = service.discussion()
    made.embed()
    return made


@pytest.fixture
def widget(page: Page) -> Widget:
    return Widget(page)
