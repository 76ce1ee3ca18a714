"""Opening a database: which dialect stands behind an address is chosen here."""

from comments.storage.database import Database
from comments.storage.urls import parsed

POOL_SIZE = 10


async def open_database(url: str, *, pool_size: int = POOL_SIZE, replica_url: str = "") -> Database:
    """Open the database at `url`: `sqlite:////absolute/path.db` or `postgresql://user:pw@host:port/name`.

    `replica_url` is a streaming replica of it, for `read_copy`; it need not be there yet.
    Raises a `storage.errors` exception whose detail says what to do, and never a password.
    """
    # Each imported where it is asked for: PostgreSQL's driver takes memory that SQLite does not need.
    address = parsed(url)
    if address.get_backend_name() == "sqlite":
        from comments.storage.sqlite.database import SqliteDatabase

        return await SqliteDatabase.opened(address)
    from comments.storage.postgres.database import PostgresDatabase

    replica = parsed(replica_url) if replica_url else None
    return await PostgresDatabase.opened(address, pool_size=pool_size, replica=replica)
