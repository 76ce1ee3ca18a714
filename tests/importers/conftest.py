"""What the tests of imports share: a blog to import into, on both databases."""

from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.storage import Database
from tests.importers.blog import Blog


@pytest.fixture
async def blog(db: Database, clock: FixedClock, tmp_path: Path) -> Blog:
    return await Blog(db, clock, tmp_path).add()
