"""Debian's own Firefox, found or installed, driven by Playwright over WebDriver BiDi."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import PageFaults, opening_pages, system_browser

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

BY_HAND = "No Firefox for the browser tests. Type: sudo apt-get install -y firefox-esr"
SYSTEM_NAMES = ("firefox-esr", "firefox")
ROOT = Path(__file__).parents[2]
PREFERENCES: dict[str, str | float | bool] = {
    # No name leads out of this machine, and none is asked for: whatever Firefox would like to fetch by itself
    # (updates, settings, lists, telemetry) is refused at the door.
    "network.dns.forceResolve": "127.0.0.1",
    "network.trr.mode": 5,
    # Nor does it try.
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "media.gmp-manager.updateEnabled": False,
}


def found_firefox(lock_folder: Path) -> str:
    """Return the path of a Firefox: the system's, else Debian's package if we may install it."""
    found = system_browser(lock_folder, SYSTEM_NAMES, "firefox-esr")
    if found is None:
        pytest.fail(BY_HAND, pytrace=False)
    return found


def relayed(firefox: str, folder: Path) -> Path:
    """Return a program that starts `firefox` behind the relay, whatever arguments it is given."""
    program = folder / "firefox-relayed"
    program.write_text(
        f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m tests.support.bidi_relay "{firefox}" "$@"\n'
    )
    program.chmod(0o700)
    return program


@pytest.fixture(scope="session")
async def firefox(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> "AsyncIterator[Browser]":
    from playwright.async_api import async_playwright

    program = relayed(found_firefox(run_folder), tmp_path_factory.mktemp("firefox"))
    async with async_playwright() as playwright:
        # This channel means: an unchanged Firefox. Playwright's own build is not to be had from Debian.
        browser = await playwright.firefox.launch(
            channel="moz-firefox", executable_path=program, firefox_user_prefs=PREFERENCES
        )
        yield browser
        await browser.close()


@pytest.fixture
async def new_firefox_page(
    firefox: "Browser", page_faults: PageFaults
) -> "AsyncIterator[Callable[..., Awaitable[Page]]]":
    """Open a page in Firefox with storage of its own, as `new_page` does in Chromium."""
    async with opening_pages(firefox, page_faults) as open_page:
        yield open_page
