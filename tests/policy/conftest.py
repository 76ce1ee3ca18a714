"""The site for tests of policy, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comments.clock import FixedClock
from tests.support.site import SiteUnderTest, running_site


@pytest.fixture
async def site(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[SiteUnderTest]:
    async with running_site(database_url, clock, tmp_path) as running:
        yield running
