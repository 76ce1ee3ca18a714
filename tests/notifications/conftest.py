"""What the tests of mails share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comments.clock import FixedClock
from tests.notifications.delivering import Mailing, mailing


@pytest.fixture
async def mails(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Mailing]:
    """The site `blog` with a mail server; the test runs once on each database."""
    async with mailing(database_url, clock, tmp_path) as made:
        yield made
