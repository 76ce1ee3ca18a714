"""The database: the only place that knows dialects, threads and commits."""

from comments.storage.base import WITHOUT_SYNC, Base
from comments.storage.bulk import (
    changed_rows,
    insert_ignoring,
    insert_together,
    unhurried,
    writes_alone,
)
from comments.storage.changes import LONGEST_MESSAGE, TOLD, announce, told
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
from comments.storage.filling import being_filled
from comments.storage.indexes import index_with, partial_index, spell_out
from comments.storage.migrating import Migrated, has_statistics, is_replica, migrate, migrate_now, state
from comments.storage.paging import first_per_group, groups_asked
from comments.storage.shared import Apart, Shared
from comments.storage.spelled import SpelledOut, rows_of_each
from comments.storage.types import CText, UtcTime
from comments.storage.unindexed import Unindexed
from comments.storage.wording import Wording, dialect_of, insert_all

__all__ = [
    "LONGEST_MESSAGE",
    "TOLD",
    "WITHOUT_SYNC",
    "Apart",
    "Base",
    "CText",
    "Database",
    "Migrated",
    "Shared",
    "SpelledOut",
    "StorageBusy",
    "StorageDamaged",
    "StorageFull",
    "StorageMismatch",
    "StorageUnreachable",
    "StorageUnwritable",
    "Unindexed",
    "UtcTime",
    "Wording",
    "WritingWhileReading",
    "announce",
    "being_filled",
    "changed_rows",
    "dialect_of",
    "first_per_group",
    "groups_asked",
    "has_statistics",
    "index_with",
    "insert_all",
    "insert_ignoring",
    "insert_together",
    "is_replica",
    "looked",
    "migrate",
    "migrate_now",
    "partial_index",
    "rows_of_each",
    "spell_out",
    "state",
    "told",
    "unhurried",
    "writes_alone",
]
