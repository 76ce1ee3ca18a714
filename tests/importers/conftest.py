"""What the tests of imports share: a blog to import into, on both databases."""

from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.storage import Database
from tests.importers.blog import Blog
from tests.support.in_process import InThisProcess
from tests.support.live import Installation


@pytest.fixture
async def blog(db: Database, clock: FixedClock, tmp_path: Path) -> Blog:
    return await Blog(db, clock, tmp_path).add()


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    """A folder for a SQLite installation that nobody has used yet."""
    return InThisProcess(tmp_path / "data")


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Installation:
    """An installation on a migrated, empty database; the test runs once on each system."""
    return InThisProcess(tmp_path / "data", database_url)
