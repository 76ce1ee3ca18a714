"""The desk for tests of moderation, on both databases."""

import pytest

from comments.clock import FixedClock
from comments.storage import Database
from tests.moderation.desk import Desk


@pytest.fixture
async def desk(db: Database, clock: FixedClock) -> Desk:
    made = Desk(db, clock)
    await db.write(made.seed.store)
    return made
