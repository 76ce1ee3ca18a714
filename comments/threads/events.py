"""What the threads announce after a commit."""

from dataclasses import dataclass
from uuid import UUID

from comments.storage import broadcast


@broadcast
@dataclass(frozen=True, slots=True)
class ThreadChanged:
    """Readers of this thread see something else from `version` on."""

    site_id: UUID
    thread_id: UUID
    version: int


@broadcast
@dataclass(frozen=True, slots=True)
class ThreadOpened:
    """A page that had no thread has one now."""

    site_id: UUID
    thread_id: UUID
