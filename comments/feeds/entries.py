"""What a feed says, whatever it is written in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One comment. `address` is where it is read; `answers` the comment that it is a reply to."""

    comment_id: UUID
    title: str
    address: str
    author: str
    website: str | None
    html: str
    published: datetime
    updated: datetime
    answers: UUID | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """What the entries have in common: `address` is the page for people, `own_address` the feed's."""

    title: str
    address: str
    own_address: str
