"""Fixtures of the threads' tests."""

from collections.abc import AsyncIterator

import pytest

from tests.support.plain import PlainBrowser, plain_browser
from tests.support.site import SiteUnderTest


@pytest.fixture
async def reader(site: SiteUnderTest) -> AsyncIterator[PlainBrowser]:
    """A reader's browser without a script, at an address of its own."""
    async with plain_browser(site.app, **{"x-forwarded-for": "198.51.100.20"}) as browser:
        yield browser
