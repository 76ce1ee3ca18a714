"""What every command needs of its installation: settings, keys, the open database."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import click

from comments.broadcast import Peers, channels_of, valkey_of
from comments.clock import Clock, SystemClock
from comments.config import Settings, with_secret_key
from comments.keys import Keyring
from comments.sites.actions import check_fingerprint
from comments.storage import Database, StorageMismatch, migrate_now, open_database, state

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation with its database open, for one command."""

    settings: Settings
    keys: Keyring
    db: Database
    clock: Clock
    peers: Peers


def settings_here(**overrides: object) -> Settings:
    """Return the settings of the environment, with the key; command line options that were given win.

    SQLite's data folder is made if it is not there. Raises SettingsFault, OSError.
    """
    given = {f"COMMENTS_{name.upper()}": str(value) for name, value in overrides.items() if value is not None}
    settings = Settings.from_environment({**os.environ, **given})
    if settings.on_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return with_secret_key(settings)


def plain_settings() -> Settings:
    """Return the settings of the environment without looking for a key; raises SettingsFault."""
    return Settings.from_environment(os.environ)


def in_installation(work: Callable[[Installation], Awaitable[T]]) -> T:
    """Open the installation, await `work` on it, close it, and return what came of it."""

    async def open_and_work() -> T:
        async with opened(settings_here()) as here:
            return await work(here)

    return asyncio.run(open_and_work())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Installation]:
    """Open a database that is ready for use; an empty one is set up first."""
    await asyncio.to_thread(make_ready, settings)
    db = await open_database(settings.database_url)
    try:
        keys = Keyring(settings.secret_key, settings.secret_key_old)
        await db.write(check_fingerprint, keys)
        peers = Peers(db, channels_of(settings, db, valkey_of(settings, keys)))
        try:
            yield Installation(settings, keys, db, SystemClock(), peers)
        finally:
            # Services that run on this database hear of what a command has done.
            await peers.close()
    finally:
        await db.close()


def make_ready(settings: Settings, *, migrates: bool = False) -> None:
    """Set an empty database up; with `migrates`, bring an older SQLite file to this release.

    Raises StorageMismatch for any other that this release cannot use.
    """
    found = state(settings.database_url)
    if found == "current":
        return
    if found == "older" and not (migrates and settings.on_sqlite):
        raise StorageMismatch(
            "The database is of an older release. Stop the service, back it up, then type: comments migrate"
        )
    done = migrate_now(settings.unpooled_url)
    if done.copy is not None:
        click.echo(f"Migrated the database to {done.revision}; it is kept as it was in {done.copy}", err=True)
