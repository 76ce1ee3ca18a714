"""The database: the only place that knows dialects, threads and commits."""

from comments.storage.base import WITHOUT_SYNC, Base
from comments.storage.changes import BROADCAST_KINDS, LONGEST_MESSAGE, announce, broadcast
from comments.storage.database import Database, looked
from comments.storage.errors import (
    StorageBusy,
    StorageDamaged,
    StorageFull,
    StorageMismatch,
    StorageUnreachable,
    StorageUnwritable,
    WritingWhileReading,
)
from comments.storage.indexes import index_with, partial_index, spell_out
from comments.storage.migrating import Migrated, has_statistics, is_replica, migrate, migrate_now, state
from comments.storage.opening import open_database
from comments.storage.rows.bulk import (
    changed_rows,
    insert_all,
    insert_ignoring,
    unhurried,
    writes_alone,
)
from comments.storage.rows.paging import first_per_group, groups_asked
from comments.storage.sqlite.filling import being_filled
from comments.storage.types import CText, UtcTime
from comments.storage.unindexed import Unindexed

__all__ = [
    "BROADCAST_KINDS",
    "LONGEST_MESSAGE",
    "WITHOUT_SYNC",
    "Base",
    "CText",
    "Database",
    "Migrated",
    "StorageBusy",
    "StorageDamaged",
    "StorageFull",
    "StorageMismatch",
    "StorageUnreachable",
    "StorageUnwritable",
    "Unindexed",
    "UtcTime",
    "WritingWhileReading",
    "announce",
    "being_filled",
    "broadcast",
    "changed_rows",
    "first_per_group",
    "groups_asked",
    "has_statistics",
    "index_with",
    "insert_all",
    "insert_ignoring",
    "is_replica",
    "looked",
    "migrate",
    "migrate_now",
    "open_database",
    "partial_index",
    "spell_out",
    "state",
    "unhurried",
    "writes_alone",
]
