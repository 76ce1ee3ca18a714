"""Behind a pooler in transaction mode: told through it, heard past it."""

from collections.abc import Iterator

import pytest

from comments.storage import StorageUnreachable, open_database
from tests.broadcast.processes import process_on, until
from tests.broadcast.test_telling import change
from tests.support.databases import PostgresqlDatabases
from tests.support.pgbouncer import pooled

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]


@pytest.fixture
def urls(postgresql_databases: PostgresqlDatabases) -> Iterator[tuple[str, str]]:
    """The URLs of one database: through PgBouncer, and past it."""
    direct = postgresql_databases.create(migrated=True)
    with pooled(direct) as through:
        yield through, direct
    postgresql_databases.drop(direct)


async def test_it_is_heard_by_the_direct_url_and_not_by_the_pooler(urls: tuple[str, str]) -> None:
    through, direct = urls
    async with (
        process_on(through, lambda db: [db.channel(direct)]) as one,
        process_on(through, lambda db: [db.channel(direct)]) as other,
    ):
        await other.hears_all()
        await one.commits(change(2))
        await until(lambda: change(2) in other.received)

    db = await open_database(through)
    line = db.channel(through)
    assert line is not None
    with pytest.raises(StorageUnreachable, match="COMMENTS_DATABASE_DIRECT_URL"):
        await line.listen(lambda: None, lambda message: None)
    await db.close()
