"""What SQLite is told while a great many rows come in: to hold more, and to move it less often."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from sqlalchemy.orm import Session

from comments.errors import Unavailable
from comments.storage.database import Database

_BEFORE = (
    # 8 MB: the leaves of all indexes to which the rows of one write go, so that none is written twice.
    "PRAGMA cache_size=-8192",
    # In pages, 16 MB: the same ones change again and again before they are written back into the file.
    "PRAGMA wal_autocheckpoint=4000",
)
_AFTERWARDS = (
    # What SQLite has by itself.
    "PRAGMA cache_size=-2000",
    "PRAGMA wal_autocheckpoint=1000",
    "PRAGMA shrink_memory",
)


@asynccontextmanager
async def being_filled(db: Database) -> AsyncIterator[None]:
    """Have this process write many rows cheaply meanwhile; each commit is as safe as ever.

    If two go on at once, the first that ends ends it for both.
    """
    if db.dialect != "sqlite":
        yield
        return
    await db.write(_set, _BEFORE)
    try:
        yield
    finally:
        # Who is stopping takes the settings along with the connection.
        with suppress(Unavailable):
            await db.write(_set, _AFTERWARDS)


def _set(session: Session, settings: Sequence[str]) -> None:
    for setting in settings:
        session.connection().exec_driver_sql(setting)
