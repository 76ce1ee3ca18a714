"""What the tests of exports share: a full site, and a second database to bring it to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from comments.storage import Database, open_database
from tests.conftest import BOTH
from tests.exporters.full_site import FullSite
from tests.support import databases


@pytest.fixture
async def site(db: Database) -> FullSite:
    """The site `blog` with everything a site can have, in `db`."""
    full = FullSite()
    await db.write(full.store)
    return full


@pytest.fixture(params=BOTH)
async def other_db(
    request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path
) -> AsyncIterator[Database]:
    """Another migrated, empty database; with `db` the four ways from one system to another."""
    async with empty_database(request.param, request, run_folder, tmp_path) as database:
        yield database


@pytest.fixture
async def twin_db(
    db: Database, request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path
) -> AsyncIterator[Database]:
    """Another migrated, empty database of the same system as `db`."""
    async with empty_database(db.dialect, request, run_folder, tmp_path) as database:
        yield database


@asynccontextmanager
async def empty_database(
    system: str, request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path
) -> AsyncIterator[Database]:
    on_server: databases.PostgresqlDatabases | None = None
    if system == "sqlite":
        folder = tmp_path / "other"
        folder.mkdir()
        url = databases.sqlite_copy(run_folder, folder)
    else:
        on_server = request.getfixturevalue("postgresql_databases")
        url = on_server.create(migrated=True)
    database = await open_database(url)
    yield database
    await database.close()
    if on_server is not None:
        on_server.drop(url)
