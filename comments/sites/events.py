"""What is announced when a site changes."""

from dataclasses import dataclass
from uuid import UUID

from comments.storage import broadcast


@broadcast
@dataclass(frozen=True, slots=True)
class SiteChanged:
    """A site was added, removed, or has other origins or settings."""

    site_id: UUID
    name: str
