"""Addresses of databases: which kind, and which file."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from comments.storage.errors import StorageUnreachable, StorageUnwritable

SQLITE = "sqlite:///"
EXPECTED = "expected sqlite:////absolute/path.db or postgresql://user:password@host/name"


def parsed(url: str) -> URL:
    """Return `url` in parts; raises StorageUnreachable if it is no address of a database we know."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise StorageUnreachable(f"The database URL cannot be read; {EXPECTED}") from None
    if url.startswith(SQLITE):
        # All of it is the path: a folder may have a question mark in its name.
        return address.set(database=url.removeprefix(SQLITE), query={})
    backend = address.drivername.split("+")[0]
    if backend in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return address
    raise StorageUnreachable(f"The database URL begins with {backend!r}; {EXPECTED}")


def sqlite_path(address: URL) -> Path:
    """Return the file of a SQLite address; a database in memory is refused, it could not be shared."""
    if not address.database or address.database == ":memory:":
        raise StorageUnwritable("The database URL names no file; expected sqlite:////absolute/path.db")
    return Path(address.database)
