"""Real browsers, found or installed, and pages in Chromium that fail their test for errors in the console."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.databases import locked

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

BY_HAND = "No Chromium for the browser tests. Type: sudo apt-get install -y chromium-headless-shell"
# The shell first: the same engine without a window's own pages, a second of work for each test.
SHELL = "chromium-headless-shell"
SYSTEM_NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    # Root has no other way, and only our own pages are opened.
    "--no-sandbox",
    # Small /dev/shm in containers ends the page's process.
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name leads out of this machine. `*.localhost` are sites of their own, for embedding across sites.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , EXCLUDE *.localhost",
]


class PageFaults:
    """Errors in the console and uncaught exceptions of a test's pages; unexpected ones fail the test."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        """Expect errors that match this regular expression, such as "status of 429"."""
        self.allowed.append(pattern)

    def unexpected(self) -> list[str]:
        return [fault for fault in self.seen if not any(re.search(known, fault) for known in self.allowed)]

    def watch(self, context: "BrowserContext") -> None:
        context.on("console", lambda message: self.note_console(message.type, message.text))
        context.on("weberror", lambda fault: self.seen.append(f"uncaught: {fault.error}"))

    def note_console(self, kind: str, text: str) -> None:
        if kind == "error":
            self.seen.append(text)


def found_chromium(lock_folder: Path) -> str | None:
    """Return the path of a Chromium, or None where Playwright's own is to be used.

    The system's comes first, then Debian's package if we may install it, then Playwright's download.
    """
    found = system_browser(lock_folder, SYSTEM_NAMES, SHELL)
    if found is None and not succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
        pytest.fail(BY_HAND, pytrace=False)
    return found


def system_browser(lock_folder: Path, names: Iterable[str], package: str) -> str | None:
    """Return the path of the first program of these names, of Debian's package where there was none.

    None where there is none and we may not install it. `lock_folder` is the same for all of a test run.
    """
    with locked(lock_folder / "browsers.lock"):
        found = first_program(names)
        if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
            install_debian_package(package)
            found = first_program(names)
    return found


def first_program(names: Iterable[str]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


def install_debian_package(package: str) -> None:
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    succeeds("apt-get", "update", env=quietly)
    # Browsers only recommend a font, and a page without any cannot be looked at.
    packages = [package, "fonts-liberation"]
    succeeds("apt-get", "install", "-y", "--no-install-recommends", *packages, env=quietly)


def succeeds(*command: str, env: dict[str, str] | None = None) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False, env=env).returncode == 0


@pytest.fixture(scope="session")
def chromium(run_folder: Path) -> str | None:
    return found_chromium(run_folder)


@pytest.fixture(scope="session")
async def browser(chromium: str | None) -> "AsyncIterator[Browser]":
    from playwright.async_api import async_playwright, expect

    # Of no meaning where a test passes; a busy machine may take its time.
    expect.set_options(timeout=20_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def page_faults() -> PageFaults:
    return PageFaults()


@pytest.fixture
async def new_page(
    browser: "Browser", page_faults: PageFaults
) -> "AsyncIterator[Callable[..., Awaitable[Page]]]":
    """Open a page with storage of its own; the arguments are those of Playwright's `new_context`."""
    async with opening_pages(browser, page_faults) as open_page:
        yield open_page


@asynccontextmanager
async def opening_pages(
    browser: "Browser", page_faults: PageFaults
) -> "AsyncIterator[Callable[..., Awaitable[Page]]]":
    """Give what opens pages in `browser`, close them at the end, and fail if they had unexpected faults."""
    contexts = []

    async def open_page(**options: Any) -> "Page":
        context = await browser.new_context(**{"timezone_id": "UTC", "locale": "en-GB", **options})
        context.set_default_timeout(20_000)
        page_faults.watch(context)
        contexts.append(context)
        return await context.new_page()

    yield open_page
    for context in contexts:
        await context.close()
    assert page_faults.unexpected() == []


@pytest.fixture
async def page(new_page: "Callable[..., Awaitable[Page]]") -> "Page":
    return await new_page()
