"""A real Chromium, found or installed, and pages in it that fail their test for errors in the console."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.databases import locked

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

BY_HAND = "No Chromium for the browser tests. Type: sudo apt-get install -y chromium"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
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
    with locked(lock_folder / "chromium.lock"):
        found = system_chromium()
        if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
            install_debian_package()
            found = system_chromium()
        if found is None and not succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
            pytest.fail(BY_HAND, pytrace=False)
    return found


def system_chromium() -> str | None:
    return next(filter(None, map(shutil.which, SYSTEM_NAMES)), None)


def install_debian_package() -> None:
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    succeeds("apt-get", "update", env=quietly)
    # Chromium only recommends a font, and a page without any cannot be looked at.
    packages = ["chromium", "fonts-liberation"]
    succeeds("apt-get", "install", "-y", "--no-install-recommends", *packages, env=quietly)


def succeeds(*command: str, env: dict[str, str] | None = None) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False, env=env).returncode == 0


@pytest.fixture(scope="session")
def chromium(run_folder: Path) -> str | None:
    return found_chromium(run_folder)


@pytest.fixture(scope="session")
async def browser(chromium: str | None) -> "AsyncIterator[Browser]":
    from playwright.async_api import async_playwright

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
    contexts = []

    async def open_page(**options: Any) -> "Page":
        context = await browser.new_context(**{"timezone_id": "UTC", "locale": "en-GB", **options})
        context.set_default_timeout(10_000)
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
