"""Copies of a SQLite file that is in use, and what is known about a file's soundness."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from comments.storage.errors import StorageDamaged
from comments.storage.sqlite.connections import LOOK_AGAIN_SECONDS, connect
from comments.storage.sqlite.errors import about_file


def back_up(source: Path, target: Path) -> int:
    """Copy the database as it is at this moment, while others go on writing; return the copy's bytes.

    The copy is a single file, checked, readable by its owner only, and takes the place of an older
    `target` only when it is whole. Raises StorageDamaged, StorageFull or StorageUnwritable.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    with about_file(source), closing(connect(source, writes=False)) as original:
        # One step: a copy in several would begin anew with every commit of another connection.
        _copy(original, unfinished)
    try:
        faults = faults_of(unfinished)
        if faults:
            raise StorageDamaged(f"{source}: the copy is not sound: {faults[0]}")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return target.stat().st_size


def restore(source: Path, target: Path) -> None:
    """Put what `source` holds into the database `target`, as one transaction that running services see.

    `source` is checked first. What `target` held is gone afterwards; copy it before.
    """
    faults = faults_of(source)
    if faults:
        raise StorageDamaged(f"{source}: not sound, nothing was restored: {faults[0]}")
    with (
        about_file(target),
        closing(connect(source, writes=False)) as copy,
        closing(connect(target, writes=True)) as live,
    ):
        # The pause is how long it waits each time the lock on `live` is not free.
        copy.backup(live, sleep=LOOK_AGAIN_SECONDS)


def faults_of(path: Path) -> list[str]:
    """Return what is wrong inside the file, in SQLite's words: damage, and references to missing rows."""
    with about_file(path), closing(connect(path, writes=False)) as connection:
        damage = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if damage != ["ok"]:
            return damage
        return [
            f"a row of {table} refers to a missing row of {parent}"
            for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check")
        ]


def copy_rows(source: Path, target: Path, table: str) -> int:
    """Copy the rows of a table of sites' own that `target` lacks, of sites that it has; return how many.

    A `source` of a release without the table has none. Raises StorageDamaged if it cannot be read.
    """
    with about_file(source), closing(connect(source, writes=False)) as one:
        names = [row[1] for row in one.execute(f'PRAGMA table_info("{table}")')]
        listed = ", ".join(f'"{name}"' for name in names)
        rows = one.execute(f'SELECT {listed} FROM "{table}"').fetchall() if names else []  # noqa: S608
    site = names.index("site_id") if names else 0
    with about_file(target), closing(connect(target, writes=True)) as other:
        known = {row[0] for row in other.execute("SELECT id FROM sites")}
        before = other.total_changes
        other.executemany(
            f'INSERT OR IGNORE INTO "{table}" ({listed}) VALUES ({", ".join("?" for _ in names)})',  # noqa: S608
            [row for row in rows if row[site] in known],
        )
        return other.total_changes - before


def _copy(original: sqlite3.Connection, path: Path) -> None:
    path.unlink(missing_ok=True)
    # Made by us, because SQLite would let everybody read it.
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        original.backup(copy)
        # Without this the copy would need its -wal and -shm beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def _sync_folder(folder: Path) -> None:
    """Make the new name last: without this a power cut can bring the old file back."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
