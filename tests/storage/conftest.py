"""An open database with the storage tests' own tables."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comments.storage import Database
from tests.storage.tables import make_tables


@pytest.fixture
async def db(unmigrated_url: str) -> AsyncIterator[Database]:
    database = await Database.open(unmigrated_url)
    await database.write(make_tables)
    yield database
    await database.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'comments.db'}"


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    database = await Database.open(sqlite_url)
    await database.write(make_tables)
    yield database
    await database.close()
