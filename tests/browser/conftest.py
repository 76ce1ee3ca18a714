"""Fixtures of the browser tests: one running service for all of them, a discussion for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.articles import import_articles
from tests.browser.discussions import Blog, Discussion, Service, running_service
from tests.browser.widget import Widget
from tests.support import npm

APPS = npm.ROOT / "tests" / "apps"


@pytest.fixture(scope="session")
def blog() -> Iterator[Blog]:
    server = Blog()
    yield server
    server.close()


@pytest.fixture(scope="session")
def service(blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(blog, tmp_path_factory.mktemp("widget")) as running:
        yield running


@pytest.fixture(scope="session")
def articles(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The articles of the demo, whose discussions are only read and waited in."""
    import_articles(service, tmp_path_factory.mktemp("articles"))


@pytest.fixture
def discussion(service: Service) -> Discussion:
    """An empty discussion on a page that embeds the widget."""
    made = service.discussion()
    made.embed()
    return made


@pytest.fixture
def widget(page: Page) -> Widget:
    return Widget(page)


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the test's programs, with the widget's package installed from its file."""
    folder = tmp_path_factory.mktemp("apps")
    modules = npm.installed(APPS)
    for file in APPS.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    # Before anything else is there, and without the list of the test's own packages: npm would fetch those.
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    (folder / "package-lock.json").unlink()
    npm.install_tarball(npm.packed_widget(folder), folder)
    npm.link_packages(modules, folder / "node_modules")
    return folder


@pytest.fixture(scope="session")
def app_scripts(apps: Path, blog: Blog) -> str:
    """The address below which the blog serves the test's programs, bundled."""
    esbuild = npm.EMBED / "node_modules" / "esbuild" / "lib" / "main.js"
    npm.ran(apps, npm.node(), "build.mjs", esbuild, apps / "built")
    return blog.put_scripts(apps / "built")
