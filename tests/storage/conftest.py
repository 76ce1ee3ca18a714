"""An open database with the storage tests' own tables."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from comments.storage import Database, open_database
from tests.storage.tables import make_tables
from tests.support.databases import PostgresqlDatabases


@pytest.fixture
async def db(unmigrated_url: str) -> AsyncIterator[Database]:
    database = await open_database(unmigrated_url)
    await database.write(make_tables)
    yield database
    await database.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'comments.db'}"


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    database = await open_database(sqlite_url)
    await database.write(make_tables)
    yield database
    await database.close()


@pytest.fixture
def postgres_url(postgresql_databases: PostgresqlDatabases) -> Iterator[str]:
    url = postgresql_databases.create(migrated=False)
    yield url
    postgresql_databases.drop(url)


@pytest.fixture
async def on_postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = await open_database(postgres_url)
    await database.write(make_tables)
    yield database
    await database.close()
