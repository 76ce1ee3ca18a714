"""A process that brings in a great many rows is set up for it meanwhile, and as before afterwards."""

from sqlalchemy.orm import Session

from comments.storage import Database, being_filled

SETTINGS = ("cache_size", "wal_autocheckpoint", "synchronous")


def settings(session: Session) -> list[int]:
    return [session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in SETTINGS]


async def test_sqlite_holds_more_in_memory_meanwhile_and_syncs_as_ever(on_sqlite: Database) -> None:
    before = await on_sqlite.write(settings)

    async with being_filled(on_sqlite):
        meanwhile = await on_sqlite.write(settings)

    assert meanwhile == [-8192, 4000, before[-1]]
    assert await on_sqlite.write(settings) == before


async def test_other_databases_need_nothing(db: Database) -> None:
    async with being_filled(db):
        pass
