"""What can go wrong with the database itself, in the words of the product."""

from comments.errors import Unavailable


class StorageFull(Unavailable):
    """The disk is full or failing; this write was not stored, reading goes on."""

    code = "storage-full"


class StorageBusy(Unavailable):
    """The database is in use elsewhere for longer than anyone should wait; nothing was stored."""

    code = "storage-busy"


class StorageDamaged(Unavailable):
    """The file is not a database, or not a whole one."""

    code = "storage-damaged"


class StorageUnwritable(Unavailable):
    """The file or its folder cannot be written, or not be opened at all."""

    code = "storage-unwritable"


class StorageUnreachable(Unavailable):
    """The database server does not answer, or the connection to it was lost."""

    code = "storage-unreachable"


class StorageMismatch(Unavailable):
    """The database was made by a newer release, or for something else."""

    code = "storage-mismatch"


class WritingWhileReading(RuntimeError):
    """A query tried to write: a bug in the query, not a failure of the database."""
