"""What learning announces to the rest of its process."""

from dataclasses import dataclass
from uuid import UUID

from comments.storage import broadcast


@broadcast
@dataclass(frozen=True, slots=True)
class Learned:
    """A site has learned something, or forgotten it."""

    site_id: UUID
